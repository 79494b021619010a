using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>Operators that compare and choose.</summary>
internal static class ChoiceOperators
{
    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        Compare("Equal", (a, b) => a.EqualTo(b), (a, b) => a == b),
        Compare("Less", (a, b) => a.Less(b), (a, b) => a < b),
        Compare("LessOrEqual", (a, b) => a.LessOrEqual(b), (a, b) => a <= b),
        Compare("Greater", (a, b) => a.Greater(b), (a, b) => a > b),
        Compare("GreaterOrEqual", (a, b) => a.GreaterOrEqual(b), (a, b) => a >= b),
        Logic("And", (a, b) => a & b),
        Logic("Or", (a, b) => a | b),
        Logic("Xor", (a, b) => a ^ b),
        OperatorTable.One("Not", c => new Value(Array.ConvertAll(c[0].Integers, i => i == 0 ? 1L : 0), c[0].Sizes, ElementType.Bool)),
        OperatorTable.One("Where", Where),
        OperatorTable.One("Cast", c => To(c, c[0], TypeOf(c.Integer("to", 1)))),
        OperatorTable.One("CastLike", c => To(c, c[0], c[1].Type)),
        OperatorTable.One("QuantizeLinear", Quantize),
        OperatorTable.One("DequantizeLinear", Dequantize),
    ];

    private static Value Truth(Tensor condition) => new(Array.ConvertAll(condition.ToArray<bool>(), b => b ? 1L : 0), condition.Shape.ToArray(), ElementType.Bool);

    private static KeyValuePair<string, Func<NodeCall, Value[]>> Compare(string name, Func<Tensor, Tensor, Tensor> f, Func<long, long, bool> whole) => OperatorTable.One(name, c =>
        c[0].IsFloat || c[1].IsFloat ? Truth(f(c.Floats(0), c.Floats(1))) : ElementOperators.Combine(c, c[0], c[1], ElementType.Bool, (a, b) => whole(a, b) ? 1 : 0));

    private static KeyValuePair<string, Func<NodeCall, Value[]>> Logic(string name, Func<long, long, long> f) =>
        OperatorTable.One(name, c => ElementOperators.Combine(c, c[0], c[1], ElementType.Bool, (a, b) => f(a == 0 ? 0 : 1, b == 0 ? 0 : 1)));

    private static Value Where(NodeCall call)
    {
        var (condition, yes, no) = (call[0], call[1], call[2]);
        int[] sizes = ElementOperators.BroadcastSizes(call, condition.Sizes, ElementOperators.BroadcastSizes(call, yes.Sizes, no.Sizes));
        var zeros = new Value(new long[ElementOperators.SizeOf(call, sizes)], sizes);
        var wide = ElementOperators.Combine(call, condition, zeros, ElementType.Bool, (c, _) => c == 0 ? 0 : 1);
        if (!yes.IsFloat && !no.IsFloat)
        {
            long[] a = ElementOperators.Combine(call, yes, zeros, yes.Type, (v, _) => v).Integers, b = ElementOperators.Combine(call, no, zeros, yes.Type, (v, _) => v).Integers, which = wide.Integers;
            return new Value([.. which.Select((w, i) => w != 0 ? a[i] : b[i])], sizes, yes.Type);
        }

        return new Value(Tensor.Where(Tensor.From(Array.ConvertAll(wide.Integers, i => i != 0), sizes), yes.Floats.Expand(sizes), no.Floats.Expand(sizes)));
    }

    // Whole numbers that are too large lose their upper bits.
    private static Value To(NodeCall call, Value x, ElementType type) => type switch
    {
        ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.BFloat16 => x.IsFloat ? x : new Value(x.Floats),
        ElementType.Bool => new Value(x.IsFloat ? Array.ConvertAll(x.Floats.ToArray(), f => f == 0 ? 0L : 1) : Array.ConvertAll(x.Integers, i => i == 0 ? 0L : 1), x.Sizes, type),
        _ when GraphReader.BytesOf(type) > 0 => new Value(Array.ConvertAll(x.Integers, i => ElementOperators.Wrapped(i, type)), x.Sizes, type),
        _ => throw call.Wrong("a type of numbers", (long)type),
    };

    // round(x / scale) + zero point; the scale is one number, one along a dimension, or one for each block along it.
    private static Value Quantize(NodeCall call)
    {
        var x = call.Floats(0);
        var type = call.Has(2) ? call[2].Type : TypeOf(call.Integer("output_dtype", 0)) is var named and not ElementType.None ? named : ElementType.UInt8;
        if (call[0].IsFloat && call[1].Count == 1 && type is ElementType.UInt8 or ElementType.Int8)
            return new Value(x.Quantize(QuantizedOperators.Meaning(call, 1, 2)), type);
        var (least, most) = type switch
        {
            ElementType.UInt8 => (0f, 255f),
            ElementType.Int8 => (-128f, 127f),
            ElementType.UInt16 => (0f, 65535f),
            ElementType.Int16 => (-32768f, 32767f),
            _ => throw call.Wrong("whole numbers of 8 or 16 bits", (long)type),
        };
        var steps = (x / Along(call, call[1], x.Shape)).Round();
        if (call.Has(2))
            steps += Along(call, call[2], x.Shape);
        return new Value(steps.Clamp(least, most)) is var result && call.Node.Outputs.Count == 1 ? new Value(result.Integers, result.Sizes, type) : result;
    }

    private static Value Dequantize(NodeCall call)
    {
        if (call[0].IsBytes && call[1].Count == 1)
            return new Value(call[0].Unsigned.Dequantize(QuantizedOperators.Meaning(call, 1, 2)));
        var x = call.Floats(0);
        if (call.Has(2))
            x -= Along(call, call[2], x.Shape);
        return new Value(x * Along(call, call[1], x.Shape));
    }

    private static Tensor Along(NodeCall call, Value numbers, Shape shape)
    {
        if (numbers.Count == 1)
            return numbers.Floats.Reshape([]);
        var sizes = new int[shape.Rank];
        Array.Fill(sizes, 1);
        int axis = call.Dimension(call.Integer("axis", 1), shape.Rank), block = call.Small(call.Integer("block_size", 0));
        if (block > 0)
            return Blocks(call, numbers, shape, axis, block);
        sizes[axis] = numbers.Count == shape[axis] ? numbers.Count : throw call.Wrong("as many scales as channels");
        return numbers.Floats.Reshape(sizes);
    }

    // Each number as often as its block is long.
    private static Tensor Blocks(NodeCall call, Value numbers, Shape shape, int axis, int block)
    {
        int[] sizes = shape.ToArray(), wide = [.. sizes[..axis], (sizes[axis] - 1) / block + 1, block, .. sizes[(axis + 1)..]];
        int[] given = [.. wide[..(axis + 1)], .. wide[(axis + 2)..]];
        if (wide.Length > Shape.MaxRank || !numbers.Sizes.AsSpan().SequenceEqual(given))
            throw call.Wrong("a scale for each block");
        sizes[axis] = wide[axis] * block;
        return numbers.Floats.Unsqueeze(axis + 1).Expand(wide).Reshape((Shape)sizes).Slice(axis, ..shape[axis]);
    }

    private static ElementType TypeOf(long number) => (ElementType)(int)Math.Clamp(number, 0, 1000);
}
