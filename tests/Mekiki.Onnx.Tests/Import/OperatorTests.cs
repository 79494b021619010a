using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>What newer editions of ONNX's node tests than Debian's ask of operators.</summary>
public sealed class OperatorTests
{
    [Fact]
    public void AveragePool_DoesNotCountWhatAWindowReachesOverTheMargin()
    {
        // Four places, a margin of one: windows of three from the margin on, the last over three places and one that is not there.
        var x = new Value(Tensor.From([1f, 2, 3, 4], [1, 1, 4]));
        var y = Compute("AveragePool", 22, [x], ("kernel_shape", new long[] { 3 }), ("strides", new long[] { 3 }), ("pads", new long[] { 1, 0 }), ("ceil_mode", 1), ("count_include_pad", 1));
        Assert.Equal([1, 3.5f], y.Floats.ToArray());
        var images = new Value(Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2]));
        y = Compute("AveragePool", 22, [images], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 0, 0 }), ("ceil_mode", 1), ("count_include_pad", 1));
        Assert.Equal([10 / 9f], y.Floats.ToArray());
        images = new Value(Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 1, 4, 4]));
        y = Compute("AveragePool", 22, [images], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1), ("count_include_pad", 1));
        Assert.Equal([6, 7.5f, 12, 13.5f], y.Floats.ToArray());
    }

    [Theory]
    [InlineData((int)ElementType.UInt16, new long[] { 0, 32768, 33068, 65535 })]
    [InlineData((int)ElementType.Int16, new long[] { -32768, 0, 300, 32767 })]
    [InlineData((int)ElementType.UInt8, new long[] { 0, 128, 255, 255 })]
    public void QuantizeLinear_HasTheBoundsOfTheZerosType(int type, long[] expected)
    {
        long zero = (ElementType)type switch { ElementType.UInt16 => 32768, ElementType.UInt8 => 128, _ => 0 };
        var y = Compute("QuantizeLinear", 21, [Floats(-1e6f, 0, 150, 1e6f), Floats([0.5f], []), new Value([zero], [], (ElementType)type)]);
        Assert.Equal(expected, y.Integers);
        Assert.Equal((ElementType)type, y.Type);
    }

    [Fact]
    public void QuantizeLinear_RefusesTypesThatItDoesNotHave()
    {
        var e = Assert.Throws<MekikiException>(() => Compute("QuantizeLinear", 23, [Floats(1, 2), Floats([0.5f], [])], ("output_dtype", 17)));
        Assert.Contains("expected whole numbers of 8 or 16 bits, got 17", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DequantizeLinear_TakesAScaleForEachBlock()
    {
        var q = new Value([1, 2, 3, 4, 5], [1, 5], ElementType.Int8);
        var y = Compute("DequantizeLinear", 21, [q, Floats([1, 10, 100], [1, 3])], ("axis", 1), ("block_size", 2));
        Assert.Equal([1, 2, 30, 40, 500], y.Floats.ToArray());
        Assert.Throws<MekikiException>(() => Compute("DequantizeLinear", 21, [q, Floats([1, 10], [1, 2])], ("axis", 1), ("block_size", 2)));
    }

    [Fact]
    public void Cast_KeepsTheLowerBits()
    {
        var y = Compute("Cast", 13, [new Value([300, -1, 127], [3])], ("to", (int)ElementType.UInt8));
        Assert.Equal([44, 255, 127], y.Integers);
        Assert.Equal(ElementType.UInt8, y.Type);
    }

    [Fact]
    public void CumSum_OfWholeNumbersIsWholeNumbers()
    {
        var y = Compute("CumSum", 14, [new Value([1, 2, 3], [3], ElementType.Int32), new Value([0], [])], ("exclusive", 1));
        Assert.Equal([0, 1, 3], y.Integers);
        Assert.Equal(ElementType.Int32, y.Type);
    }

    [Fact]
    public void MatMul_TakesVectors()
    {
        Value v = Floats(1, 2), m = Floats([1, 2, 3, 4, 5, 6], [2, 3]), w = Floats(1, 10, 100);
        Assert.Equal([9, 12, 15], Compute("MatMul", 13, [v, m]).Floats.ToArray());
        Assert.Equal([321, 654], Compute("MatMul", 13, [m, w]).Floats.ToArray());
        var product = Compute("MatMul", 13, [w, w]);
        Assert.Equal([10101], product.Floats.ToArray());
        Assert.Empty(product.Sizes);
        Assert.Equal([2, 1], Compute("MatMul", 13, [Floats([1, 2, 3, 4], [2, 1, 2]), v]).Sizes);
    }

    [Fact]
    public void Pad_Wraps()
    {
        var x = Floats([1, 2, 3], [1, 3]);
        var y = Compute("Pad", 19, [x, new Value([0, 2, 0, 3], [4])], ("mode", "wrap"));
        Assert.Equal([2, 3, 1, 2, 3, 1, 2, 3], y.Floats.ToArray());
        Assert.Throws<MekikiException>(() => Compute("Pad", 19, [x, new Value([0, 4, 0, 0], [4])], ("mode", "wrap")));
    }

    [Theory]
    [InlineData(18, new[] { -10f, 10, -10, 10, -200, 200, -200, 200 })]
    [InlineData(21, new[] { -10f, 10, -100, 100, -1000, 1000, -1e4f, 1e4f })]
    public void GroupNormalization_HasFactorsOfGroupsOrOfChannels(int version, float[] expected)
    {
        var x = Floats([-1, 1, -1, 1, -3, 3, -3, 3], [1, 4, 2]);
        var factors = version == 18 ? Floats(10, 200) : Floats(10, 100, 1000, 1e4f);
        var y = Compute("GroupNormalization", version, [x, factors, Floats(new float[factors.Count])], ("num_groups", 2), ("epsilon", 1e-10f));
        Assert.All(y.Floats.ToArray(), (value, i) => Assert.InRange(value / expected[i], 0.99999f, 1.00001f));
    }

    private static Value Floats(params float[] values) => Floats(values, [values.Length]);

    private static Value Floats(float[] values, int[] sizes) => new(Tensor.From(values, sizes));

    private static Value Compute(string name, int version, Value[] inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        var node = new GraphNode(name, [.. inputs.Select((_, i) => $"input {i}")], ["output"]) { Attributes = attributes.ToDictionary(a => a.Name, a => a.Value) };
        using var pause = Autograd.Gradients.Off();
        return GraphPlan.Compute(node, inputs, version)[0];
    }
}
