using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using SkiaSharp;

namespace Mekiki.Vision.Tests.Training;

/// <summary>Easy pictures to learn: a light bar in one of several places on noise.</summary>
internal static class Bars
{
    public const int Side = 12;

    public static ImageSet Set(int count = 96, int classes = 3) =>
        ImageSet.FromDrawing("bars", new ImageShape(1, Side, Side), [.. Enumerable.Range(0, count).Select(i => i % classes)], Enumerable.Range(0, classes).Select(c => $"bar {c}"),
            (i, image) => Draw(i, i % classes, image));

    /// <summary>The same as files, a folder for each class.</summary>
    public static string Folder(TemporaryFolder folder, int count = 96, int classes = 3)
    {
        for (int i = 0; i < count; i++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
            var pixels = new byte[Side * Side];
            Draw(i, i % classes, pixels);
            for (int y = 0; y < Side; y++)
                System.Runtime.InteropServices.Marshal.Copy(pixels, y * Side, bitmap.GetPixels() + y * bitmap.RowBytes, Side);
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(folder[$"bars/bar {i % classes}/{i:D3}.png"], data.ToArray());
        }

        return folder["bars"];
    }

    private static void Draw(int index, int label, Span<byte> image)
    {
        var generator = new Generator(77, (ulong)index);
        foreach (ref byte pixel in image)
            pixel = (byte)generator.NextInt32(120);
        image.Slice((1 + 4 * label) * Side, 2 * Side).Fill(230);
    }
}
