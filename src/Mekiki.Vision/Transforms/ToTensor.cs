namespace Mekiki.Vision.Transforms;

/// <summary>uint8 pixels (H, W, C) to float32 (C, H, W) in [0, 1]: v / 255. Steps on pixels come before it, <see cref="Normalize"/> after.</summary>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Grayscale(), new ToTensor(), new Normalize(0.5f, 0.5f));
/// </code>
/// </example>
public sealed record ToTensor : Transform
{
    /// <inheritdoc/>
    public override string ToString() => "ToTensor()";
}
