using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Light becomes dark: each value v becomes 255 - v.</summary>
public sealed record Invert : PixelTransform
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        for (int i = 0; i < image.Length; i++)
            destination[i] = (byte)~image[i];
    }

    /// <inheritdoc/>
    public override string ToString() => "Invert()";
}
