using SkiaSharp;

namespace Mekiki.Cli.Tests;

/// <summary>A small set of pictures that are easy to learn: a light bar at a height that tells the class.</summary>
internal static class Pictures
{
    private const int Side = 12;

    /// <summary>A folder with sub-folders あ, "b, c" and d.</summary>
    public static string Folder(TemporaryFolder folder, int each = 24, string name = "pictures", int classes = 3)
    {
        string[] names = ["U3042", "b, c", "d"];
        for (int c = 0; c < classes; c++)
            for (int i = 0; i < each; i++)
                File.WriteAllBytes(folder[$"{name}/{names[c]}/{i:D2}.png"], Picture(c, i));
        return folder[name];
    }

    public static byte[] Picture(int label, int number)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
        var generator = new Generator(9, (ulong)label, (ulong)number);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
                bitmap.SetPixel(x, y, Grey(y / 4 == label ? 230 : generator.NextInt32(120)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();

        static SKColor Grey(int value) => new((byte)value, (byte)value, (byte)value);
    }
}
