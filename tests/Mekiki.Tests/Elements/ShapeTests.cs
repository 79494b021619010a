using Mekiki.Backends.Cpu.Simd;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Elements;

/// <summary>Parts, orders and repetitions, on every backend.</summary>
[Collection(nameof(VectorWidth))]
public class ShapeTests
{
    public static TheoryData<string> Backends => [.. TestedBackends.Names];

    [Fact]
    public void Spread_GivesTheSizes() => Assert.Equal([1, 3, 4, 5], (int[])[1, .. new Shape(3, 4, 5)]);

    [Theory]
    [MemberData(nameof(Backends))]
    public void Slices_AreThoseOfTheDefinition(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.Arange(0f, 60).Reshape(3, 4, 5);
        Expect([2, 2, 2], [5, 7, 15, 17, 25, 27, 35, 37], x[0..2, (1..4, 2), (0..4, 2)]);
        Expect([4, 5], [.. Enumerable.Range(40, 20).Select(i => (float)i)], x[-1]);
        Expect([3], [19, 39, 59], x[.., ^1, 4]);
        Expect([3, 0, 5], [], x[.., 2..2]);
        Expect([], [33], x[1, 2, 3]);
        Expect([3, 4, 2], [.. Enumerable.Range(0, 12).SelectMany(i => new float[] { i * 5, i * 5 + 3 })], x.Slice(-1, .., 3));
        Expect([1, 4, 5], [.. Enumerable.Range(20, 20).Select(i => (float)i)], x.Narrow(0, 1, 1));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void OrdersAndRepetitions_AreThoseOfTheDefinition(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.Arange(0f, 6).Reshape(2, 3);
        Expect([2, 3], [5, 4, 3, 2, 1, 0], x.Flip(0, 1));
        Expect([3, 2], [0, 3, 1, 4, 2, 5], x.Transpose(0, -1));
        Expect([2, 2, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], x.Expand(2, -1, -1));
        Expect([2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], x.Repeat(1, 2));
        Expect([4, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], x.Repeat(2, 1));
        Expect([2, 2, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], Tensor.Stack(0, x, x));
        Expect([2, 3, 2], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], Tensor.Stack(-1, x, x));
        Expect([3, 2], [0, 1, 2, 3, 4, 5], x.Reshape(-1, 2));
        Expect([2, 3], [0, 1, 2, 3, 4, 5], x.Unsqueeze(0).Unsqueeze(-1).Squeeze());
        Assert.Equal(new Shape(2, 1, 3), x.Unsqueeze(1).Shape);
        Assert.Equal([new Shape(2, 2), new Shape(2, 1)], x.Split(2, 1).Select(p => p.Shape));
        Assert.Equal([5, 2, 4, 1, 3, 0], Tensor.From([0, 1, 2, 3, 4, 5], [2, 3]).Transpose(0, 1).Flip(0, 1).ToArray<long>());
        Assert.Equal([1, 1, 2, 2], Tensor.From((byte[])[1, 2], [2, 1]).Expand(2, 2).ToArray<byte>());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void GatherAndIndexSelect_AddGradientsOfWhatComesTwice(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.Arange(0f, 6).Reshape(2, 3).WithGrad();
        var y = x.Gather(1, Tensor.From([2, 2, 0, 1], [2, 2]));
        Expect([2, 2], [2, 2, 3, 4], y);
        y.Sum().Backward();
        Assert.Equal([0, 0, 2, 1, 1, 0], x.Grad!.ToArray());
        x.ZeroGrad();
        y = x.IndexSelect(0, Tensor.From([1, 1, 0], [3]));
        Expect([3, 3], [3, 4, 5, 3, 4, 5, 0, 1, 2], y);
        y.Sum().Backward();
        Assert.Equal([1, 1, 1, 2, 2, 2], x.Grad!.ToArray());
    }

    [Fact]
    public void Sequences_AreThoseOfTheDefinition()
    {
        Assert.Equal([0, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([5, 2, -1], Tensor.Arange(5L, -2, -3).ToArray<long>());
        Assert.Equal([0.5f, 0.75f], Tensor.Arange(0.5f, 1, 0.25f).ToArray());
        Assert.Equal([0, 0.5f, 1], Tensor.Linspace(0, 1, 3).ToArray());
        Assert.Equal(0.1f, Tensor.Linspace(0.7f, 0.1f, 7).ToArray()[^1]);
        Assert.Equal([1, 0, 0, 0, 1, 0], Tensor.Eye(2, 3).ToArray());
        Assert.Equal([0, 0, 1, 1, 0, 0], Tensor.OneHot(Tensor.From([2, 0], [2]), 3).ToArray<long>());
        Assert.Equal([7, 7], Tensor.FullLike(Tensor.Zeros([2]), 7).ToArray());
        Assert.Equal([1, 0], Tensor.OnesLike(Tensor.Zeros([2])).ToArray().Zip(Tensor.ZerosLike(Tensor.Ones([2])).ToArray(), (a, b) => a - b).Take(1).Append(0));
        var generator = new Generator(3);
        long[] order = Tensor.Randperm(50, ref generator).ToArray<long>(), again = order.Order().ToArray();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), again);
        Assert.NotEqual(again, order);
    }

    private static void Expect(Shape shape, float[] values, Tensor got)
    {
        Assert.Equal(shape, got.Shape);
        Assert.Equal(values, got.ToArray());
    }
}
