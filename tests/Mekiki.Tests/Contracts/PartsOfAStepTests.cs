using Mekiki.Layers;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Contracts;

/// <summary>A step whose batch is cut into parts: what batch norms measure, gradients as one vector, and draws of each part.</summary>
public class PartsOfAStepTests
{
    private static Sequential Network()
    {
        var network = new Sequential(new Conv2d(2, 5, 3, padding: 1), new BatchNorm2d(5), new Relu(), new Flatten(), new Linear(5 * 16, 7), new BatchNorm1d(7));
        network.Initialize(3);
        return network;
    }

    private static Tensor Part(int number)
    {
        var generator = new Generator([9, (ulong)number]);
        return Tensor.Normal([4, 2, 4, 4], ref generator, deviation: 1 + number);
    }

    [Fact]
    public void HeldStatistics_BroughtBackInOrder_AreThoseOfPassesInOrder()
    {
        Sequential plain = Network(), held = Network();
        var statistics = new BatchStatistics(held);
        Assert.Equal(1 + 2 * 5 + 1 + 2 * 7, statistics.Length);
        float[][] measured = [new float[statistics.Length], new float[statistics.Length], new float[statistics.Length]];
        string before = State(held);
        using (statistics.Hold())
            foreach (int part in new[] { 2, 0, 1 })
            {
                _ = held[Part(part)];
                statistics.Take(measured[part]);
            }

        Assert.Equal(before, State(held));
        for (int part = 0; part < 3; part++)
        {
            _ = plain[Part(part)];
            statistics.Apply(measured[part]);
        }

        Assert.NotEqual(before, State(held));
        Assert.Equal(State(plain), State(held));
        // And they are held no more.
        _ = plain[Part(7)];
        _ = held[Part(7)];
        Assert.Equal(State(plain), State(held));
    }

    [Fact]
    public void HeldStatistics_InEvaluationMode_AreNone()
    {
        var network = Network();
        network.Eval();
        var statistics = new BatchStatistics(network);
        float[] measured = new float[statistics.Length];
        string before = State(network);
        using (statistics.Hold())
        {
            _ = network[Part(0)];
            statistics.Take(measured);
        }

        statistics.Apply(measured);
        Assert.Equal(before, State(network));
    }

    [Fact]
    public void HeldStatistics_OfALayerThatIsPassedTwice_AreRefused()
    {
        var norm = new BatchNorm1d(3);
        var network = new Sequential(norm, norm);
        using var held = new BatchStatistics(network).Hold();
        Assert.Equal(
            "BatchNorm1d: expected one pass through each batch norm, since its statistics are brought together from several machines, got two. Give each place of the network a layer of its own.",
            Assert.Throws<MekikiException>(() => network[Tensor.Ones([4, 3])]).Message);
    }

    [Fact]
    public void GradientVector_BringsGradientsThere_AndSaysWhichAreNone()
    {
        var network = Network();
        Tensor[] all = [.. network.Parameters(), Tensor.Ones([3]).WithGrad()];
        var vector = new GradientVector(all);
        (network[Part(0)] * Tensor.From(Enumerable.Range(1, 28).Select(i => (float)i).ToArray(), [4, 7])).Sum().Backward();
        float[] first = new float[vector.Length];
        vector.CopyTo(first);
        Assert.Equal(all.Take(all.Length - 1).SelectMany(p => p.Grad!.ToArray()), first[..(first.Length - all.Length - 3)]);
        Assert.Equal([.. Enumerable.Repeat(1f, all.Length - 1), 0f], first[^all.Length..]);
        Assert.Contains(first[..^all.Length], v => v != 0);

        foreach (var parameter in all)
            parameter.ZeroGrad();
        vector.Set(first);
        float[] second = new float[vector.Length];
        vector.CopyTo(second);
        Assert.Equal(first, second);
        Assert.Null(all[^1].Grad);
    }

    [Fact]
    public void Parts_DrawWhatTheirNumberSays()
    {
        var dropout = new Dropout(0.5f);
        var network = new Sequential(dropout, new Dropout(0.5f));
        string Drawn(int part, long step)
        {
            network.BeginStep(seed: 1, step, part);
            return string.Join(' ', network[Tensor.Ones([64])].ToArray());
        }

        string later = Drawn(2, 5);
        Assert.Equal(4, new[] { Drawn(0, 5), Drawn(1, 5), later, Drawn(2, 6) }.Distinct().Count());
        Assert.Equal(later, Drawn(2, 5));
        string first = Drawn(0, 5);
        network.BeginStep(seed: 1, step: 5);
        Assert.Equal(first, string.Join(' ', network[Tensor.Ones([64])].ToArray()));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.BeginStep(1, 5, -1));
    }

    private static string State(Module network) =>
        string.Join(' ', network.StateDict().SelectMany(t => t.Tensor.DType == DType.Float32 ? t.Tensor.ToArray().Select(v => $"{v:R}") : [$"{t.Tensor.Integers[0]}"]));
}
