using Mekiki.Backends.Cpu.Memory;
using Mekiki.Losses;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Contracts;

/// <summary>What holds for training whole networks.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class TrainingTests
{
    private static readonly Dictionary<string, Func<Module>> networks = new()
    {
        ["mlp"] = () => new ChapterMlp(24 * 24, 64, 32, 10),
        ["cnn"] = () => new ChapterCnn(1, 64, 32, 6 * 6 * 32, 10),
    };

    public static TheoryData<string> Names => [.. networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void AnyNumberOfThreads_GivesTheSameBits(string name)
    {
        Dictionary<string, float[]>? expected = null;
        foreach (int threads in new[] { 1, 2, 4, 7 })
        {
            using var switched = Switches.UseThreads(threads);
            var net = networks[name]();
            net.Initialize(9);
            var optimizer = new Adam(net, 1e-3);
            for (int step = 0; step < 3; step++)
                Step(net, optimizer, Images((ulong)step, 16), Labels((ulong)step, 16));
            var got = net.StateDict().Where(s => s.Tensor.DType == DType.Float32).ToDictionary(s => s.Name, s => s.Tensor.ToArray());
            expected ??= got;
            foreach (var (key, values) in expected)
                Assert.True(values.AsSpan().SequenceEqual(got[key]), $"{name} on {threads} threads: {key} differs");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Overfits32Images(string name)
    {
        Module net = name == "cnn" ? new ChapterCnn(1, 16, 8, 6 * 6 * 8, 10) : networks[name]();
        net.Initialize(4);
        var optimizer = new Adam(net, 3e-3);
        Tensor x = Images(1, 32);
        long[] labels = Labels(2, 32);
        for (int step = 0; step < 100; step++)
            Step(net, optimizer, x, labels);
        int[] expected = Array.ConvertAll(labels, l => (int)l);
        Assert.Equal(expected, net[x].ArgMax());
        Assert.InRange(Loss.Nll(net[x], labels).Item(), 0, 0.05f);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SteadyStep_TakesLittleManagedAndNoNativeMemory(string name)
    {
        // Each further thread takes its scratch when it first finds work, whenever that is.
        using var threads = Switches.UseThreads(1);
        var net = networks[name]();
        var optimizer = new Adam(net, 1e-3);
        Tensor x = Images(1, 32);
        long[] labels = Labels(2, 32);
        for (int step = 0; step < 10; step++)
            Step(net, optimizer, x, labels);
        long reserved = Reserved(), before = GC.GetAllocatedBytesForCurrentThread();
        const int Steps = 50;
        for (int step = 0; step < Steps; step++)
            Step(net, optimizer, x, labels);
        long managed = (GC.GetAllocatedBytesForCurrentThread() - before) / Steps;
        Assert.True(managed < 10_000, $"{name}: a step takes {managed:N0} bytes of managed memory");
        // The network's result, (32, 10), and the loss are the user's until the garbage collector finds them.
        long growth = StoragePool.ReservedBytes - reserved;
        Assert.True(growth <= Steps * (1536 + 1024), $"{name}: the pool grew by {growth:N0} bytes in {Steps} steps");
    }

    [Fact]
    public void TenThousandSteps_HoldNoMoreMemoryThanTheFirst()
    {
        const int Steps = 10_000, WarmUp = 2_000;
        var net = new ChapterCnn(1, 16, 8, 6 * 6 * 8, 10);
        var optimizer = new Adam(net, 1e-3);
        Tensor x = Images(1, 4);
        long[] labels = Labels(2, 4);
        for (int step = 0; step < WarmUp; step++)
            Step(net, optimizer, x, labels);
        long before = Held();
        for (int step = 0; step < Steps; step++)
            Step(net, optimizer, x, labels);
        long growth = Held() - before;
        // The pool keeps what results took while they waited for the collector, longer at one time than at another.
        // Half of its smallest block for each step is far more than that, and less than any leak.
        Assert.True(growth < Steps * 512, $"{Steps:N0} steps took {growth:N0} bytes more");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Evaluating_TakesNoNativeMemory(bool withRelu)
    {
        Module net = withRelu ? networks["cnn"]() : new Layers.Sequential(new Layers.Conv2d(1, 64, 3), new Layers.BatchNorm2d(64), new Layers.Flatten());
        net.Eval();
        var x = Images(1, 32);
        long result = 0;
        void Run()
        {
            using (Autograd.Gradients.Off())
                result = 1024 + 5 * net[x].Count;
        }

        for (int i = 0; i < 3; i++)
            Run();
        long reserved = Reserved();
        for (int i = 0; i < 20; i++)
            Run();
        long growth = StoragePool.ReservedBytes - reserved;
        Assert.True(growth <= 20 * result, $"the pool grew by {growth:N0} bytes");
    }

    [Fact]
    public void EvaluatingAsTheChapterDoes_WithGradientsOn_StaysBounded()
    {
        var net = networks["cnn"]();
        var x = Images(1, 32);
        _ = net[x].ArgMax();
        long before = Reserved();
        for (int i = 0; i < 100; i++)
            _ = net[x].ArgMax();
        // What others freed may have gone back to the system, so that there is less than before.
        Assert.InRange(StoragePool.ReservedBytes, 0, Math.Max(2 * before, 300L << 20));
    }

    /// <summary>What the pool has taken and managed objects hold, when all that was forgotten has come back. The process may keep pages that it does not use.</summary>
    private static long Held() => Reserved() + GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>The pool's size when all that was forgotten has come back.</summary>
    private static long Reserved()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return StoragePool.ReservedBytes;
    }

    private static void Step(Module net, Optimizer optimizer, Tensor x, long[] labels)
    {
        var loss = Loss.Nll(net[x], labels);
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }

    private static Tensor Images(ulong seed, int count)
    {
        var generator = new Generator(seed, 1);
        return Tensor.Uniform([count, 1, 24, 24], ref generator);
    }

    private static long[] Labels(ulong seed, int count)
    {
        var generator = new Generator(seed, 2);
        var labels = new long[count];
        foreach (ref long label in labels.AsSpan())
            label = generator.NextInt32(10);
        return labels;
    }
}
