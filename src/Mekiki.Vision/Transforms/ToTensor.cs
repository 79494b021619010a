namespace Mekiki.Vision.Transforms;

/// <summary>uint8 pixels (H, W, C) to float32 (C, H, W) in [0, 1]: v / 255. Steps on pixels come before it, <see cref="Normalize"/> after.</summary>
public sealed record ToTensor : Transform
{
    /// <inheritdoc/>
    public override string ToString() => "ToTensor()";
}
