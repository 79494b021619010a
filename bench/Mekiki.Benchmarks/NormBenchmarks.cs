using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Mekiki.Autograd;
using Mekiki.Backends;
using Mekiki.Layers;

namespace Mekiki.Benchmarks;

/// <summary>Batch norm, 2x2 maxima and ReLU as behind the first convolution of the chapter's CNN: plain loops, one operation after another, and fused.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class NormBenchmarks
{
    private const int Images = 8, Channels = 64, Side = 48, Pixels = Side * Side;
    private readonly Sequential layers = new(new BatchNorm2d(Channels), new MaxPool2d(2), new Relu());
    private float[] plainX = [];
    private Tensor x = null!, dy = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        plainX = Subject.Numbers(Images * Channels * Pixels, ref generator);
        x = Tensor.From(plainX, [Images, Channels, Side, Side]);
        // Through a convolution that changes nothing, so that the pixels lie as they do in a network.
        var same = new float[Channels * Channels];
        for (int c = 0; c < Channels; c++)
            same[c * Channels + c] = 1;
        x = x.Conv2d(Tensor.From(same, [Channels, Channels, 1, 1])).Detach().WithGrad();
        dy = Tensor.From(Subject.Numbers(Images * Channels * Pixels / 4, ref generator), [Images, Channels, Side / 2, Side / 2]);
        Subject.Same(PlainForward(), layers[x].Values);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("forward")]
    public float[] PlainForward()
    {
        var y = new float[Images * Channels * Pixels / 4];
        for (int c = 0; c < Channels; c++)
        {
            double sum = 0, squares = 0;
            for (int n = 0; n < Images; n++)
                for (int p = 0; p < Pixels; p++)
                {
                    float v = plainX[(n * Channels + c) * Pixels + p];
                    sum += v;
                    squares += (double)v * v;
                }

            double mean = sum / (Images * Pixels), variance = squares / (Images * Pixels) - mean * mean;
            float scale = (float)(1 / Math.Sqrt(variance + 1e-5)), shift = (float)(-mean * scale);
            for (int n = 0; n < Images; n++)
                for (int i = 0; i < Side; i += 2)
                    for (int j = 0; j < Side; j += 2)
                    {
                        int at = (n * Channels + c) * Pixels + i * Side + j;
                        float most = Math.Max(Math.Max(plainX[at], plainX[at + 1]), Math.Max(plainX[at + Side], plainX[at + Side + 1]));
                        y[((n * Channels + c) * Side / 2 + i / 2) * (Side / 2) + j / 2] = Math.Max(scale * most + shift, 0);
                    }
        }

        return y;
    }

    [Benchmark]
    [BenchmarkCategory("forward")]
    public void Forward()
    {
        using var pause = Gradients.Off();
        layers[x].Release();
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("forward and gradients")]
    public void OneByOne()
    {
        Deferral.IsEnabled = false;
        ForwardAndGradients();
        Deferral.IsEnabled = true;
    }

    [Benchmark]
    [BenchmarkCategory("forward and gradients")]
    public void ForwardAndGradients()
    {
        x.ZeroGrad();
        foreach (var parameter in layers.Parameters())
            parameter.ZeroGrad();
        var y = layers[x];
        y.Backward(dy);
        y.Release();
    }
}
