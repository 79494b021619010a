using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>The middle of an image, <paramref name="Height"/> x <paramref name="Width"/>; nothing is scaled.</summary>
/// <remarks>torchvision's CenterCrop: where one pixel more stands at one side, it is that of the even number above or on the left.</remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Resize(256, 256), new CenterCrop(Height: 224, Width: 224), new ToTensor());     // (C, H, W) -> (C, 224, 224)
/// </code>
/// </example>
/// <param name="Height">Height of the result in pixels, 1 or more.</param>
/// <param name="Width">Width of the result in pixels, 1 or more.</param>
/// <exception cref="MekikiException">A size is below 1.</exception>
public sealed record CenterCrop(int Height, int Width) : PixelTransform
{
    /// <summary>Height of the result in pixels, 1 or more.</summary>
    public int Height { get; } = Resize.Positive(nameof(CenterCrop), Height, "height");

    /// <summary>Width of the result in pixels, 1 or more.</summary>
    public int Width { get; } = Resize.Positive(nameof(CenterCrop), Width, "width");

    /// <inheritdoc/>
    /// <exception cref="MekikiException">The image is smaller.</exception>
    public override ImageShape OutputShape(ImageShape input) => input.Height >= Height && input.Width >= Width
        ? new(input.Channels, Height, Width)
        : throw new MekikiException($"CenterCrop: expected images of {Height} x {Width} pixels or more, got {input}. Scale them before, or cut out less.");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        _ = OutputShape(shape);
        FitKernel.Part(image, shape, FitKernel.MiddleOf(shape.Height, Height), FitKernel.MiddleOf(shape.Width, Width), destination, Height, Width);
    }

    /// <inheritdoc/>
    public override string ToString() => $"CenterCrop({Height}, {Width})";
}
