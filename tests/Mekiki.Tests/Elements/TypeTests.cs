using Mekiki.Backends.Cpu.Simd;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Elements;

/// <summary>Element types, comparisons and choice, on every backend.</summary>
[Collection(nameof(VectorWidth))]
public class TypeTests
{
    public static TheoryData<string> Backends => [.. TestedBackends.Names];

    [Theory]
    [MemberData(nameof(Backends))]
    public void From_EachType_IsReadAsItWas(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Assert.Equal([-1, 2], Same<int>(Tensor.From((int[])[-1, 2], [2]), DType.Int32));
        Assert.Equal([1, 255], Same<byte>(Tensor.From((byte[])[1, 255], [2]), DType.UInt8));
        Assert.Equal([-1, 127], Same<sbyte>(Tensor.From((sbyte[])[-1, 127], [2]), DType.Int8));
        Assert.Equal([true, false], Same<bool>(Tensor.From([true, false], [2]), DType.Bool));
        Assert.Equal([(Half)1.5f, Half.NaN], Same<Half>(Tensor.From([(Half)1.5f, Half.NaN], [2]), DType.Float16));
        Assert.Equal([0x3F80, 0xC000], Same<ushort>(Tensor.FromBFloat16([0x3F80, 0xC000], [2]), DType.BFloat16));
        Assert.Equal([1, 2], Same<long>(Tensor.From([1, 2], [2]), DType.Int64));
        Assert.Equal([1, -2], Tensor.FromBFloat16([0x3F80, 0xC000], [2]).To(DType.Float32).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void To_Integers_CutsAndStaysInRange(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From(-1.9f, 1.9f, 300, float.NaN, float.NegativeInfinity, 0.5f);
        Assert.Equal([-1, 1, 300, 0, long.MinValue, 0], x.To(DType.Int64).ToArray<long>());
        Assert.Equal([-1, 1, 300, 0, int.MinValue, 0], x.To(DType.Int32).ToArray<int>());
        Assert.Equal([0, 1, 255, 0, 0, 0], x.To(DType.UInt8).ToArray<byte>());
        Assert.Equal([-1, 1, 127, 0, -128, 0], x.To(DType.Int8).ToArray<sbyte>());
        Assert.Equal([true, true, true, true, true, true], x.To(DType.Bool).ToArray<bool>());
        Assert.Equal([44, 255], Tensor.From([300, -1], [2]).To(DType.UInt8).ToArray<byte>());
        Assert.Equal([44, -1], Tensor.From([300, -1], [2]).To(DType.Int8).ToArray<sbyte>());
        Assert.Equal([1, 0], Tensor.From([true, false], [2]).To(DType.Float32).ToArray());
        Assert.Equal([16777216, 16777218], Tensor.From([16777217L, 16777219L - 1], [2]).To(DType.Float32).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void To_SmallerFloats_RoundsToEven(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        // bfloat16 has 8 digits: 1 + 1/256 lies halfway between 1 and 1 + 1/128, 1 + 3/256 between that and 1 + 2/128.
        var x = Tensor.From(1 + 1f / 256, 1 + 3f / 256, 1 + 1.01f / 256, -1 - 1f / 256, float.PositiveInfinity, 3.4e38f);
        Assert.Equal([1, 1 + 2f / 128, 1 + 1f / 128, -1, float.PositiveInfinity, float.PositiveInfinity], x.To(DType.BFloat16).To(DType.Float32).ToArray());
        // float16 has 11: 1 + 1/2048 lies halfway; 65,520 is the first that is rounded out of range.
        var h = Tensor.From(1 + 1f / 2048, 1 + 3f / 2048, 65519, 65520, 1e-8f, 6e-8f);
        Assert.Equal([1, 1 + 2f / 1024, 65504, float.PositiveInfinity, 0, 5.9604645e-8f], h.To(DType.Float16).To(DType.Float32).ToArray());
        Assert.Equal(float.NaN, Tensor.From(float.NaN).To(DType.BFloat16).To(DType.Float32).Item());
        Assert.Equal(float.NaN, Tensor.From(float.NaN).To(DType.Float16).To(DType.Float32).Item());
    }

    [Fact]
    public void To_OfImagesThatLieChannelsLast_KeepsTheirOrder()
    {
        var x = Tensor.Arange(0f, 24).Reshape(1, 2, 3, 4);
        Assert.Equal(x.ToArray(), x.MaxPool(1).To(DType.Int32).To(DType.Float32).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Comparisons_HoldAsTheyAreCalled(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor a = Tensor.From(1f, 2, 3, float.NaN), b = Tensor.From(2f, 2, 2, float.NaN);
        Assert.Equal([false, true, false, false], a.EqualTo(b).ToArray<bool>());
        Assert.Equal([true, false, true, true], a.NotEqualTo(b).ToArray<bool>());
        Assert.Equal([false, false, true, false], a.Greater(b).ToArray<bool>());
        Assert.Equal([false, true, true, false], a.GreaterOrEqual(b).ToArray<bool>());
        Assert.Equal([true, false, false, false], a.Less(b).ToArray<bool>());
        Assert.Equal([true, true, false, false], a.LessOrEqual(b).ToArray<bool>());
        Assert.Equal([true, false, false, false], a.Less(2).ToArray<bool>());
        Assert.Equal([false, true], Tensor.From([1L << 60, (1L << 60) + 1], [2]).Greater(Tensor.From([1L << 60], [1])).ToArray<bool>());
        Assert.Equal([true, false, true, false], Tensor.From((Half[])[(Half)1, (Half)2], [2, 1]).EqualTo(Tensor.From((Half[])[(Half)1], [1])).Expand(2, 2).Transpose(0, 1).Reshape(4).ToArray<bool>());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Logic_HasItsTruthTable(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor a = Tensor.From([false, false, true, true], [4]), b = Tensor.From([false, true, false, true], [4]);
        Assert.Equal([false, false, false, true], a.LogicalAnd(b).ToArray<bool>());
        Assert.Equal([false, true, true, true], a.LogicalOr(b).ToArray<bool>());
        Assert.Equal([true, true, false, false], a.LogicalNot().ToArray<bool>());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Where_TakesEitherAndSendsGradientsBack(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor a = Tensor.From([1f, 2], [2, 1]).WithGrad(), b = Tensor.From(10f, 20, 30).WithGrad();
        var y = Tensor.Where(Tensor.From([true, false, true], [3]), a, b);
        Assert.Equal([1, 20, 1, 2, 20, 2], y.ToArray());
        y.Sum().Backward();
        Assert.Equal([2, 2], a.Grad!.ToArray());
        Assert.Equal([0, 2, 0], b.Grad!.ToArray());
        Assert.Equal([1, 4], Tensor.Where(Tensor.From([true, false], [2]), Tensor.From([1, 2], [2]), Tensor.From([3, 4], [2])).ToArray<long>());
    }

    private static T[] Same<T>(Tensor x, DType type) where T : unmanaged
    {
        Assert.Equal(type, x.DType);
        return x.ToArray<T>();
    }
}
