using Mekiki.Layers;

namespace Mekiki.Tests.Differentiation;

/// <summary>Actions that are called when a gradient is complete.</summary>
public class GradientHookTests
{
    [Fact]
    public void Hooks_AreCalledInTheOrderOfTheWayBack_EachWithTheWholeGradient()
    {
        Tensor first = Tensor.From(2f).WithGrad(), last = Tensor.From(5f).WithGrad();
        var seen = new List<string>();
        using var a = first.OnGradient(t => seen.Add($"first {t.Grad!.Item()}, last {last.Grad!.Item()}"));
        using var b = last.OnGradient(t => seen.Add($"last {t.Grad!.Item()}, first {first.Grad?.Item()}"));
        // first is used twice: at the beginning, and once more behind.
        var y = first * first * first * last;
        y.Backward();
        Assert.Equal(["last 8, first ", "first 60, last 8"], seen);
    }

    [Fact]
    public void ParameterUsedInTwoPlaces_IsCalledOnce_AfterTheSecond()
    {
        var linear = new Linear(3, 3, bias: false);
        var net = new Sequential(linear, new Sigmoid(), linear);
        var weight = net.Parameters()[0];
        float[]? at = null;
        int calls = 0;
        using var hook = weight.OnGradient(t => (at, calls) = (t.Grad!.ToArray(), calls + 1));
        net[Tensor.Ones([2, 3])].Sum().Backward();
        Assert.Equal(1, calls);
        Assert.Equal(weight.Grad!.ToArray(), at);
    }

    [Fact]
    public void DisposedHook_IsNotCalled_OthersAre()
    {
        var x = Tensor.From(1f).WithGrad();
        var seen = new List<int>();
        var one = x.OnGradient(_ => seen.Add(1));
        var two = x.OnGradient(_ => seen.Add(2));
        (x * 2).Backward();
        one.Dispose();
        one.Dispose();
        (x * 2).Backward();
        x.Backward();
        two.Dispose();
        (x * 2).Backward();
        Assert.Equal([1, 2, 2, 2], seen);
    }

    [Fact]
    public void ResultsAndTensorsWithoutGradient_SayWhat()
    {
        Assert.Equal(
            "OnGradient: expected a tensor with RequiresGrad that no operation made, got (1), a result. Ask a parameter.",
            Assert.Throws<InvalidOperationException>(() => (Tensor.From(1f).WithGrad() * 2).OnGradient(_ => { })).Message);
        Assert.Equal(
            "OnGradient: expected a tensor with RequiresGrad that no operation made, got (1), without RequiresGrad. Ask a parameter.",
            Assert.Throws<InvalidOperationException>(() => Tensor.From(1f).OnGradient(_ => { })).Message);
        Assert.Throws<ArgumentNullException>(() => Tensor.From(1f).WithGrad().OnGradient(null!));
    }
}
