namespace Mekiki.Layers;

/// <summary>Maxima over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
/// <param name="kernelSize">Side of a window in pixels.</param>
/// <param name="stride">Pixels from window to window; null: the window's side.</param>
/// <param name="padding">Margin in pixels, at most half the window; it never wins.</param>
/// <param name="ceilMode">Whether a last, incomplete window counts.</param>
public sealed class MaxPool2d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.MaxPool(kernelSize, stride, padding, ceilMode);
}

/// <summary>Averages over as many windows as the result shall have pixels, (N, C, H, W) -> (N, C, height, width).</summary>
/// <param name="height">Height of the result.</param>
/// <param name="width">Width of the result.</param>
public sealed class AdaptiveAvgPool2d(int height, int width) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.AdaptiveAvgPool(height, width);
}

/// <summary>Maxima over as many windows as the result shall have pixels, (N, C, H, W) -> (N, C, height, width).</summary>
/// <param name="height">Height of the result.</param>
/// <param name="width">Width of the result.</param>
public sealed class AdaptiveMaxPool2d(int height, int width) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.AdaptiveMaxPool(height, width);
}

/// <summary>Averages over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
/// <param name="kernelSize">Side of a window in pixels.</param>
/// <param name="stride">Pixels from window to window; null: the window's side.</param>
/// <param name="padding">Margin of zeros in pixels, at most half the window.</param>
/// <param name="ceilMode">Whether a last, incomplete window counts.</param>
/// <param name="countPadding">Whether the margin's zeros count.</param>
public sealed class AvgPool2d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countPadding = true) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.AvgPool(kernelSize, stride, padding, ceilMode, countPadding);
}

/// <summary>Joins all dimensions but the first: (N, C, H, W) -> (N, C·H·W).</summary>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Flatten();
}
