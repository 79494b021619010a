using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>Operators on numbers of 8 bits, as ONNX and ONNX Runtime (<c>com.microsoft</c>) define them.</summary>
/// <remarks>Beyond their definitions, no scale for the result means that it is float32, and <c>floor</c> that negative results become 0: <see cref="QuantizedForm"/> writes so.</remarks>
internal static class QuantizedOperators
{
    public const string Floor = "floor", Contributed = "com.microsoft";

    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        OperatorTable.One("QLinearConv", Convolution),
        OperatorTable.One("QLinearMatMul", MatMul),
        OperatorTable.One("QGemm", Gemm),
        OperatorTable.One("QLinearAdd", Add),
        OperatorTable.One("QLinearGlobalAveragePool", Mean),
        OperatorTable.One("QLinearConcat", Concatenate),
        OperatorTable.One(QuantizedForm.Lookup, c => new Value(c[0].Unsigned.Lookup(c[1].Unsigned.ToArray<byte>()), c[1].Type)),
    ];

    /// <summary>Who defines an operator.</summary>
    public static string Domain(string name) => name is "QGemm" or "QLinearAdd" or "QLinearGlobalAveragePool" or "QLinearConcat" ? Contributed : "";

    /// <summary>What 8-bit numbers stand for; of int8 those that are 128 more.</summary>
    public static Quantization Meaning(NodeCall call, int scale, int zero)
    {
        if (call[scale].Count != 1 || (call.Has(zero) && call[zero].Count != 1))
            throw call.Wrong("one scale and one zero");
        return new(call.Floats(scale).ToArray()[0], call.Has(zero) ? call[zero].UnsignedZero : 0);
    }

    /// <summary>The weights of a node as the engine takes them.</summary>
    /// <param name="weight">Constant, features first.</param>
    /// <param name="sizes">The shape that the engine wants: (O, C, kh, kw) or (O, D).</param>
    /// <param name="scales">One, or one for each feature.</param>
    /// <param name="zeros">As many, or null.</param>
    /// <param name="bias">int32, or null.</param>
    /// <param name="isTransposed">Whether the weight lies as (D, O).</param>
    /// <exception cref="MekikiException">They do not fit.</exception>
    public static QuantizedWeights Weights(Value weight, int[] sizes, Value scales, Value? zeros, Value? bias, bool isTransposed)
    {
        if (weight.Prepared is Prepared known && known.Bias == bias && known.Scales == scales && known.Zeros == zeros && known.IsTransposed == isTransposed)
            return known.Weights;
        long[] given = weight.Integers, zero = zeros?.Integers ?? [0];
        int features = sizes[0], depth = given.Length / Math.Max(1, features);
        float[] scale = scales.Floats.ToArray();
        if ((scale.Length != 1 && scale.Length != features) || (zero.Length != 1 && zero.Length != features) || (bias is not null && bias.Count != features))
            throw new MekikiException($"Weights: expected {features} scales, zeros and biases, or one of each, got {scale.Length}, {zero.Length} and {bias?.Count ?? 0}. Export the network again, or another way.");
        var values = new short[given.Length];
        for (int o = 0; o < features; o++)
            for (int i = 0; i < depth; i++)
                values[o * depth + i] = (short)(given[isTransposed ? i * features + o : o * depth + i] - zero[zero.Length == 1 ? 0 : o]);
        if (scale.Length == 1)
            scale = [.. Enumerable.Repeat(scale[0], features)];
        var weights = new QuantizedWeights(values, (Shape)sizes, scale, bias is null ? [] : Array.ConvertAll(bias.Integers, b => checked((int)b)));
        weight.Prepared = new Prepared(weights, scales, zeros, bias, isTransposed);
        return weights;
    }

    private sealed record Prepared(QuantizedWeights Weights, Value Scales, Value? Zeros, Value? Bias, bool IsTransposed);

    private static Value Convolution(NodeCall call)
    {
        var (x, w) = (call[0], call[3]);
        if (x.Sizes.Length != 4 || w.Sizes.Length != 4)
            throw call.Wrong("images (N, C, H, W)");
        var windows = Windows.Of(call, w.Sizes[2..], x.Sizes[2..]);
        if (windows.Dilations[0] != windows.Dilations[1])
            throw call.Wrong("dilations that are alike");
        var weights = Weights(w, w.Sizes, call[4], Optional(call, 5), Optional(call, 8), isTransposed: false);
        var to = Target(call, 6, 7);
        var y = x.Unsigned.QuantizedConv2d(weights, Meaning(call, 1, 2), to, IsFloored(call), (windows.Strides[0], windows.Strides[1]),
            (windows.Before[0], windows.Before[1], windows.After[0], windows.After[1]), windows.Dilations[0], call.Small(call.Integer("group", 1), 1));
        return Result(call, y, to, 7);
    }

    private static Value MatMul(NodeCall call)
    {
        var (a, b) = (call[0], call[3]);
        var to = Target(call, 6, 7);
        if (b.Sizes.Length != 2 || a.Sizes.Length < 2 || a.Sizes[^1] != b.Sizes[0] || a.Count == 0)
            return Products(call, to);
        var weights = Weights(b, [b.Sizes[1], b.Sizes[0]], call[4], Optional(call, 5), Optional(call, 8), isTransposed: true);
        var rows = a.Unsigned.Reshape(a.Count / a.Sizes[^1], a.Sizes[^1]);
        var y = rows.QuantizedLinear(weights, Meaning(call, 1, 2), to, IsFloored(call));
        return Result(call, y.Reshape((Shape)(int[])[.. a.Sizes[..^1], b.Sizes[1]]), to, 7);
    }

    // Matrices that both depend on the images: few, so with floats.
    private static Value Products(NodeCall call, Quantization? to)
    {
        var y = call[0].Unsigned.Dequantize(Meaning(call, 1, 2)).MatMul(call[3].Unsigned.Dequantize(Meaning(call, 4, 5)));
        return Result(call, to is { } target ? y.Quantize(target) : y, to, 7);
    }

    private static Value Gemm(NodeCall call)
    {
        var (a, b) = (call[0], call[3]);
        if (a.Sizes.Length != 2 || b.Sizes.Length != 2 || call.Integer("transA", 0) == 1 || call.Number("alpha", 1) != 1)
            throw call.Wrong("matrices, the first as it is, and no factor");
        bool isTransposed = call.Integer("transB", 0) == 0;
        var weights = Weights(b, isTransposed ? [b.Sizes[1], b.Sizes[0]] : b.Sizes, call[4], Optional(call, 5), Optional(call, 6), isTransposed);
        var to = Target(call, 7, 8);
        return Result(call, a.Unsigned.QuantizedLinear(weights, Meaning(call, 1, 2), to, IsFloored(call)), to, 8);
    }

    private static Value Add(NodeCall call)
    {
        var to = Meaning(call, 6, 7);
        Quantization aFrom = Meaning(call, 1, 2), bFrom = Meaning(call, 4, 5);
        var y = call[0].Sizes.AsSpan().SequenceEqual(call[3].Sizes)
            ? call[0].Unsigned.QuantizedAdd(aFrom, call[3].Unsigned, bFrom, to, IsFloored(call))
            : (call[0].Unsigned.Dequantize(aFrom) + call[3].Unsigned.Dequantize(bFrom)).Quantize(to);
        return Result(call, y, to, 7);
    }

    private static Value Mean(NodeCall call)
    {
        if (call.Integer("channels_last", 0) == 1 || call[0].Sizes.Length != 4)
            throw call.Wrong("images (N, C, H, W)");
        var to = Meaning(call, 3, 4);
        return Result(call, call[0].Unsigned.QuantizedMeanOverPixels(Meaning(call, 1, 2), to), to, 4);
    }

    private static Value Concatenate(NodeCall call)
    {
        int count = (call.Inputs.Length - 2) / 3;
        var to = Meaning(call, 0, 1);
        Value[] parts = [.. Enumerable.Range(0, count).Select(i => call[2 + 3 * i])];
        Quantization[] from = [.. Enumerable.Range(0, count).Select(i => Meaning(call, 3 + 3 * i, 4 + 3 * i))];
        int axis = call.Dimension(call.Integer("axis", 1), parts[0].Sizes.Length);
        var y = axis == 1 && parts[0].Sizes.Length == 4
            ? Tensor.QuantizedConcatenate([.. parts.Select(p => p.Unsigned)], from, to)
            : Tensor.Concatenate(axis, [.. parts.Select((p, i) => p.Unsigned.Dequantize(from[i]))]).Quantize(to);
        return Result(call, y, to, 1);
    }

    private static Value? Optional(NodeCall call, int input) => call.Has(input) ? call[input] : null;

    private static bool IsFloored(NodeCall call) => call.Integer(Floor, 0) == 1;

    private static Quantization? Target(NodeCall call, int scale, int zero) => call.Has(scale) ? Meaning(call, scale, zero) : null;

    private static Value Result(NodeCall call, Tensor y, Quantization? to, int zero) =>
        to is null ? new Value(y) : new Value(y, call.Has(zero) ? call[zero].Type : ElementType.UInt8);
}
