using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Tests.Differentiation;

/// <summary>Functions with a gradient of the user's own.</summary>
public class FunctionTests
{
    [Fact]
    public void OwnGradient_IsUsed()
    {
        var x = Tensor.From(1, 2, 3).WithGrad();
        var y = new Cube().Apply(x);
        Assert.Equal([1, 8, 27], y.ToArray());
        y.Sum().Backward();
        Assert.Equal([3, 12, 27], x.Grad!.ToArray());
    }

    [Fact]
    public void RetainGraph_GoesBackTwice_WithoutItOnce()
    {
        var x = Tensor.From(1, 2).WithGrad();
        var y = new Cube().Apply(x).Sum();
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal([6, 24], x.Grad!.ToArray());
        Assert.Contains("freed already", Assert.Throws<InvalidOperationException>(() => y.Backward()).Message);
    }

    [Fact]
    public void TwoResults_EachHasItsGradient_UnusedOnesAreZero()
    {
        Tensor a = Tensor.From(1, 2).WithGrad(), b = Tensor.From(3, 5).WithGrad();
        var both = new SumAndProduct().ApplyAll(a, b);
        Assert.Equal([4, 7], both[0].ToArray());
        Assert.Equal([3, 10], both[1].ToArray());
        (both[0] * 10 + both[1]).Sum().Backward();
        Assert.Equal([13, 15], a.Grad!.ToArray());
        Assert.Equal([11, 12], b.Grad!.ToArray());
        a.ZeroGrad();
        new SumAndProduct().ApplyAll(a, b)[1].Sum().Backward();
        Assert.Equal([3, 5], a.Grad!.ToArray());
    }

    [Fact]
    public void InsideAModule_TrainsAndFreesItsMemory()
    {
        var net = new Cubing();
        var x = Tensor.From([1f, 2, 3, 4], [2, 2]);
        var y = net[x];
        Assert.Equal([2, 1], y.Shape.ToArray());
        y.Sum().Backward();
        float w0 = net.Parameters()[0].Values[0];
        Assert.NotEqual(0, net.Parameters()[0].Grad!.Values[0]);
        Assert.Throws<InvalidOperationException>(() => net.Cubed!.ToArray());
        using (Gradients.Off())
            Assert.Equal(y.Shape, net[x].Shape);
        Assert.Throws<InvalidOperationException>(() => net.Cubed!.ToArray());
        Assert.Equal(w0, net.Parameters()[0].Values[0]);
    }

    [Fact]
    public void OnImagesThatLieChannelsLast_GradientsLieRight()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 24).Select(i => (float)i)], [1, 3, 2, 4]).WithGrad();
        var y = new Cube().Apply(x.MaxPool(1));
        y.Backward(Tensor.From([.. Enumerable.Range(0, 24).Select(i => i == 5 ? 1f : 0)], [1, 3, 2, 4]));
        Assert.Equal([.. Enumerable.Range(0, 24).Select(i => i == 5 ? 75f : 0)], x.Grad!.ToArray());
    }

    [Fact]
    public void AnotherWayBackInside_IsAllowed()
    {
        var x = Tensor.From(2f).WithGrad();
        new Nested().Apply(x * 3).Sum().Backward();
        Assert.Equal([3 * 2 * 6], x.Grad!.ToArray());
    }

    [Fact]
    public void Mistakes_SayWhat()
    {
        var x = Tensor.From(1, 2).WithGrad();
        Text("Wrong: expected one result or more of Forward, got none. Return [y].", () => new Wrong(results: 0).Apply(x));
        Text("SumAndProduct: expected one result, got 2. Call ApplyAll.", () => new SumAndProduct().Apply(x, x));
        Text("Wrong: expected 1 gradients of Backward, one for each input, got 2. Return null where there is none.", () => new Wrong(gradients: [null, null]).Apply(x).Sum().Backward());
        Text("Wrong: expected a gradient of input 0 of shape (2), got Float32 (3). Sum over what was repeated.", () => new Wrong(gradients: [Tensor.Zeros([3])]).Apply(x).Sum().Backward());
        Assert.Throws<ArgumentNullException>(() => new Cube().Apply((Tensor)null!));
    }

    private static void Text(string expected, Action action) => Assert.Equal(expected, Assert.Throws<InvalidOperationException>(action).Message);

    private sealed class Cube : Function
    {
        protected override Tensor[] Forward(FunctionCall call)
        {
            var square = call.Inputs[0] * call.Inputs[0];
            call.Keep(square);
            return [square * call.Inputs[0]];
        }

        protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream) => [3 * call.Kept[0] * upstream[0]];
    }

    private sealed class SumAndProduct : Function
    {
        protected override Tensor[] Forward(FunctionCall call) => [call.Inputs[0] + call.Inputs[1], call.Inputs[0] * call.Inputs[1]];

        protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream) =>
            [upstream[0] + upstream[1] * call.Inputs[1], upstream[0] + upstream[1] * call.Inputs[0]];
    }

    private sealed class Nested : Function
    {
        protected override Tensor[] Forward(FunctionCall call) => [call.Inputs[0] * call.Inputs[0]];

        protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream)
        {
            var inner = call.Inputs[0].Detach().WithGrad();
            inner.Backward(upstream[0]);
            return [2 * call.Inputs[0] * inner.Grad!];
        }
    }

    private sealed class Wrong(int results = 1, Tensor?[]? gradients = null) : Function
    {
        protected override Tensor[] Forward(FunctionCall call) => [.. Enumerable.Repeat(call.Inputs[0], results)];

        protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream) => gradients!;
    }

    private sealed class Cubing : Module
    {
        private readonly Linear fc;

        public Cubing() => fc = Child("fc", new Linear(2, 1));

        public Tensor? Cubed { get; private set; }

        public override Tensor Forward(Tensor x) => new Cube().Apply(Cubed = new Cube().Apply(fc[x]));
    }
}
