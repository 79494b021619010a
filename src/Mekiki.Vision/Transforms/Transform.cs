using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>One step of a <see cref="Pipeline"/>: an immutable record that prints itself.</summary>
public abstract record Transform
{
    /// <summary>The shape that the step makes of an image of shape <paramref name="input"/>.</summary>
    /// <exception cref="MekikiException">The step cannot take such an image.</exception>
    public virtual ImageShape OutputShape(ImageShape input) => input;

    /// <summary>Whether the step draws random numbers.</summary>
    public virtual bool IsRandom => false;
}

/// <summary>A step from uint8 pixels to uint8 pixels, both (H, W, C).</summary>
public abstract record PixelTransform : Transform
{
    /// <summary>Writes the transformed image.</summary>
    /// <param name="image">Pixels, (H, W, C), uint8, of shape <paramref name="shape"/>.</param>
    /// <param name="shape">The image's shape.</param>
    /// <param name="generator">The image's own random stream.</param>
    /// <param name="destination">Receives the pixels, (H, W, C), uint8, of shape <see cref="Transform.OutputShape"/>; never the same memory as <paramref name="image"/>.</param>
    public abstract void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination);
}
