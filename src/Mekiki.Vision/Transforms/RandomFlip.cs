using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Mirrors half of the images, left to right. For photographs alone: a mirrored character is another one.</summary>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new RandomFlip(), new ToTensor());
/// </code>
/// </example>
public sealed record RandomFlip : PixelTransform
{
    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        if (generator.NextDouble() < 0.5)
            Mirror(image, shape, destination);
        else
            image[..shape.Length].CopyTo(destination);
    }

    /// <summary>Writes an image with left and right exchanged.</summary>
    internal static void Mirror(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination)
    {
        int channels = shape.Channels;
        for (int y = 0; y < shape.Height; y++)
            for (int x = 0; x < shape.Width; x++)
                image.Slice((y * shape.Width + x) * channels, channels).CopyTo(destination.Slice(((y + 1) * shape.Width - 1 - x) * channels, channels));
    }

    /// <inheritdoc/>
    public override string ToString() => "RandomFlip()";
}
