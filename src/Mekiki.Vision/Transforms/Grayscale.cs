using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Transforms;

/// <summary>RGB to grey: L = (19595 R + 38470 G + 7471 B + 32768) / 65536, in whole numbers. Grey images pass unchanged.</summary>
/// <remarks>ITU-R BT.601 luma with the rounding of PIL's <c>convert("L")</c>, which torchvision's Grayscale uses.</remarks>
public sealed record Grayscale : PixelTransform
{
    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => input with { Channels = 1 };

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        if (shape.Channels == 1)
            image.CopyTo(destination);
        else
            Convert(image, destination, 3);
    }

    /// <inheritdoc/>
    public override string ToString() => "Grayscale()";

    /// <summary>Grey values of interleaved pixels whose first three of <paramref name="stride"/> bytes are R, G, B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Convert(ReadOnlySpan<byte> pixels, Span<byte> grey, int stride)
    {
        for (int i = 0, at = 0; i < grey.Length; i++, at += stride)
            grey[i] = Luma(pixels[at], pixels[at + 1], pixels[at + 2]);
    }

    internal static byte Luma(int red, int green, int blue) =>
        (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}
