using Mekiki.Layers;
using Mekiki.Optimizers;
using Mekiki.Schedules;

namespace Mekiki.Tests.Optimizers;

/// <summary>Optimizers and schedules of the user's own, and groups of parameters.</summary>
public class OwnOptimizerTests
{
    [Fact]
    public void OwnSgd_GoesAsTheBuiltIn_AndItsStateGoesOn()
    {
        Module own = Net(), builtIn = Net();
        Optimizer first = new OwnMomentum(own), second = new Sgd(builtIn, new() { LearningRate = 0.05, Momentum = 0.9 });
        Train(own, first, 0, 3);
        Train(builtIn, second, 0, 3);
        Near(builtIn, own);
        Assert.Equal(second.StateDict().Select(s => s.Name), first.StateDict().Select(s => s.Name));

        var other = Net();
        other.LoadStateDict(own.StateDict().ToDictionary());
        var resumed = new OwnMomentum(other);
        resumed.LoadStateDict(first.StateDict().ToDictionary());
        Train(own, first, 3, 6);
        Train(other, resumed, 3, 6);
        Assert.Equal(Weights(own), Weights(other));
    }

    [Fact]
    public void OwnOptimizer_SeesCountRateAndDecayOfItsGroup()
    {
        Tensor a = Tensor.From(1f).WithGrad(), b = Tensor.From(1f).WithGrad();
        var seen = new List<string>();
        var optimizer = new Telling([new([a]) { LearningRate = 0.01, WeightDecay = 0.5 }, new([b])], seen);
        a.Sum().Backward();
        optimizer.Step();
        b.Sum().Backward();
        optimizer.LearningRate = 0.05;
        optimizer.Step();
        Assert.Equal(["0 1 0.01 0.5", "0 2 0.005 0.5", "1 1 0.05 0.25"], seen);
        Assert.Equal(2, optimizer.GroupCount);
        Assert.Equal(0.05, optimizer.LearningRateOf(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.LearningRateOf(2));
    }

    [Fact]
    public void OneGroup_HasTheKeysAndBitsOfNone()
    {
        foreach (var (plain, grouped) in new (Func<Module, Optimizer>, Func<Module, Optimizer>)[]
        {
            (m => new Sgd(m, new() { Momentum = 0.9, WeightDecay = 0.1 }), m => new Sgd(m, [new(m)], new() { Momentum = 0.9, WeightDecay = 0.1 })),
            (m => new Adam(m, new AdamOptions()), m => new Adam(m, [new(m)])),
            (m => new AdamW(m), m => new AdamW(m, [new(m)])),
            (m => new RmsProp(m), m => new RmsProp(m, [new(m)])),
        })
        {
            Module a = Net(), b = Net();
            Optimizer first = plain(a), second = grouped(b);
            Train(a, first, 0, 3);
            Train(b, second, 0, 3);
            Assert.Equal(Weights(a), Weights(b));
            Assert.Equal(first.StateDict().Select(s => s.Name), second.StateDict().Select(s => s.Name));
        }
    }

    [Fact]
    public void GroupsOfAModel_KeepItsNames_AndTheOthersFollowTheOptions()
    {
        var net = Net();
        var last = net.Children[2].Module;
        var sgd = new Sgd(net, [new(last) { LearningRate = 0 }], new() { LearningRate = 1, Momentum = 0.5 });
        float[] before = Weights(net);
        Train(net, sgd, 0, 1);
        float[] after = Weights(net);
        Assert.Equal(before[^(last.Parameters().Sum(p => p.Count))..], after[^(last.Parameters().Sum(p => p.Count))..]);
        Assert.NotEqual(before[0], after[0]);
        Assert.Equal(["0.bias.momentum_buffer", "0.weight.momentum_buffer", "2.bias.momentum_buffer", "2.weight.momentum_buffer"], sgd.StateDict().Select(s => s.Name).Where(n => n.EndsWith("buffer", StringComparison.Ordinal)).Order());
        Assert.Equal(0, sgd.LearningRateOf(0));
        Assert.Equal(1, sgd.LearningRateOf(1));
    }

    [Fact]
    public void WrongGroupsAndStates_SayWhat()
    {
        Tensor a = Tensor.Ones([2]).WithGrad(), b = Tensor.Ones([3]).WithGrad();
        Text("Parameter group: expected one parameter or more, got none. Leave the group out.", () => _ = new ParameterGroup((Tensor[])[]));
        Text("Learning rate: expected a number of 0 or more, got -1.", () => _ = new ParameterGroup([a]) { LearningRate = -1 });
        Text("Weight decay: expected a number of 0 or more, got NaN.", () => _ = new ParameterGroup([a]) { WeightDecay = double.NaN });
        Text("Parameter groups: expected each parameter in one group, once, got 0 (2) twice. Take it out of one.", () => _ = new Sgd([new ParameterGroup([a]), new ParameterGroup([b, a])]));
        Text("Parameter groups: expected parameters of the model, got one of shape (2) that is not. Take it out.", () => _ = new Sgd(Net(), [new ParameterGroup([a])]));
        Text("Sgd: expected a learning rate above 0 where a group has its own, which follows it in proportion, got 0. Give the optimizer the highest of the groups' learning rates.", () => _ = new Sgd([new ParameterGroup([a]) { LearningRate = 1 }], new() { LearningRate = 0 }));
        Text("Stateful: expected states with different names, none of them 'step', got 'step'. Choose another name.", () => _ = new Stateful([a], "step"));
        Text("Stateful: expected states with different names, none of them 'step', got 'm'. Choose another name.", () => _ = new Stateful([a], "m", "m"));
        a.Sum().Backward();
        Text("Stateful: expected one of the states that its constructor names (m, n), got 'v'. Name it there.", () => new Stateful([a], "m", "n").Step());
        Assert.Equal("CopyFrom: expected Float32 (2), got Float32 (3). Use a tensor of the same shape and type.", Assert.Throws<MekikiException>(() => a.CopyFrom(b)).Message);
        Assert.Throws<NotSupportedException>(() => new Empty([a]).Step());
        Assert.Throws<ArgumentNullException>(() => new ParameterGroup((Module)null!));
        Assert.Throws<ArgumentNullException>(() => new ParameterGroup([a, null!]));
        Assert.Throws<ArgumentNullException>(() => new Sgd((Module)null!));
        Assert.Throws<ArgumentNullException>(() => new Sgd((ParameterGroup[])[null!]));
    }

    [Fact]
    public void OwnSchedule_IsASchedule()
    {
        Schedule schedule = new Halving(0.8, 10);
        Assert.Equal(0.2, schedule.LearningRateAt(25));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.LearningRateAt(-1));
    }

    private static Sequential Net()
    {
        var net = new Sequential(new Linear(6, 4), new Sigmoid(), new Linear(4, 3));
        net.Initialize(5);
        return net;
    }

    private static void Train(Module net, Optimizer optimizer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            var generator = new Generator(7, (ulong)step);
            var y = net[Tensor.Normal([5, 6], ref generator)];
            optimizer.ZeroGrad();
            (y * y).Sum().Backward();
            optimizer.Step();
        }
    }

    private static float[] Weights(Module net) => [.. net.Parameters().SelectMany(p => p.ToArray())];

    private static void Near(Module expected, Module got) => Assert.True(Goldens.Distance(Weights(expected), Weights(got)) < 1e-6);

    private static void Text(string expected, Action action) => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed record Halving(double First, long Every) : Schedule
    {
        protected override double At(long step) => First * Math.Pow(0.5, step / Every);
    }

    private sealed class OwnMomentum(Module model) : Optimizer(model, 0.05, 0, "momentum_buffer")
    {
        protected override void Update(ParameterStep step)
        {
            step["momentum_buffer"].CopyFrom(step["momentum_buffer"] * 0.9f + step.Gradient);
            step.Parameter.CopyFrom(step.Parameter - step["momentum_buffer"] * (float)step.LearningRate);
        }
    }

    private sealed class Telling(IEnumerable<ParameterGroup> groups, List<string> seen) : Optimizer(groups, 0.1, 0.25)
    {
        protected override void Update(ParameterStep step) => seen.Add(FormattableString.Invariant($"{step.Name} {step.Count} {step.LearningRate:g6} {step.WeightDecay}"));
    }

    private sealed class Stateful(IEnumerable<Tensor> parameters, params string[] state) : Optimizer(parameters, 0.1, 0, state)
    {
        protected override void Update(ParameterStep step) => _ = step["v"];
    }

    private sealed class Empty(IEnumerable<Tensor> parameters) : Optimizer(parameters, 0.1);
}
