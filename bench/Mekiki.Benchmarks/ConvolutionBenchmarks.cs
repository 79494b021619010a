using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Mekiki.Autograd;

namespace Mekiki.Benchmarks;

/// <summary>A convolution of the chapter's CNN, 3x3 with padding 1.</summary>
public enum ChapterLayer
{
    /// <summary>1 to 64 channels, 48x48.</summary>
    Conv1,

    /// <summary>64 to 32 channels, 24x24.</summary>
    Conv2,
}

/// <summary>Convolution against loops that read as its definition.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ConvolutionBenchmarks
{
    private const int Images = 4, Kernel = 3;
    private int channels, features, side;
    private float[] plainX = [], plainWeight = [], plainDy = [];
    private Tensor x = null!, weight = null!, dy = null!;

    [ParamsAllValues]
    public ChapterLayer Layer { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        (channels, features, side) = Layer == ChapterLayer.Conv1 ? (1, 64, 48) : (64, 32, 24);
        plainX = Subject.Numbers(Images * channels * side * side, ref generator);
        plainWeight = Subject.Numbers(features * channels * Kernel * Kernel, ref generator);
        plainDy = Subject.Numbers(Images * features * side * side, ref generator);
        x = Tensor.From(plainX, [Images, channels, side, side]).WithGrad();
        weight = Tensor.From(plainWeight, [features, channels, Kernel, Kernel]).WithGrad();
        dy = Tensor.From(plainDy, [Images, features, side, side]);
        Subject.Same(PlainForward(), x.Conv2d(weight, padding: 1).Values);
        var (dx, dw) = PlainGradients();
        ForwardAndGradients();
        Subject.Same(dx, x.Grad!.Values);
        Subject.Same(dw, weight.Grad!.Values);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("forward")]
    public float[] PlainForward()
    {
        var y = new float[Images * features * side * side];
        for (int n = 0; n < Images; n++)
            for (int o = 0; o < features; o++)
                for (int i = 0; i < side; i++)
                    for (int j = 0; j < side; j++)
                    {
                        float sum = 0;
                        for (int c = 0; c < channels; c++)
                            for (int a = Math.Max(0, 1 - i); a < Math.Min(Kernel, side + 1 - i); a++)
                                for (int b = Math.Max(0, 1 - j); b < Math.Min(Kernel, side + 1 - j); b++)
                                    sum += plainX[((n * channels + c) * side + i + a - 1) * side + j + b - 1] * plainWeight[((o * channels + c) * Kernel + a) * Kernel + b];
                        y[((n * features + o) * side + i) * side + j] = sum;
                    }

        return y;
    }

    [Benchmark]
    [BenchmarkCategory("forward")]
    public void Forward()
    {
        using var pause = Gradients.Off();
        x.Conv2d(weight, padding: 1).Release();
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
        var y = x.Conv2d(weight, padding: 1);
        y.Backward(dy);
        y.Release();
    }

    private (float[] Dx, float[] Dw) PlainGradients()
    {
        float[] dx = new float[plainX.Length], dw = new float[plainWeight.Length];
        for (int n = 0; n < Images; n++)
            for (int o = 0; o < features; o++)
                for (int i = 0; i < side; i++)
                    for (int j = 0; j < side; j++)
                    {
                        float g = plainDy[((n * features + o) * side + i) * side + j];
                        for (int c = 0; c < channels; c++)
                            for (int a = Math.Max(0, 1 - i); a < Math.Min(Kernel, side + 1 - i); a++)
                                for (int b = Math.Max(0, 1 - j); b < Math.Min(Kernel, side + 1 - j); b++)
                                {
                                    int from = ((n * channels + c) * side + i + a - 1) * side + j + b - 1, tap = ((o * channels + c) * Kernel + a) * Kernel + b;
                                    dx[from] += g * plainWeight[tap];
                                    dw[tap] += g * plainX[from];
                                }
                    }

        return (dx, dw);
    }
}
