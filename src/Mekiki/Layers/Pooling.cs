using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>Maxima over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
/// <example>
/// <code>
/// var y = new MaxPool2d(3, stride: 2, padding: 1)[x];     // (N, C, 48, 48) -> (N, C, 24, 24)
/// </code>
/// </example>
public sealed class MaxPool2d : Module
{
    private readonly int kernelSize, stride, padding;
    private readonly bool ceilMode;

    /// <summary>Creates the layer.</summary>
    /// <param name="kernelSize">Side of a window in pixels, 1 or more.</param>
    /// <param name="stride">Pixels from window to window, 1 or more; null: the window's side.</param>
    /// <param name="padding">Margin in pixels, 0 to half the window; it never wins.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MaxPool2d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false)
    {
        (this.kernelSize, this.stride, this.padding, this.ceilMode) = (kernelSize, stride ?? kernelSize, padding, ceilMode);
        PoolOperation.CheckWindow(nameof(MaxPool2d), this.kernelSize, this.stride, this.padding);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.MaxPool(kernelSize, stride, padding, ceilMode);
    }
}

/// <summary>Averages over square windows of images, (N, C, H, W) -> (N, C, H', W').</summary>
/// <example>
/// <code>
/// var y = new AvgPool2d(2)[x];        // (N, C, 48, 48) -> (N, C, 24, 24)
/// </code>
/// </example>
public sealed class AvgPool2d : Module
{
    private readonly int kernelSize, stride, padding;
    private readonly bool ceilMode, countPadding;

    /// <summary>Creates the layer.</summary>
    /// <param name="kernelSize">Side of a window in pixels, 1 or more.</param>
    /// <param name="stride">Pixels from window to window, 1 or more; null: the window's side.</param>
    /// <param name="padding">Margin of zeros in pixels, 0 to half the window.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <param name="countPadding">Whether the margin's zeros count.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AvgPool2d(int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countPadding = true)
    {
        (this.kernelSize, this.stride, this.padding, this.ceilMode, this.countPadding) = (kernelSize, stride ?? kernelSize, padding, ceilMode, countPadding);
        PoolOperation.CheckWindow(nameof(AvgPool2d), this.kernelSize, this.stride, this.padding);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AvgPool(kernelSize, stride, padding, ceilMode, countPadding);
    }
}

/// <summary>Averages over as many windows as the result shall have pixels, (N, C, H, W) -> (N, C, height, width).</summary>
/// <example>
/// <code>
/// var y = new AdaptiveAvgPool2d(1, 1)[x];     // (N, C, H, W) -> (N, C, 1, 1), for images of any size
/// </code>
/// </example>
public sealed class AdaptiveAvgPool2d : Module
{
    private readonly int height, width;

    /// <summary>Creates the layer.</summary>
    /// <param name="height">Height of the result, 1 or more.</param>
    /// <param name="width">Width of the result, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public AdaptiveAvgPool2d(int height, int width)
    {
        (this.height, this.width) = (height, width);
        PoolOperation.CheckResult(nameof(AdaptiveAvgPool2d), height, width);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AdaptiveAvgPool(height, width);
    }
}

/// <summary>Maxima over as many windows as the result shall have pixels, (N, C, H, W) -> (N, C, height, width).</summary>
/// <example>
/// <code>
/// var y = new AdaptiveMaxPool2d(7, 7)[x];     // (N, C, H, W) -> (N, C, 7, 7), for images of any size
/// </code>
/// </example>
public sealed class AdaptiveMaxPool2d : Module
{
    private readonly int height, width;

    /// <summary>Creates the layer.</summary>
    /// <param name="height">Height of the result, 1 or more.</param>
    /// <param name="width">Width of the result, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public AdaptiveMaxPool2d(int height, int width)
    {
        (this.height, this.width) = (height, width);
        PoolOperation.CheckResult(nameof(AdaptiveMaxPool2d), height, width);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.AdaptiveMaxPool(height, width);
    }
}

/// <summary>Joins all dimensions but the first: (N, C, H, W) -> (N, C·H·W).</summary>
/// <example>
/// <code>
/// var network = new Sequential(new Conv2d(1, 8, 3, padding: 1), new Relu(), new Flatten(), new Linear(8 * 48 * 48, 10));
/// </code>
/// </example>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Flatten();
    }
}
