using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>One step of a <see cref="Pipeline"/>: an immutable record that prints itself.</summary>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Resize(48, 48), new ToTensor());
/// var shape = pipeline.OutputShape(new ImageShape(3, 600, 800));      // 3x48x48
/// </code>
/// </example>
public abstract record Transform
{
    /// <summary>The shape that the step makes of an image of shape <paramref name="input"/>.</summary>
    /// <exception cref="MekikiException">The step cannot take such an image.</exception>
    public virtual ImageShape OutputShape(ImageShape input) => input;

    /// <summary>Whether the step draws random numbers.</summary>
    public virtual bool IsRandom => false;
}

/// <summary>A step from uint8 pixels to uint8 pixels, both (H, W, C).</summary>
/// <example>
/// <code>
/// sealed record Posterize : PixelTransform
/// {
///     public override void Write(ReadOnlySpan&lt;byte> image, ImageShape shape, ref Generator generator, Span&lt;byte> destination)
///     {
///         for (int i = 0; i &lt; image.Length; i++)
///             destination[i] = (byte)(image[i] &amp; 0xF0);
///     }
/// }
/// </code>
/// <code>
/// var pipeline = new Pipeline(new Posterize(), new ToTensor());
/// </code>
/// </example>
public abstract record PixelTransform : Transform
{
    /// <summary>Writes the transformed image.</summary>
    /// <param name="image">Pixels, (H, W, C), uint8, of shape <paramref name="shape"/>.</param>
    /// <param name="shape">The image's shape.</param>
    /// <param name="generator">The image's own random stream.</param>
    /// <param name="destination">Receives the pixels, (H, W, C), uint8, of shape <see cref="Transform.OutputShape"/>; never the same memory as <paramref name="image"/>.</param>
    /// <exception cref="MekikiException">The step cannot take such an image.</exception>
    public abstract void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination);

    // For those that go by epochs.
    internal virtual void Write(ReadOnlySpan<byte> image, ImageShape shape, ImageTurn turn, ref Generator generator, Span<byte> destination) =>
        Write(image, shape, ref generator, destination);
}
