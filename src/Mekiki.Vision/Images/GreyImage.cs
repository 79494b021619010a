using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Images;

/// <summary>Brings a grey image to the shape that was asked for.</summary>
internal static class GreyImage
{
    /// <summary>Brings to another size, and repeats the grey value in each channel.</summary>
    /// <param name="from">Pixels, (H, W), uint8.</param>
    /// <param name="grey">Their shape.</param>
    /// <param name="shape">The shape of <paramref name="image"/>.</param>
    /// <param name="framing">How it is brought to that.</param>
    /// <param name="image">Receives (H, W, C), uint8.</param>
    public static void Fit(ReadOnlySpan<byte> from, ImageShape grey, ImageShape shape, Framing framing, Span<byte> image)
    {
        if (shape.Channels == grey.Channels && Framing.Keeps((grey.Height, grey.Width), (shape.Height, shape.Width), framing))
        {
            from.CopyTo(image);
            return;
        }

        Span<byte> scaled = shape.Channels == 1 ? image : new byte[shape.Height * shape.Width];
        FitKernel.Run(from, grey, framing, scaled, shape.Height, shape.Width);
        for (int i = 0; shape.Channels == 3 && i < scaled.Length; i++)
            image.Slice(3 * i, 3).Fill(scaled[i]);
    }

    /// <summary>Grey values of interleaved pixels whose first three of <paramref name="stride"/> bytes are R, G, B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(ReadOnlySpan<byte> pixels, Span<byte> grey, int stride)
    {
        for (int i = 0, at = 0; i < grey.Length; i++, at += stride)
            grey[i] = Luma(pixels[at], pixels[at + 1], pixels[at + 2]);
    }

    public static byte Luma(int red, int green, int blue) =>
        (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);

    /// <summary>What a value in [0, 255] looks like over white where it is as opaque as <paramref name="alpha"/>, 0 to 255.</summary>
    public static byte OverWhite(int value, int alpha) => (byte)((value * alpha + 255 * (255 - alpha) + 127) / 255);
}
