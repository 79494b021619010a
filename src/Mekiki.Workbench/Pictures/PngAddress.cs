using Mekiki.Vision.Explanations;
using SkiaSharp;

namespace Mekiki.Workbench.Pictures;

/// <summary>Small pictures as data addresses of PNG files.</summary>
internal static class PngAddress
{
    /// <summary>Grey or RGB pixels.</summary>
    /// <param name="pixels">Channel after channel, (C, H, W), C of 1 or 3.</param>
    /// <param name="width">W.</param>
    /// <param name="height">H.</param>
    public static string Of(ReadOnlySpan<byte> pixels, int width, int height)
    {
        int plane = width * height, step = pixels.Length == plane ? 0 : plane;
        using var bitmap = New(width, height);
        for (int i = 0; i < plane; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor(pixels[i], pixels[i + step], pixels[i + 2 * step]));
        return Address(bitmap);
    }

    /// <summary>Red, green and blue of each pixel beside each other: (H, W, 3).</summary>
    public static string OfColours(ReadOnlySpan<byte> colours, int width, int height)
    {
        using var bitmap = New(width, height);
        for (int i = 0; i < width * height; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]));
        return Address(bitmap);
    }

    /// <summary>Signed values: blue below 0, white at 0, orange above.</summary>
    public static string OfSigned(ReadOnlySpan<float> values, int width, float largest)
    {
        int height = values.Length / width;
        byte[] colours = new byte[3 * values.Length];
        for (int i = 0; i < values.Length; i++)
            (colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]) = HeatPicture.Colour(largest > 0 ? values[i] / largest : 0);
        return OfColours(colours, width, height);
    }

    private static SKBitmap New(int width, int height) => new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));

    private static string Address(SKBitmap bitmap)
    {
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return $"data:image/png;base64,{Convert.ToBase64String(png.AsSpan())}";
    }
}
