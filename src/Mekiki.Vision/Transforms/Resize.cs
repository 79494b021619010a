using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Scales an image to <paramref name="Height"/> x <paramref name="Width"/>, antialiased; proportions are not kept.</summary>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Resize(Height: 48, Width: 48), new ToTensor());     // (C, H, W) -> (C, 48, 48)
/// </code>
/// </example>
/// <param name="Height">Height of the result in pixels, 1 or more.</param>
/// <param name="Width">Width of the result in pixels, 1 or more.</param>
/// <exception cref="MekikiException">A size is below 1.</exception>
public sealed record Resize(int Height, int Width) : PixelTransform
{
    /// <summary>Height of the result in pixels, 1 or more.</summary>
    public int Height { get; } = Positive(nameof(Resize), Height, "height");

    /// <summary>Width of the result in pixels, 1 or more.</summary>
    public int Width { get; } = Positive(nameof(Resize), Width, "width");

    /// <summary>The filter.</summary>
    public Resampling Resampling { get; init; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => new(input.Channels, Height, Width);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination) =>
        ResizeKernel.Run(image, shape, destination, Height, Width, Resampling);

    /// <inheritdoc/>
    public override string ToString() => $"Resize({Height}, {Width}{(Resampling == Resampling.Bilinear ? "" : $", {Resampling}")})";

    internal static int Positive(string transform, int value, string what) => value >= 1
        ? value
        : throw new MekikiException($"{transform}: expected a {what} of 1 pixel or more, got {value}.");
}
