using Mekiki.Autograd;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>Maxima and averages over windows of images.</summary>
internal static unsafe class PoolOperation
{
    public static Tensor Max(Tensor x, int kernelSize, int stride, int padding, bool ceilMode)
    {
        Check("MaxPool", x, kernelSize, stride, padding);
        return Apply(
            x,
            PoolAxis.Regular(x.Shape[2], kernelSize, stride, padding, ceilMode, countPadding: false),
            PoolAxis.Regular(x.Shape[3], kernelSize, stride, padding, ceilMode, countPadding: false),
            maximum: true);
    }

    public static Tensor Average(Tensor x, int kernelSize, int stride, int padding, bool ceilMode, bool countPadding)
    {
        Check("AvgPool", x, kernelSize, stride, padding);
        return Apply(
            x,
            PoolAxis.Regular(x.Shape[2], kernelSize, stride, padding, ceilMode, countPadding),
            PoolAxis.Regular(x.Shape[3], kernelSize, stride, padding, ceilMode, countPadding),
            maximum: false);
    }

    public static Tensor AdaptiveAverage(Tensor x, int height, int width)
    {
        if (x.Shape.Rank != 4 || height < 1 || width < 1)
            throw new MekikiException($"AdaptiveAvgPool: expected images (N, C, H, W) and an output of 1x1 or more, got {x.Shape} and {height}x{width}.");
        return Apply(x, PoolAxis.Adaptive(x.Shape[2], height), PoolAxis.Adaptive(x.Shape[3], width), maximum: false);
    }

    private static void Check(string name, Tensor x, int kernelSize, int stride, int padding)
    {
        if (x.Shape.Rank != 4 || kernelSize < 1 || stride < 1 || padding < 0 || padding > kernelSize / 2)
            throw new MekikiException($"{name}: expected images (N, C, H, W), a window and a stride of 1 or more and a padding of at most half the window, got {x.Shape}, window {kernelSize}, stride {stride}, padding {padding}.");
        if (x.Shape[2] + 2 * padding < kernelSize || x.Shape[3] + 2 * padding < kernelSize)
            throw new MekikiException($"{name}: expected images at least as large as the window of {kernelSize}, got {x.Shape} with padding {padding}. Use larger images or a smaller network.");
    }

    private static Tensor Apply(Tensor x, PoolAxis rows, PoolAxis columns, bool maximum)
    {
        x = LayoutOperation.ChannelsLast(x);
        var y = Tensor.Empty([x.Shape[0], x.Shape[1], rows.Count, columns.Count], channelsLast: true);
        var places = maximum ? Storage.Floats(y.Count) : null;
        Pooling.Run(Work(x, x.Pointer, y.Pointer, places), rows, columns);
        if (Gradients.Needed(x))
            y.Node = new PoolNode(x, y, places, rows, columns);
        else
            places?.Release();
        return y;
    }

    private static Pooling Work(Tensor x, float* inX, float* inY, Storage? places) => new()
    {
        X = inX,
        Y = inY,
        Places = places is null ? null : places.Pointer,
        Images = x.Shape[0],
        Height = x.Shape[2],
        Width = x.Shape[3],
        Channels = x.Shape[1],
    };

    private sealed class PoolNode(Tensor x, Tensor y, Storage? places, PoolAxis rows, PoolAxis columns) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = Storage.Floats(X.Count);
            Pooling.Run(Work(X, dx.Pointer, dy.Pointer, places) with { Backward = true }, rows, columns);
            dy.Release();
            X.Accept(dx);
        }

        public override void Free() => places?.Release();
    }
}
