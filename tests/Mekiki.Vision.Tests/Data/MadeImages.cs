using System.IO.Compression;
using SkiaSharp;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Small image files made for a test.</summary>
internal static class MadeImages
{
    /// <summary>A grey picture: pixel (x, y) is 40 start + 10 y + x.</summary>
    public static byte[] Grey(int width = 4, int height = 3, int start = 0, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        unsafe
        {
            var pixels = new Span<byte>((void*)bitmap.GetPixels(), bitmap.ByteCount);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    pixels[y * bitmap.RowBytes + x] = (byte)(40 * start + 10 * y + x);
        }

        return Encode(bitmap, format);
    }

    /// <summary>The pixels of <see cref="Grey"/> at its usual size.</summary>
    public static byte[] Pixels(int start) => [.. Enumerable.Range(0, 12).Select(i => (byte)(40 * start + 10 * (i / 4) + i % 4))];

    /// <summary>A picture of one colour.</summary>
    public static byte[] Colour(SKColor colour, int width = 4, int height = 3, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(colour);
        return Encode(bitmap, format);
    }

    /// <summary>A folder with classes U3042 and U3044, <paramref name="each"/> images in each.</summary>
    public static string Folder(TemporaryFolder folder, int each = 3)
    {
        foreach (string name in new[] { "U3042", "U3044" })
            for (int i = 0; i < each; i++)
                File.WriteAllBytes(folder[$"set/{name}/{i}.png"], Grey(start: i + (name == "U3042" ? 0 : 3)));
        return folder["set"];
    }

    public static string Zip(TemporaryFolder folder, params (string Name, byte[] Bytes)[] entries)
    {
        string path = folder["set.zip"];
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(bytes);
        }

        return path;
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }
}
