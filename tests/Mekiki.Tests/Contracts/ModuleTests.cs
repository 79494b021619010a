using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Contracts;

/// <summary>What a user's own modules may rely on.</summary>
public class ModuleTests
{
    [Fact]
    public void ConstantKeptInAField_OutlivesEvaluation()
    {
        var net = new WithConstant();
        using var pause = Gradients.Off();
        float[] first = net[Tensor.Ones([1, 4])].ToArray();
        Assert.Equal(first, net[Tensor.Ones([1, 4])].ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DetachedTensorKeptInAField_OutlivesTheForwardPass(bool evaluating)
    {
        var net = new WithTap(detached: true);
        if (evaluating)
        {
            using var pause = Gradients.Off();
            _ = net[Tensor.Ones([1, 4])];
        }
        else
            net[Tensor.Ones([1, 4])].Sum().Backward();
        Assert.Equal(Expected(net), net.Seen!.ToArray());

        static float[] Expected(WithTap net)
        {
            var (weight, bias) = (net.First.Parameters()[0], net.First.Parameters()[1]);
            return Tensor.Ones([1, 4]).Linear(weight, bias).ToArray();
        }
    }

    [Fact]
    public void TensorKeptInAFieldWithoutDetach_SaysWhatFreedItAndWhatToDo()
    {
        var net = new WithTap(detached: false);
        using var pause = Gradients.Off();
        _ = net[Tensor.Ones([1, 4])];
        Assert.Equal(
            "Tensor (1, 4): its memory was freed, since an operation made it inside a module's Forward: Backward frees such tensors, and without gradients the end of the outermost call. Read it before, or keep Detach() of it.",
            Assert.Throws<InvalidOperationException>(() => net.Seen!.ToArray()).Message);
    }

    [Fact]
    public void WhatAUsersPartKeeps_IsReadableUntilTheEndOfTheCall()
    {
        var kept = new List<Tensor>();
        var net = new Sequential(new Linear(4, 4), new Rooted(x => Keep(x.Relu())), new Identity(), new Sigmoid(), new Rooted(x => Keep(x)), new Tanh(), new Rooted(x => x + kept[0] + kept[1]));
        using var pause = Gradients.Off();
        var given = Tensor.Ones([1, 4]);
        float[] sum = net[given].ToArray();
        var relu = given.Linear(net.Parameters()[0], net.Parameters()[1]).Relu();
        Assert.Equal((relu.Sigmoid().Tanh() + relu + relu.Sigmoid()).ToArray(), sum);

        Tensor Keep(Tensor x)
        {
            kept.Add(x);
            return x;
        }
    }

    [Fact]
    public void WhatOnlyTheChainKnows_IsFreedAfterItsLastUse()
    {
        var seen = new List<Tensor>();
        string[] then = [];
        var net = new Sequential(new Linear(4, 4), new Identity(), new Relu(), new Sequential(new Linear(4, 4), new Sigmoid()), new Tanh(), new Rooted(x =>
        {
            then = [.. seen.Select(t => t.ToString())];
            return x;
        }));
        using var pause = Gradients.Off();
        using (ForwardPass.Watch((_, result) => seen.Add(result)))
            Assert.Equal(4, net[Tensor.Ones([1, 4])].Count);
        // Linear, identity (the same), ReLU, linear, sigmoid, the inner chain (the same), tanh.
        Assert.Equal([true, true, true, true, true, true, false], then.Select(t => t.EndsWith("freed", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ResultsAroundAUsersModule_AreFreedEarly_IfItKeepsNothing(bool keepsNothing)
    {
        var seen = new List<Tensor>();
        string[] then = [];
        var net = new Sequential(new Linear(4, 4), new Passing(keepsNothing), new Tanh(), new Rooted(x =>
        {
            then = [.. seen.Select(t => t.ToString())];
            return x;
        }));
        Assert.False(net.KeepsNothing);
        Assert.Equal(keepsNothing, new Sequential(new Relu(), new Passing(keepsNothing)).KeepsNothing);
        using var pause = Gradients.Off();
        using (ForwardPass.Watch((_, result) => seen.Add(result)))
            Assert.Equal(4, net[Tensor.Ones([1, 4])].Count);
        Assert.Equal([keepsNothing, keepsNothing, false], then.Select(t => t.EndsWith("freed", StringComparison.Ordinal)));
    }

    [Fact]
    public void WhatReplacesAResult_StaysReadable()
    {
        Tensor? other = null;
        var net = new Sequential(new Linear(4, 4), new Relu(), new Sigmoid());
        using var pause = Gradients.Off();
        using (ForwardPass.Change((module, result) => module is Relu ? other = result * 2 : module is Sigmoid ? result + other! : result))
            Assert.Equal(4, net[Tensor.Ones([1, 4])].Count);
    }

    [Fact]
    public void PartsCalledByThemselves_AreDrawnAsPartsOfTheWhole()
    {
        var whole = new WithTap(detached: true);
        whole.Initialize(0);
        var parts = new WithTap(detached: true);
        _ = parts.Second[Tensor.Ones([1, 4])];
        Assert.Equal(whole.Second.Parameters()[0].ToArray(), parts.Second.Parameters()[0].ToArray());
        Assert.NotEqual(parts.First.Parameters()[0].ToArray(), parts.Second.Parameters()[0].ToArray());
    }

    [Fact]
    public void TwoInputs_TrainAndEvaluate()
    {
        var net = new Siamese();
        net.Initialize(1);
        Assert.NotEqual(net.Left.Parameters()[0].ToArray(), net.Right.Parameters()[0].ToArray());
        var optimizer = new Sgd(net, new SgdOptions { LearningRate = 0.1 });
        var generator = new Generator(1);
        Tensor a = Tensor.Normal([8, 4], ref generator), b = Tensor.Normal([8, 4], ref generator);
        float first = 0, last = 0;
        for (int step = 0; step < 50; step++)
        {
            var (sum, _) = net[(a, b)];
            var loss = Loss.Mse(sum, Tensor.Zeros([8, 3]));
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            (first, last) = (step == 0 ? loss.Item() : first, loss.Item());
        }

        Assert.True(last < 0.1 * first, $"{first} -> {last}");
        using var pause = Gradients.Off();
        var (sums, differences) = net[(a, b)];
        Assert.Equal((24, 24), (sums.ToArray().Length, differences.ToArray().Length));
    }

    [Fact]
    public void SharedModule_CountsOnceAndStandsUnderBothNames()
    {
        var net = new Sharing();
        Assert.Equal(20, net.ParameterCount());
        Assert.Equal(["a.weight", "a.bias"], net.NamedParameters().Select(p => p.Name));
        Assert.Equal(["a.weight", "a.bias", "b.weight", "b.bias"], net.StateDict().Select(p => p.Name));
        net[Tensor.Ones([1, 4])].Sum().Backward();
        Assert.NotNull(net.Parameters()[0].Grad);
    }

    [Fact]
    public void StateShapes_AreThoseOfTheStateDict()
    {
        var net = new Sequential(new Conv2d(2, 4, 3), new BatchNorm2d(4));
        var shapes = net.StateShapes();
        Assert.Equal(("0.weight", [4, 2, 3, 3]), shapes[0]);
        Assert.Equal(net.StateDict().Select(t => (t.Name, t.Tensor.Shape)), shapes);
    }

    [Fact]
    public void NameGivenTwice_IsRefused() => Assert.Equal(
        "Twice: expected a name of its own for each part, got 'fc' twice. Choose another for the second. (Parameter 'name')",
        Assert.Throws<ArgumentException>(() => new Twice()).Message);

    [Fact]
    public void LayerThatNobodyRegistered_IsRefusedWhenItIsCalled() => Assert.Equal(
        "Linear: expected a part that its network has registered, got one that it has not, so that it would be neither trained nor saved. In the network's constructor write: layer = Child(\"layer\", new Linear(…)).",
        Assert.Throws<InvalidOperationException>(() => new Forgetful()[Tensor.Ones([1, 4])]).Message);

    [Fact]
    public void WeightOverwrittenBeforeBackward_IsRefused()
    {
        var net = new Linear(4, 2);
        var optimizer = new Sgd(net, new SgdOptions { LearningRate = 0.1 });
        var x = Tensor.Ones([1, 4]).WithGrad();
        var early = net[x].Sum();
        net[x].Sum().Backward();
        optimizer.Step();
        Assert.Equal(
            "Backward: expected inputs as they were in the forward pass, got one that was overwritten since (of the operation that made (1, 2)). Call Backward before the optimizer's step, or before CopyFrom.",
            Assert.Throws<InvalidOperationException>(() => early.Backward()).Message);
    }

    [Fact]
    public void SummandOverwrittenBeforeBackward_HarmsNothing()
    {
        var a = Tensor.Ones([2]).WithGrad();
        var sum = (a + a).Sum();
        a.CopyFrom([5f, 5]);
        sum.Backward();
        Assert.Equal([2f, 2], a.Grad!.ToArray());
    }

    private sealed class WithConstant : Module
    {
        private Tensor? constant;

        public override Tensor Forward(Tensor x) => x + (constant ??= Tensor.From([1f, 2, 3, 4], [1, 4]));
    }

    private sealed class WithTap : Module
    {
        private readonly bool detached;

        public WithTap(bool detached)
        {
            this.detached = detached;
            First = Child("first", new Linear(4, 4));
            Second = Child("second", new Linear(4, 4));
        }

        public Linear First { get; }

        public Linear Second { get; }

        public Tensor? Seen { get; private set; }

        public override Tensor Forward(Tensor x)
        {
            var hidden = First[x];
            Seen = detached ? hidden.Detach() : hidden;
            return Second[hidden];
        }
    }

    private sealed class Siamese : Module<(Tensor Left, Tensor Right), (Tensor Sum, Tensor Difference)>
    {
        public Siamese()
        {
            Left = Child("left", new Linear(4, 3));
            Right = Child("right", new Linear(4, 3));
        }

        public Linear Left { get; }

        public Linear Right { get; }

        public override (Tensor Sum, Tensor Difference) Forward((Tensor Left, Tensor Right) input)
        {
            Tensor a = Left[input.Left], b = Right[input.Right];
            return (a + b, a - b);
        }
    }

    private sealed class Sharing : Module
    {
        private readonly Linear a, b;

        public Sharing()
        {
            a = Child("a", new Linear(4, 4));
            b = Child("b", a);
        }

        public override Tensor Forward(Tensor x) => b[a[x]];
    }

    private sealed class Twice : Module
    {
        public Twice()
        {
            Child("fc", new Linear(4, 4));
            Child("fc", new Linear(4, 4));
        }

        public override Tensor Forward(Tensor x) => x;
    }

    private sealed class Forgetful : Module
    {
        private readonly Linear fc = new(4, 4);

        public override Tensor Forward(Tensor x) => fc[x];
    }

    private sealed class Passing(bool keepsNothing) : Module
    {
        public override bool KeepsNothing => keepsNothing;

        public override Tensor Forward(Tensor x) => x.Sigmoid();
    }

    private sealed class Rooted(Func<Tensor, Tensor> forward) : Module
    {
        public override Tensor Forward(Tensor x) => forward(x);
    }
}
