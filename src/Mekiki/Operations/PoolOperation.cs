using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Maxima and averages over windows of images.</summary>
internal static class PoolOperation
{
    public static Tensor Max(Tensor x, int kernelSize, int stride, int padding, bool ceilMode)
    {
        Check("MaxPool", x, kernelSize, stride, padding);
        var y = Apply(
            x,
            PoolAxis.Regular(x.Shape[2], kernelSize, stride, padding, ceilMode, countPadding: false),
            PoolAxis.Regular(x.Shape[3], kernelSize, stride, padding, ceilMode, countPadding: false),
            maximum: true,
            halving: kernelSize == 2 && stride == 2 && padding == 0 && !ceilMode);
        OperationTrace.Show("MaxPool", y, [x], ("kernel", kernelSize), ("stride", stride), ("padding", padding));
        return y;
    }

    public static Tensor Average(Tensor x, int kernelSize, int stride, int padding, bool ceilMode, bool countPadding)
    {
        Check("AvgPool", x, kernelSize, stride, padding);
        var y = Apply(
            x,
            PoolAxis.Regular(x.Shape[2], kernelSize, stride, padding, ceilMode, countPadding),
            PoolAxis.Regular(x.Shape[3], kernelSize, stride, padding, ceilMode, countPadding),
            maximum: false);
        OperationTrace.Show("AvgPool", y, [x], ("kernel", kernelSize), ("stride", stride), ("padding", padding), ("ceil_mode", ceilMode ? 1 : 0), ("count_padding", countPadding ? 1 : 0));
        return y;
    }

    public static Tensor AdaptiveAverage(Tensor x, int height, int width) => Adaptive("AdaptiveAvgPool", x, height, width, maximum: false);

    public static Tensor AdaptiveMaximum(Tensor x, int height, int width) => Adaptive("AdaptiveMaxPool", x, height, width, maximum: true);

    /// <summary>Whether there can be such windows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There cannot.</exception>
    public static void CheckWindow(string name, int kernelSize, int stride, int padding)
    {
        if (kernelSize < 1 || stride < 1 || padding < 0 || padding > kernelSize / 2)
            throw new ArgumentOutOfRangeException(null, $"{name}: expected a window and a stride of 1 or more and a padding of at most half the window, got window {kernelSize}, stride {stride}, padding {padding}.");
    }

    /// <summary>Whether there can be such a result.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There cannot.</exception>
    public static void CheckResult(string name, int height, int width)
    {
        if (height < 1 || width < 1)
            throw new ArgumentOutOfRangeException(height < 1 ? nameof(height) : nameof(width), $"{name}: expected an output of 1x1 or more, got {height}x{width}.");
    }

    private static Tensor Adaptive(string name, Tensor x, int height, int width, bool maximum)
    {
        Operand.Check(name, x);
        CheckResult(name, height, width);
        if (x.Shape.Rank != 4 || x.Count == 0)
            throw new MekikiException($"{name}: expected images (N, C, H, W) of one pixel or more, got {x.Shape}.");
        if ((double)x.Shape[0] * x.Shape[1] * height * width > int.MaxValue)
            throw new MekikiException($"{name}: expected at most {int.MaxValue:N0} elements, got {x.Shape} to become {height}x{width}. Use smaller images or batches.");
        var y = Apply(x, PoolAxis.Adaptive(x.Shape[2], height), PoolAxis.Adaptive(x.Shape[3], width), maximum);
        OperationTrace.Show(name, y, [x]);
        return y;
    }

    private static void Check(string name, Tensor x, int kernelSize, int stride, int padding)
    {
        Operand.Check(name, x);
        CheckWindow(name, kernelSize, stride, padding);
        if (x.Shape.Rank != 4)
            throw new MekikiException($"{name}: expected images (N, C, H, W), got {x.Shape}.");
        if (x.Shape[2] + 2L * padding < kernelSize || x.Shape[3] + 2L * padding < kernelSize || (padding > 0 && kernelSize > int.MaxValue / 4))
            throw new MekikiException($"{name}: expected images at least as large as the window of {kernelSize}, got {x.Shape} with padding {padding}. Use larger images or a smaller network.");
    }

    private static Tensor Apply(Tensor x, PoolAxis rows, PoolAxis columns, bool maximum, bool halving = false)
    {
        x = LayoutOperation.Images(x);
        var s = new PoolSizes(x.Shape[0], x.Shape[2], x.Shape[3], x.Shape[1], rows, columns, maximum, halving);
        bool recorded = Gradients.Needed(x);
        var y = new Tensor([x.Shape[0], x.Shape[1], rows.Count, columns.Count], x.Backend.Pool(s, x.Data, recorded), x.Layout);
        if (recorded)
            y.Node = new PoolNode(s, x, y);
        return y;
    }

    private sealed class PoolNode(PoolSizes s, Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override void Backward(Storage dy) => X.Accept(X.Backend.PoolGradient(s, X.Data, Output.Data, dy));
    }
}
