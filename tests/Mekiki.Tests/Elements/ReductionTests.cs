using Mekiki.Backends.Cpu.Simd;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Elements;

/// <summary>Sums, maxima and their like over dimensions, on every backend.</summary>
[Collection(nameof(VectorWidth))]
public class ReductionTests
{
    public static TheoryData<string> Backends => [.. TestedBackends.Names];

    [Theory]
    [MemberData(nameof(Backends))]
    public void MaxAndMin_OfEqualNumbers_TakeTheFirst(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 3, 3, 2, 2, 5], [2, 3]).WithGrad();
        var (values, indices) = x.Max(1);
        Assert.Equal([3, 5], values.ToArray());
        Assert.Equal([1, 2], indices.ToArray<long>());
        values.Sum().Backward();
        Assert.Equal([0, 1, 0, 0, 0, 1], x.Grad!.ToArray());
        x.ZeroGrad();
        (values, indices) = x.Min(1, keepDimensions: true);
        Assert.Equal(new Shape(2, 1), values.Shape);
        Assert.Equal([1, 2], values.ToArray());
        Assert.Equal([0, 0], indices.ToArray<long>());
        values.Sum().Backward();
        Assert.Equal([1, 0, 0, 1, 0, 0], x.Grad!.ToArray());
        Assert.Equal([1, 0, 1], x.ArgMax(0).ToArray<long>());
        Assert.Equal([0, 1, 0], x.ArgMin(0).ToArray<long>());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void MaxOverAll_OfEqualNumbers_SharesTheGradient(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 5, 5, 2], [2, 2]).WithGrad();
        x.Max().Backward();
        Assert.Equal([0, 0.5f, 0.5f, 0], x.Grad!.ToArray());
        x.ZeroGrad();
        x.Min().Backward();
        Assert.Equal([1, 0, 0, 0], x.Grad!.ToArray());
        Assert.Equal(5, x.Norm(float.PositiveInfinity).Item());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void NoNumber_IsTheLargestAndTheSmallest(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From(1f, float.NaN, 7, float.PositiveInfinity);
        Assert.Equal((float.NaN, 1L), (x.Max(0).Values.Item(), x.Max(0).Indices.ToArray<long>()[0]));
        Assert.Equal((float.NaN, 1L), (x.Min(0).Values.Item(), x.Min(0).Indices.ToArray<long>()[0]));
        Assert.Equal([float.NaN, float.PositiveInfinity, 7], x.TopK(3).Values.ToArray());
        Assert.Equal([1, 7, float.PositiveInfinity], x.TopK(3, largest: false).Values.ToArray());
        Assert.Equal(float.NaN, x.Max().Item());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void TopK_OfFewAndMany_IsInOrder(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var generator = new Generator(5);
        // Many equal ones: of 100 numbers, 20 values.
        float[] values = [.. Enumerable.Range(0, 300).Select(_ => (float)generator.NextInt32(20))];
        foreach (int count in (ReadOnlySpan<int>)[1, 7, 32, 33, 100])
            foreach (bool largest in (ReadOnlySpan<bool>)[true, false])
            {
                var (top, indices) = Tensor.From(values, [3, 100]).TopK(count, 1, largest);
                for (int row = 0; row < 3; row++)
                {
                    var line = values[(row * 100)..(row * 100 + 100)].Select((v, i) => (v, i));
                    var order = (largest ? line.OrderByDescending(e => e.v) : line.OrderBy(e => e.v)).Take(count).ToList();
                    Assert.Equal(order.Select(e => e.v), top.ToArray()[(row * count)..(row * count + count)]);
                    Assert.Equal(order.Select(e => (long)e.i), indices.ToArray<long>()[(row * count)..(row * count + count)]);
                }
            }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Prod_WithZeros_HasExactGradients(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([2f, 3, 4, 2, 0, 4, 0, 0, 4], [3, 3]).WithGrad();
        var y = x.Prod([1]);
        Assert.Equal([24, 0, 0], y.ToArray());
        y.Sum().Backward();
        Assert.Equal([12, 8, 6, 0, 8, 0, 0, 0, 0], x.Grad!.ToArray());
        Assert.Equal([1, 1], Tensor.Zeros([2, 0]).Prod([1]).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Roots_OfZero_HaveNoGradient(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.Zeros([3]).WithGrad();
        (x.Norm() + x.Std() + x.Norm(3) + x.Norm(1)).Backward();
        Assert.Equal([0, 0, 0], x.Grad!.ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Statistics_AreThoseOfTheDefinition(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 2, 4, 5, 7, 11], [2, 3]);
        Assert.Equal([8, 12.5f, 24.5f], x.Var([0]).ToArray());
        Assert.Equal([4, 6.25f, 12.25f], x.Var([0], unbiased: false).ToArray());
        Assert.Equal([2, 2.5f, 3.5f], x.Std([0], unbiased: false, keepDimensions: true).ToArray());
        Assert.Equal(float.NaN, Tensor.Ones([1]).Var().Item());
        Assert.Equal([1, 3, 7, 5, 12, 23], x.CumSum(1).ToArray());
        Assert.Equal([1, 2, 4, 6, 9, 15], x.CumSum(0).ToArray());
        Assert.Equal(MathF.Sqrt(1 + 4 + 16 + 25 + 49 + 121), x.Norm().Item(), 1e-5f);
        Assert.Equal(30, x.Norm(1).Item());
        Assert.Equal(new Shape(1, 3), x.Sum([0], keepDimensions: true).Shape);
        Assert.Equal(new Shape(1, 1), x.Mean([], keepDimensions: true).Shape);
        Assert.Equal(1000 + MathF.Log(2), Tensor.From(1000f, 1000).LogSumExp().Item(), 1e-4f);
        Assert.Equal(float.NegativeInfinity, Tensor.From(float.NegativeInfinity, float.NegativeInfinity).LogSumExp().Item());
        Assert.Equal(float.PositiveInfinity, Tensor.From(float.PositiveInfinity, 0).LogSumExp().Item());
    }
}
