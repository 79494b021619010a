using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>RGB to grey: L = (19595 R + 38470 G + 7471 B + 32768) / 65536, in whole numbers. Grey images pass unchanged.</summary>
/// <remarks>ITU-R BT.601 luma with the rounding of PIL's <c>convert("L")</c>, which torchvision's Grayscale uses.</remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Grayscale(), new ToTensor());       // (3, H, W) -> (1, H, W)
/// </code>
/// </example>
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
            GreyImage.Convert(image, destination, 3);
    }

    /// <inheritdoc/>
    public override string ToString() => "Grayscale()";
}
