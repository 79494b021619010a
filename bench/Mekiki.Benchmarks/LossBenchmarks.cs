using BenchmarkDotNet.Attributes;
using Mekiki.Losses;

namespace Mekiki.Benchmarks;

/// <summary>Softmax with negative log-likelihood and its gradient against plain loops.</summary>
public class LossBenchmarks
{
    private const int Rows = 32;
    private float[] plainX = [];
    private long[] labels = [];
    private Tensor x = null!;

    [Params(73, 1000)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var generator = Subject.Prepare();
        plainX = Subject.Numbers(Rows * Classes, ref generator);
        labels = new long[Rows];
        foreach (ref long label in labels.AsSpan())
            label = generator.NextInt32(Classes);
        x = Tensor.From(plainX, [Rows, Classes]).WithGrad();
        float loss = LossAndGradient();
        var (plainLoss, gradient) = PlainLossAndGradient();
        Subject.Same([plainLoss], [loss]);
        Subject.Same(gradient, x.Grad!.Values);
    }

    [Benchmark(Baseline = true)]
    public (float Loss, float[] Gradient) PlainLossAndGradient()
    {
        var gradient = new float[Rows * Classes];
        double loss = 0;
        for (int n = 0; n < Rows; n++)
        {
            float most = float.NegativeInfinity, sum = 0;
            for (int k = 0; k < Classes; k++)
                most = Math.Max(most, plainX[n * Classes + k]);
            for (int k = 0; k < Classes; k++)
                sum += gradient[n * Classes + k] = MathF.Exp(plainX[n * Classes + k] - most);
            for (int k = 0; k < Classes; k++)
                gradient[n * Classes + k] = (gradient[n * Classes + k] / sum - (k == labels[n] ? 1 : 0)) / Rows;
            loss += MathF.Log(sum) + most - plainX[n * Classes + labels[n]];
        }

        return ((float)(loss / Rows), gradient);
    }

    [Benchmark]
    public float LossAndGradient()
    {
        x.ZeroGrad();
        var loss = Loss.CrossEntropy(x, labels);
        loss.Backward();
        return loss.Item();
    }
}
