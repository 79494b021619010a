using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Mekiki.Autograd;

namespace Mekiki.Benchmarks;

/// <summary>Depthwise convolution of a layer of MobileNetV2, with padding, against loops that read as its definition.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class DepthwiseBenchmarks
{
    private const int Images = 4, Channels = 192, Side = 28;
    private float[] plainX = [], plainWeight = [], plainDy = [];
    private Tensor x = null!, weight = null!, dy = null!;

    [Params(3, 5)]
    public int Kernel { get; set; }

    [Params(1, 2)]
    public int Stride { get; set; }

    private int Padding => Kernel / 2;

    private int OutSide => Side / Stride;

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        plainX = Subject.Numbers(Images * Channels * Side * Side, ref generator);
        plainWeight = Subject.Numbers(Channels * Kernel * Kernel, ref generator);
        plainDy = Subject.Numbers(Images * Channels * OutSide * OutSide, ref generator);
        x = Tensor.From(plainX, [Images, Channels, Side, Side]).WithGrad();
        weight = Tensor.From(plainWeight, [Channels, 1, Kernel, Kernel]).WithGrad();
        dy = Tensor.From(plainDy, [Images, Channels, OutSide, OutSide]);
        Subject.Same(PlainForward(), x.Conv2d(weight, null, Stride, Padding, groups: Channels).Values);
        var (dx, dw) = PlainGradients();
        ForwardAndGradients();
        Subject.Same(dx, x.Grad!.Values);
        Subject.Same(dw, weight.Grad!.Values);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("forward")]
    public float[] PlainForward()
    {
        var y = new float[plainDy.Length];
        for (int plane = 0; plane < Images * Channels; plane++)
            for (int i = 0; i < OutSide; i++)
                for (int j = 0; j < OutSide; j++)
                {
                    float sum = 0;
                    for (int a = 0; a < Kernel; a++)
                        for (int b = 0; b < Kernel; b++)
                            if (IsInside(i, a) && IsInside(j, b))
                                sum += plainX[From(plane, i, j, a, b)] * plainWeight[Tap(plane, a, b)];
                    y[(plane * OutSide + i) * OutSide + j] = sum;
                }

        return y;
    }

    [Benchmark]
    [BenchmarkCategory("forward")]
    public void Forward()
    {
        using var pause = Gradients.Off();
        x.Conv2d(weight, null, Stride, Padding, groups: Channels).Release();
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("forward and gradients")]
    public void PlainForwardAndGradients()
    {
        PlainForward();
        PlainGradients();
    }

    [Benchmark]
    [BenchmarkCategory("forward and gradients")]
    public void ForwardAndGradients()
    {
        x.ZeroGrad();
        weight.ZeroGrad();
        var y = x.Conv2d(weight, null, Stride, Padding, groups: Channels);
        y.Backward(dy);
        y.Release();
    }

    private (float[] Dx, float[] Dw) PlainGradients()
    {
        float[] dx = new float[plainX.Length], dw = new float[plainWeight.Length];
        for (int plane = 0; plane < Images * Channels; plane++)
            for (int i = 0; i < OutSide; i++)
                for (int j = 0; j < OutSide; j++)
                {
                    float g = plainDy[(plane * OutSide + i) * OutSide + j];
                    for (int a = 0; a < Kernel; a++)
                        for (int b = 0; b < Kernel; b++)
                            if (IsInside(i, a) && IsInside(j, b))
                            {
                                dx[From(plane, i, j, a, b)] += g * plainWeight[Tap(plane, a, b)];
                                dw[Tap(plane, a, b)] += g * plainX[From(plane, i, j, a, b)];
                            }
                }

        return (dx, dw);
    }

    private bool IsInside(int output, int tap) => (uint)(output * Stride + tap - Padding) < Side;

    private int From(int plane, int i, int j, int a, int b) => (plane * Side + i * Stride + a - Padding) * Side + j * Stride + b - Padding;

    private int Tap(int plane, int a, int b) => (plane % Channels * Kernel + a) * Kernel + b;
}
