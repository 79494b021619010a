using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Light becomes dark: each value v becomes 255 - v.</summary>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Invert(), new ToTensor());      // black ink becomes white
/// </code>
/// </example>
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
