using Mekiki.Backends.Cpu.Threading;
using Mekiki.Layers;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Optimizers;

/// <summary>What holds for every optimizer.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class OptimizerTests
{
    private static readonly Dictionary<string, Func<Module, Optimizer>> all = new()
    {
        ["sgd"] = m => new Sgd(m, new() { Momentum = 0.9, Nesterov = true, WeightDecay = 1e-3 }),
        ["sgd, plain"] = m => new Sgd(m),
        ["adam"] = m => new Adam(m, 1e-2),
        ["adamw"] = m => new AdamW(m),
        ["rmsprop"] = m => new RmsProp(m),
        ["lars"] = m => new Lars(m, new() { WeightDecay = 1e-3 }),
        ["rmsprop, momentum"] = m => new RmsProp(m, new() { Momentum = 0.5 }),
    };

    public static TheoryData<string> Names => [.. all.Keys];

    // Lars is written with tensors, as optimizers of one's own are.
    public static TheoryData<string> InOnePass => [.. all.Keys.Where(name => name != "lars")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_OnAnyNumberOfThreads_GivesTheSameBits(string name)
    {
        float[]? expected = null;
        int before = Workers.Count;
        try
        {
            foreach (int threads in new[] { 1, 2, 4, 7 })
            {
                Workers.Count = threads;
                var net = Net();
                Train(net, all[name](net), 0, 3);
                float[] got = Weights(net);
                Assert.Equal(expected ??= got, got);
            }
        }
        finally
        {
            Workers.Count = before;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SavedState_GoesOn_BitForBit(string name)
    {
        var net = Net();
        var optimizer = all[name](net);
        Train(net, optimizer, 0, 3);

        var second = Net();
        second.LoadStateDict(net.StateDict().ToDictionary());
        var resumed = all[name](second);
        resumed.LoadStateDict(optimizer.StateDict().ToDictionary());
        Assert.Equal(3, resumed.StepCount);

        Train(net, optimizer, 3, 6);
        Train(second, resumed, 3, 6);
        Assert.Equal(Weights(net), Weights(second));
    }

    [Theory]
    [MemberData(nameof(InOnePass))]
    public void Step_TakesNoManagedMemory(string name)
    {
        var net = Net();
        var optimizer = all[name](net);
        Train(net, optimizer, 0, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            optimizer.Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Step_WithoutGradient_LeavesTheParameterAndItsStateAlone()
    {
        Tensor a = Tensor.From(1, 2).WithGrad(), b = Tensor.From(3, 4).WithGrad();
        var adam = new Adam([a, b], new() { WeightDecay = 0.1 });
        a.Sum().Backward();
        adam.Step();
        Assert.NotEqual(1, a.Values[0]);
        Assert.Equal([3, 4], b.ToArray());
        var state = adam.StateDict().ToDictionary();
        Assert.Equal(["step", "0.step", "0.exp_avg", "0.exp_avg_sq", "1.step", "1.exp_avg", "1.exp_avg_sq"], adam.StateDict().Select(s => s.Name));
        Assert.Equal(1, state["0.step"].Integers[0]);
        Assert.Equal(0, state["1.step"].Integers[0]);
        adam.ZeroGrad();
        Assert.Null(a.Grad);
    }

    [Fact]
    public void ParameterGivenTwice_IsUpdatedOnce()
    {
        var a = Tensor.From(1, 2).WithGrad();
        var sgd = new Sgd([a, a], new() { LearningRate = 1 });
        a.Sum().Backward();
        sgd.Step();
        Assert.Equal([0, 1], a.ToArray());
    }

    [Fact]
    public void StepOnImagesThatLieChannelsLast_ChangesTheRightElements()
    {
        var x = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]).MaxPool(1).Detach().WithGrad();
        _ = x.Values;
        (x * Tensor.From([0f, 1, 0, 0, 0, 0, 2, 0], [1, 2, 2, 2])).Sum().Backward();
        new Sgd([x], new() { LearningRate = 1 }).Step();
        Assert.Equal([1, 1, 3, 4, 5, 6, 5, 8], x.ToArray());
        x.CopyFrom([8, 7, 6, 5, 4, 3, 2, 1]);
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1], x.ToArray());
    }

    [Fact]
    public void WrongOptionsAndStates_SayWhat()
    {
        Wrong("Learning rate: expected a number of 0 or more, got -1.", () => _ = new AdamOptions { LearningRate = -1 });
        Wrong("Learning rate: expected a number of 0 or more, got NaN.", () => _ = new SgdOptions { LearningRate = double.NaN });
        Wrong("Momentum: expected a number in [0, 1), got 1.", () => _ = new SgdOptions { Momentum = 1 });
        Wrong("Beta2: expected a number in [0, 1), got 1.5.", () => _ = new AdamWOptions { Beta2 = 1.5 });
        Wrong("Epsilon: expected a number above 0, got 0.", () => _ = new RmsPropOptions { Epsilon = 0 });
        Wrong("Weight decay: expected a number of 0 or more, got Infinity.", () => _ = new RmsPropOptions { WeightDecay = double.PositiveInfinity });
        Wrong("Adam: expected parameters to train, got none. Give it a model that has some.", () => _ = new Adam(new Relu()));
        Wrong("Sgd: expected parameters that no operation made, of float32, got 0 (), a result.", () => _ = new Sgd([Tensor.Ones([2]).WithGrad().Sum()]));
        var adam = new Adam([Tensor.Ones([2])]);
        Wrong("Learning rate: expected a number of 0 or more, got -0.5.", () => adam.LearningRate = -0.5);
        Text(
            "run/checkpoint.safetensors: 0.step () is missing; 0.exp_avg has shape (2) in the optimizer, (3) in the file; 0.exp_avg_sq is Float32 in the optimizer, Int64 in the file; 1.step () is not in the optimizer. Use the state of Adam on the same model.",
            () => adam.LoadStateDict(
                new Dictionary<string, Tensor>
                {
                    ["step"] = Tensor.From([1L], []),
                    ["0.exp_avg"] = Tensor.Ones([3]),
                    ["0.exp_avg_sq"] = Tensor.From([1L, 2L], [2]),
                    ["1.step"] = Tensor.From([1L], []),
                },
                "run/checkpoint.safetensors"));
        Assert.Equal(0, adam.StepCount);
    }

    private static Sequential Net()
    {
        var net = new Sequential(new Linear(300, 70), new Relu(), new Linear(70, 5));
        net.Initialize(3);
        return net;
    }

    private static void Train(Module net, Optimizer optimizer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            var generator = new Generator(7, (ulong)step);
            var y = net[Tensor.Normal([4, 300], ref generator)];
            optimizer.ZeroGrad();
            (y * y).Sum().Backward();
            optimizer.Step();
        }
    }

    private static float[] Weights(Module net) => [.. net.Parameters().SelectMany(p => p.ToArray())];

    private static void Text(string expected, Action action) => Assert.Equal(expected, Assert.Throws<MekikiException>(action).Message);

    private static void Wrong(string expected, Action action) => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
