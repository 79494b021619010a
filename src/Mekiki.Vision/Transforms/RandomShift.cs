using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Moves the image by a few whole pixels along both sides; what comes in is the image mirrored at its border.</summary>
/// <remarks>He et al., 2015, arXiv:1512.03385, section 4.2 (zeros around); mirrored as in Jordan, 2024, arXiv:2404.00498, section 3.1.</remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new RandomShift(Pixels: 2), new ToTensor());
/// </code>
/// </example>
/// <param name="Pixels">How far at most, 0 or more; where a side is shorter, as far as there are pixels to mirror.</param>
/// <exception cref="MekikiException">It is negative.</exception>
public sealed record RandomShift(int Pixels) : PixelTransform
{
    /// <summary>How far at most.</summary>
    public int Pixels { get; } = Pixels >= 0 ? Pixels : throw new MekikiException($"RandomShift: expected 0 pixels or more, got {Pixels}.");

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        int dy = Draw(shape.Height, ref generator), dx = Draw(shape.Width, ref generator), channels = shape.Channels;
        for (int y = 0; y < shape.Height; y++)
        {
            int row = Mirrored(y + dy, shape.Height) * shape.Width, to = y * shape.Width;
            for (int x = 0; x < shape.Width; x++)
                image.Slice((row + Mirrored(x + dx, shape.Width)) * channels, channels).CopyTo(destination[((to + x) * channels)..]);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RandomShift({Pixels})");

    private int Draw(int side, ref Generator generator)
    {
        int most = Math.Min(Pixels, side - 1);
        return generator.NextInt32(2 * most + 1) - most;
    }

    // The outermost pixel is the mirror: it is not there twice.
    private static int Mirrored(int place, int side) => place < 0 ? -place : place >= side ? 2 * side - 2 - place : place;
}
