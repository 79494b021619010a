using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Contracts;

/// <summary>A network with two inputs and two results.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class SiameseTests
{
    [Fact]
    public void Branches_BeginWithDifferentWeights_AndTrain()
    {
        var net = new TwoBranches();
        net.Initialize(3);
        var state = net.StateDict().ToDictionary();
        Assert.Equal(["left.0.weight", "left.0.bias", "right.0.weight", "right.0.bias", "head.weight", "head.bias"], net.StateDict().Select(s => s.Name));
        Assert.NotEqual(state["left.0.weight"].ToArray(), state["right.0.weight"].ToArray());
        var adam = new Adam(net, 1e-2);
        float first = 0, last = 0;
        for (int step = 0; step < 60; step++)
        {
            var (left, right, labels) = Batch((ulong)step);
            var (logits, distance) = net[(left, right)];
            var loss = Loss.CrossEntropy(logits, labels) + distance.Mean() * 0.01f;
            adam.ZeroGrad();
            loss.Backward();
            adam.Step();
            (first, last) = (step == 0 ? loss.Item() : first, loss.Item());
        }

        Assert.True(last < 0.7f * first, $"The loss went from {first} to {last}.");
        Assert.All(net.Parameters(), p => Assert.NotNull(p.Grad));
    }

    [Fact]
    public void InnerResults_AreFreed_AndMemoryStaysBounded()
    {
        using var threads = Switches.UseThreads(1);
        var net = new TwoBranches();
        var (left, right, labels) = Batch(1);
        void Step()
        {
            var (logits, distance) = net[(left, right)];
            (Loss.CrossEntropy(logits, labels) + distance.Mean()).Backward();
        }

        for (int i = 0; i < 10; i++)
            Step();
        Assert.Throws<InvalidOperationException>(() => net.Inner!.ToArray());
        using (Gradients.Off())
        {
            var (logits, distance) = net[(left, right)];
            Assert.Equal([32, 2], logits.Shape.ToArray());
            Assert.Equal(32, distance.ToArray().Length);
        }

        Assert.Throws<InvalidOperationException>(() => net.Inner!.ToArray());
        long before = Reserved();
        for (int i = 0; i < 50; i++)
            Step();
        // Results and losses, a few small blocks for each step, wait for the collector.
        Assert.InRange(StoragePool.ReservedBytes - before, 0, 50 * 8 * 1024);
    }

    [Fact]
    public void OneTensor_IsRefused() =>
        Assert.Contains("got one tensor", Assert.Throws<InvalidOperationException>(() => ((Module)new TwoBranches())[Tensor.Ones([1, 8])]).Message, StringComparison.Ordinal);

    private static long Reserved()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return StoragePool.ReservedBytes;
    }

    // Whether both vectors have the same sign in their first element.
    private static (Tensor Left, Tensor Right, long[] Labels) Batch(ulong seed)
    {
        var generator = new Generator(seed, 5);
        Tensor left = Tensor.Normal([32, 8], ref generator), right = Tensor.Normal([32, 8], ref generator);
        return (left, right, [.. Enumerable.Range(0, 32).Select(i => left.Values[8 * i] + right.Values[8 * i] > 0 ? 1L : 0)]);
    }

    private sealed class TwoBranches : Module<(Tensor Left, Tensor Right), (Tensor Logits, Tensor Distance)>
    {
        private readonly Sequential left, right;
        private readonly Linear head;

        public TwoBranches()
        {
            left = Child("left", new Sequential(new Linear(8, 16), new Tanh()));
            right = Child("right", new Sequential(new Linear(8, 16), new Tanh()));
            head = Child("head", new Linear(32, 2));
        }

        public Tensor? Inner { get; private set; }

        public override (Tensor Logits, Tensor Distance) Forward((Tensor Left, Tensor Right) input)
        {
            Tensor a = left[input.Left], b = right[input.Right];                    // (N, 16)
            Inner = a - b;
            return (head[Tensor.Concatenate(1, a, b)], (Inner * Inner).Sum(1));     // (N, 2), (N)
        }
    }
}
