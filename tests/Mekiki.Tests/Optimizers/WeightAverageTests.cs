using Mekiki.Layers;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Optimizers;

[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class WeightAverageTests
{
    [Fact]
    public void Update_GoesAShareOfTheWay_LongerAndLonger()
    {
        var (net, copy) = (new Linear(3, 1), new Linear(3, 1));
        var weight = net.Parameters()[0];
        weight.CopyFrom([1f, 2f, 4f]);
        var average = new WeightAverage(net, copy, keep: 0.5);
        Assert.Equal([1f, 2f, 4f], copy.Parameters()[0].ToArray());

        weight.CopyFrom([2f, 2f, 0f]);
        average.Update(1);
        // keep = min(0.5, 2/11): 9/11 of the way.
        Close([1 + 9 / 11f, 2f, 4 - 36 / 11f], copy.Parameters()[0].ToArray());
        copy.Parameters()[0].CopyFrom([0f, 0f, 8f]);
        average.Update(1000);
        // Now keep = 0.5.
        Close([1f, 1f, 4f], copy.Parameters()[0].ToArray());
    }

    [Fact]
    public void Update_AveragesRunningStatistics_AndCopiesTheCount()
    {
        var (net, copy) = (new BatchNorm1d(2), new BatchNorm1d(2));
        var average = new WeightAverage(net, copy, keep: 0.5);
        _ = net[Tensor.From([1f, 10f, 3f, 30f], [2, 2])];
        average.Update(1000);
        var (from, to) = (net.StateDict().ToDictionary(), copy.StateDict().ToDictionary());
        // From 0, half of the way to the running mean: 0.1 of the batch's (2, 20).
        Close([0.1f, 1f], to["running_mean"].ToArray());
        Assert.Equal(1, to["num_batches_tracked"].Integers[0]);
        Assert.NotEqual(from["running_var"].ToArray(), to["running_var"].ToArray());
    }

    [Fact]
    public void WeightDecay_TakesOffWeights_NotBiasesOrNorms()
    {
        var net = new Sequential(new Linear(2, 2), new BatchNorm1d(2));
        foreach (var p in net.Parameters())
            p.CopyFrom(new float[p.Count].Select(_ => 2f).ToArray());
        new WeightDecay(net, 0.5).Apply(learningRate: 0.1);
        Assert.Equal([1.9f, 2f, 2f, 2f], net.Parameters().Select(p => p.Values[0]));
        Assert.Equal("Weight decay: expected a number of 0 or more, got -1. (Parameter 'share')", Assert.Throws<ArgumentOutOfRangeException>(() => new WeightDecay(net, -1)).Message);
    }

    [Fact]
    public void Clip_ShortensAllGradientsByOneFactor()
    {
        var (a, b) = (Tensor.From([1f, 1f]).WithGrad(), Tensor.From([1f]).WithGrad());
        ((a * Tensor.From([3f, 0f])).Sum() + (b * 4f).Sum()).Backward();
        Assert.Equal(5, GradientNorm.Of([a, b]), 1e-6);
        Assert.Equal(5, GradientNorm.Clip([a, b], most: 10), 1e-6);
        Assert.Equal(3f, a.Grad!.Values[0]);
        Assert.Equal(5, GradientNorm.Clip([a, b], most: 1), 1e-6);
        Close([0.6f, 0f], a.Grad.ToArray());
        Close([0.8f], b.Grad!.ToArray());
    }

    [Fact]
    public void GradientNorm_OfManyElements_AgreesWithTheSum_OnAnyNumberOfThreads()
    {
        var generator = new Generator(4);
        var factor = Tensor.Normal([100_003], ref generator);
        var x = Tensor.Zeros([100_003]).WithGrad();
        (x * factor).Sum().Backward();
        double exact = Math.Sqrt(factor.ToArray().Sum(v => (double)v * v)), first = 0;
        int before = Threads.Count;
        try
        {
            foreach (int threads in new[] { 1, 2, 4 })
            {
                Threads.Count = threads;
                double norm = GradientNorm.Of([x]);
                Assert.Equal(exact, norm, exact * 1e-6);
                Assert.Equal(first = first == 0 ? norm : first, norm);
            }
        }
        finally
        {
            Threads.Count = before;
        }
    }

    private static void Close(float[] expected, float[] got)
    {
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], got[i], 1e-5f);
    }
}
