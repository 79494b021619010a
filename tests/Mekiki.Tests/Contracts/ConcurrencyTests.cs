using Mekiki.Autograd;
using Mekiki.Files;
using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Contracts;

/// <summary>What many threads may do at once, and what a graph that crosses threads gives.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class ConcurrencyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void GraphThatCrossesThreads_HasItsGradient()
    {
        var x = Tensor.Scalar(2).WithGrad();
        var y = x * x * x;
        OnNewThread(() => (y * 5f).Backward());
        Assert.Equal(60, x.Grad!.Item());
    }

    [Fact]
    public void LongGraphEndedOnANewThread_HasItsGradient()
    {
        var w = Tensor.Scalar(2).WithGrad();
        var y = w;
        for (int i = 0; i < 50; i++)
            y += 0f;
        OnNewThread(() => (y * 5f).Backward());
        Assert.Equal(5, w.Grad!.Item());
    }

    [Fact]
    public async Task AwaitBetweenForwardAndBackward_GivesTheSameWeights()
    {
        const int Steps = 10_000;
        string expected = Train(Steps);
        var (net, optimizer) = Small();
        var x = Tensor.Ones([3, 4]);
        for (int i = 0; i < Steps; i++)
        {
            var y = net[x];
            await Task.Yield();
            var loss = Loss.CrossEntropy(y, [0L, 1, 0]);
            optimizer.ZeroGrad();
            await Task.Yield();
            loss.Backward();
            optimizer.Step();
        }

        Assert.Equal(expected, Weights.Sha256(net.StateDict()));
    }

    [Fact]
    public void FourThreadsReadImagesForTheFirstTime_AllReadThem()
    {
        var generator = new Generator(1);
        Tensor weight = Tensor.Normal([16, 3, 3, 3], ref generator), x = Tensor.Normal([1, 3, 32, 32], ref generator);
        float[] expected = x.Conv2d(weight, padding: 1).ToArray();
        for (int round = 0; round < 300; round++)
        {
            var y = x.Conv2d(weight, padding: 1);
            AtOnce(4, _ => Assert.True(y.Values.SequenceEqual(expected)));
        }
    }

    [Fact]
    public void EightThreadsCallANetworkForTheFirstTime_AllGetItsResult()
    {
        static Sequential Net() => new(new Linear(64, 256), new Relu(), new Linear(256, 256), new Relu(), new Linear(256, 10));
        var x = Tensor.Ones([1, 64]);
        float[] expected = Net()[x].ToArray();
        for (int round = 0; round < 100; round++)
        {
            var net = Net();
            net.Eval();
            AtOnce(8, _ =>
            {
                using var pause = Gradients.Off();
                Assert.Equal(expected, net[x].ToArray());
            });
        }
    }

    [Fact]
    public void TwoThreadsAddToOneGradient_NothingIsLost()
    {
        for (int round = 0; round < 500; round++)
        {
            var w = Tensor.Ones([64]).WithGrad();
            AtOnce(2, _ => (w * Tensor.Ones([64])).Sum().Backward());
            Assert.All(w.Grad!.ToArray(), g => Assert.Equal(2, g));
        }
    }

    [Fact]
    public void ResultsReadWhileTheCollectorRuns_AreWhole()
    {
        var net = new Sequential(new Linear(16, 50_000));
        net.Initialize(1);
        Tensor[] xs = [.. Enumerable.Range(0, 4).Select(k => Tensor.Full([1, 16], k))];
        float[][] expected = [.. xs.Select(x => net[x].ToArray())];
        using var collector = new Collector();
        AtOnce(4, k =>
        {
            using var pause = Gradients.Off();
            for (int i = 0; i < 150; i++)
            {
                Assert.True(net[xs[k]].ToArray().AsSpan().SequenceEqual(expected[k]));
                Assert.True(net[xs[k]].Values.SequenceEqual(expected[k]));
                Assert.Equal(expected[k].AsSpan().IndexOf(expected[k].Max()), net[xs[k]].ArgMax()[0]);
            }
        });
    }

    [Fact]
    public void SpanOfAForgottenTensor_StaysAsItWas()
    {
        for (int round = 0; round < 50; round++)
        {
            var span = Forgotten(round);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _ = Tensor.Full([1000], -1);
            Assert.Equal(round, span[0]);
            Assert.Equal(round, span[^1]);
        }

        static ReadOnlySpan<float> Forgotten(int value) => Tensor.Full([1000], value).Values;
    }

    [Fact]
    public void SpanOfATensorThatIsOverwritten_StaysAsItWas()
    {
        var x = Tensor.From([1f, 2, 3], [3]);
        var before = x.Values;
        x.CopyFrom([4f, 5, 6]);
        Assert.Equal([1f, 2, 3], before.ToArray());
        Assert.Equal([4f, 5, 6], x.Values.ToArray());
    }

    [Fact]
    public void PredictionBesideTrainingOfTheSameNetwork_SeesWeightsBetweenTwoSteps()
    {
        // Both layers begin alike and have equal gradients, so that they differ within a step alone.
        var net = new Difference();
        net.First.Initialize(1);
        net.Second.LoadStateDict(net.First.StateDict().ToDictionary());
        var optimizer = new Sgd(net, new SgdOptions { LearningRate = 1e-3 });
        var x = Tensor.Ones([8, 2048]);
        float start = net.First.Parameters()[0].Values[0];
        bool isDone = false;
        AtOnce(4, thread =>
        {
            if (thread == 0)
            {
                for (int step = 0; step < 300; step++)
                {
                    var loss = net.First[x].Sum() + net.Second[x].Sum();
                    optimizer.ZeroGrad();
                    loss.Backward();
                    optimizer.Step();
                }

                Volatile.Write(ref isDone, true);
                return;
            }

            using var pause = Gradients.Off();
            do
                Assert.All(net[x].ToArray(), difference => Assert.Equal(0, difference));
            while (!Volatile.Read(ref isDone));
        });
        Assert.NotEqual(start, net.First.Parameters()[0].Values[0]);
    }

    [Fact]
    public void PredictionBesideTrainingWithNorms_ThrowsNothing()
    {
        var net = new Sequential(new Conv2d(3, 8, 3, padding: 1), new BatchNorm2d(8), new Relu(), new Conv2d(8, 8, 3, padding: 1), new BatchNorm2d(8), new Flatten(), new Linear(8 * 64, 4));
        net.Initialize(1);
        net.Eval();
        var optimizer = new Sgd(net, new SgdOptions { LearningRate = 1e-6 });
        var x = Tensor.Ones([4, 3, 8, 8]);
        bool isDone = false;
        AtOnce(4, thread =>
        {
            if (thread == 0)
            {
                for (int step = 0; step < 300; step++)
                {
                    var loss = Loss.CrossEntropy(net[x], [0L, 1, 2, 3]);
                    optimizer.ZeroGrad();
                    loss.Backward();
                    optimizer.Step();
                }

                Volatile.Write(ref isDone, true);
                return;
            }

            using var pause = Gradients.Off();
            do
                Assert.All(net[x].ToArray(), value => Assert.True(float.IsFinite(value)));
            while (!Volatile.Read(ref isDone));
        });
    }

    [Fact]
    public void FourTrainingsAtOnce_HaveTheWeightsOfEachAlone()
    {
        using var threads = Switches.UseThreads(2);
        string[] expected = [.. Enumerable.Range(0, 4).Select(seed => TrainImages((ulong)seed))];
        var got = new string[4];
        AtOnce(4, seed => got[seed] = TrainImages((ulong)seed));
        Assert.Equal(expected, got);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void OwnNumberOfThreads_ChangesNoBit(int count)
    {
        string expected = TrainImages(3);
        using var own = Threads.Use(count);
        Assert.Equal(expected, TrainImages(3));
    }

    private static (Sequential Net, Sgd Optimizer) Small()
    {
        var net = new Sequential(new Linear(4, 8), new Relu(), new Linear(8, 2));
        net.Initialize(1);
        return (net, new Sgd(net, new SgdOptions { LearningRate = 0.1 }));
    }

    private static string Train(int steps)
    {
        var (net, optimizer) = Small();
        var x = Tensor.Ones([3, 4]);
        for (int i = 0; i < steps; i++)
        {
            var loss = Loss.CrossEntropy(net[x], [0L, 1, 0]);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }

        return Weights.Sha256(net.StateDict());
    }

    private static string TrainImages(ulong seed)
    {
        var net = new Sequential(new Conv2d(1, 8, 3, padding: 1), new BatchNorm2d(8), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(8 * 36, 4));
        net.Initialize(seed);
        var optimizer = new Adam(net, 1e-3);
        var generator = new Generator(seed);
        long[] labels = [.. Enumerable.Range(0, 16).Select(k => (long)(k % 4))];
        for (int i = 0; i < 60; i++)
        {
            var loss = Loss.CrossEntropy(net[Tensor.Normal([16, 1, 12, 12], ref generator)], labels);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }

        return Weights.Sha256(net.StateDict());
    }

    private static void OnNewThread(Action action) => AtOnce(1, _ => action());

    /// <summary>Runs an action on new threads that begin together; the first failure is thrown here.</summary>
    internal static void AtOnce(int count, Action<int> action)
    {
        using var barrier = new Barrier(count);
        Exception? failure = null;
        var threads = Enumerable.Range(0, count).Select(k => new Thread(() =>
        {
            try
            {
                barrier.SignalAndWait(Token);
                action(k);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        if (failure is { } first)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>Collects, and takes memory that was freed, until disposed.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Thread thread;

        public Collector()
        {
            thread = new Thread(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    for (int i = 0; i < 4; i++)
                        _ = Tensor.Full([50_000], -7);
                }
            });
            thread.Start();
        }

        public void Dispose()
        {
            stop.Cancel();
            thread.Join();
            stop.Dispose();
        }
    }

    private sealed class Difference : Module
    {
        public Difference()
        {
            First = Child("first", new Linear(2048, 512, bias: false));
            Second = Child("second", new Linear(2048, 512, bias: false));
        }

        public Linear First { get; }

        public Linear Second { get; }

        public override Tensor Forward(Tensor x) => First[x] - Second[x];
    }
}
