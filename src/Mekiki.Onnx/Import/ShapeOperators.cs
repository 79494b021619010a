namespace Mekiki.Onnx.Import;

/// <summary>Operators that make shapes and constants, or read the same elements in another shape.</summary>
internal static class ShapeOperators
{
    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        OperatorTable.One("Shape", ShapeOf),
        OperatorTable.One("Size", c => new Value([c[0].Count], [])),
        OperatorTable.One("Constant", Constant),
        OperatorTable.One("ConstantOfShape", ConstantOfShape),
        OperatorTable.One("Range", Range),
        OperatorTable.One("Reshape", Reshape),
        OperatorTable.One("Flatten", Flatten),
        OperatorTable.One("Squeeze", Squeeze),
        OperatorTable.One("Unsqueeze", Unsqueeze),
        OperatorTable.One("Expand", Expand),
        OperatorTable.One("Tile", Tile),
        OperatorTable.One("Transpose", Transpose),
        OperatorTable.One("DepthToSpace", DepthToSpace),
        OperatorTable.One("SpaceToDepth", SpaceToDepth),
    ];

    /// <summary>The same elements in another shape.</summary>
    public static Value As(Value x, int[] sizes) => x.IsFloat ? new Value(x.Floats.Reshape((Shape)sizes)) : x.IsBytes ? new Value(x.Unsigned.Reshape((Shape)sizes), x.Type) : new Value(x.Integers, sizes, x.Type);

    private static Value ShapeOf(NodeCall call)
    {
        int rank = call[0].Sizes.Length;
        int start = (int)Math.Clamp(Wrapped(call.Integer("start", 0)), 0, rank), end = (int)Math.Clamp(Wrapped(call.Integer("end", rank)), start, rank);
        return new Value([.. call[0].Sizes[start..end].Select(s => (long)s)], [end - start]);

        long Wrapped(long at) => at < 0 ? at + rank : at;
    }

    private static Value Constant(NodeCall call)
    {
        foreach (var (name, value) in call.Node.Attributes)
            switch (name)
            {
                case "value" when value.Tensor is { } tensor:
                    return Value.Of(tensor);
                case "value_float" when value.Number is { } number:
                    return new Value(Tensor.Scalar(number));
                case "value_int" when value.Integer is { } integer:
                    return new Value([integer], []);
                case "value_floats" when value.Numbers is { } numbers:
                    return new Value(Tensor.From(numbers, [numbers.Length]));
                case "value_ints" when value.Integers is { } integers:
                    return new Value(integers, [integers.Length]);
            }

        throw call.Wrong("a tensor or numbers");
    }

    private static Value ConstantOfShape(NodeCall call)
    {
        int[] sizes = Array.ConvertAll(call[0].Integers, s => call.Small(s));
        int count = ElementOperators.SizeOf(call, sizes);
        var value = call.Node.Attributes.TryGetValue("value", out var a) && a.Tensor is { } tensor ? Value.Of(tensor) : new Value(Tensor.Scalar(0));
        if (value.Count != 1)
            throw call.Wrong("one number");
        if (value.IsFloat)
            return new Value(Tensor.Full(sizes, value.Floats.ToArray()[0]));
        var all = new long[count];
        Array.Fill(all, value.Integers[0]);
        return new Value(all, sizes, value.Type);
    }

    private static Value Range(NodeCall call)
    {
        if (call[0].IsFloat)
        {
            float first = call.Floats(0).ToArray()[0], step = call.Floats(2).ToArray()[0];
            int many = call.Small((long)MathF.Ceiling((call.Floats(1).ToArray()[0] - first) / step));
            return new Value(Tensor.From([.. Enumerable.Range(0, many).Select(i => first + i * step)], [many]));
        }

        long start = call[0].Integers[0], limit = call[1].Integers[0], delta = call[2].Integers[0];
        if (delta == 0)
            throw call.Wrong("a step other than 0");
        int count = call.Small(Math.Max(0, (long)Math.Ceiling(((double)limit - start) / delta)));
        return new Value([.. Enumerable.Range(0, count).Select(i => start + i * delta)], [count], call[0].Type);
    }

    private static Value Reshape(NodeCall call)
    {
        var x = call[0];
        long[] wanted = call.List(1, "shape") ?? [];
        bool keepsZeros = call.Integer("allowzero", 0) == 1;
        var sizes = new int[wanted.Length];
        int free = -1;
        long known = 1;
        for (int d = 0; d < sizes.Length; d++)
        {
            if (wanted[d] == -1)
            {
                free = free < 0 ? d : throw call.Wrong("one free size at most");
                continue;
            }

            sizes[d] = wanted[d] == 0 && !keepsZeros ? d < x.Sizes.Length ? x.Sizes[d] : throw call.Wrong("sizes that the input has") : call.Small(wanted[d]);
            known *= sizes[d];
            if (known > int.MaxValue)
                throw call.Wrong($"as many elements as there are, {x.Count}", known);
        }

        if (free >= 0)
            sizes[free] = known == 0 ? 0 : (int)(x.Count / known);
        if (ElementOperators.SizeOf(call, sizes, int.MaxValue) != x.Count)
            throw call.Wrong($"as many elements as there are, {x.Count}");
        return As(x, sizes);
    }

    private static Value Flatten(NodeCall call)
    {
        var x = call[0];
        long axis = call.Integer("axis", 1);
        int at = axis == x.Sizes.Length ? x.Sizes.Length : call.Dimension(axis, x.Sizes.Length);
        int rows = ElementOperators.SizeOf(call, x.Sizes[..at], int.MaxValue);
        return As(x, [rows, ElementOperators.SizeOf(call, x.Sizes[at..], int.MaxValue)]);
    }

    private static Value Squeeze(NodeCall call)
    {
        var x = call[0];
        int[] axes = call.List(1, "axes") is { Length: > 0 } given
            ? Array.ConvertAll(given, a => call.Dimension(a, x.Sizes.Length))
            : [.. Enumerable.Range(0, x.Sizes.Length).Where(d => x.Sizes[d] == 1)];
        return axes.All(a => x.Sizes[a] == 1) ? As(x, [.. x.Sizes.Where((_, d) => !axes.Contains(d))]) : throw call.Wrong("sizes of 1");
    }

    private static Value Unsqueeze(NodeCall call)
    {
        var x = call[0];
        long[] given = call.List(1, "axes") ?? [];
        int rank = x.Sizes.Length + given.Length;
        int[] axes = Array.ConvertAll(given, a => call.Dimension(a, rank));
        if (rank > Shape.MaxRank || axes.Distinct().Count() != axes.Length)
            throw call.Wrong($"different dimensions, at most {Shape.MaxRank}");
        var sizes = new List<int>(x.Sizes);
        foreach (int axis in axes.Order())
            sizes.Insert(axis, 1);
        return As(x, [.. sizes]);
    }

    private static Value Expand(NodeCall call)
    {
        int[] sizes = ElementOperators.BroadcastSizes(call, call[0].Sizes, Array.ConvertAll(call[1].Integers, s => call.Small(s)));
        int count = ElementOperators.SizeOf(call, sizes);
        return call[0].IsFloat
            ? new Value(call[0].Floats.Expand(sizes))
            : ElementOperators.Combine(call, call[0], new Value(new long[count], sizes), call[0].Type, (a, _) => a);
    }

    private static Value Tile(NodeCall call)
    {
        var x = call[0];
        int[] counts = Array.ConvertAll(call[1].Integers, s => call.Small(s));
        if (counts.Length != x.Sizes.Length)
            throw call.Wrong($"{x.Sizes.Length} counts", counts.Length);
        ElementOperators.SizeOf(call, [.. x.Sizes.Zip(counts).Select(p => call.Small((long)p.First * p.Second))]);
        var result = new Value(x.Floats.Repeat(counts));
        return x.IsFloat ? result : new Value(result.Integers, result.Sizes, x.Type);
    }

    private static Value Transpose(NodeCall call)
    {
        var x = call[0];
        int rank = x.Sizes.Length;
        int[] order = call.Integers("perm") is { } given ? Array.ConvertAll(given, d => call.Dimension(d, rank)) : [.. Enumerable.Range(0, rank).Reverse()];
        if (order.Length != rank || order.Distinct().Count() != rank)
            throw call.Wrong("each dimension once");
        var result = new Value(x.Floats.Permute(order));
        return x.IsFloat ? result : new Value(result.Integers, result.Sizes, x.Type);
    }

    private static Value DepthToSpace(NodeCall call)
    {
        var x = call.Floats(0);
        int b = call.Small(call.Integer("blocksize", 1), 1);
        if (x.Shape.Rank != 4 || b > 1 << 12 || x.Shape[1] % (b * b) != 0)
            throw call.Wrong("images (N, C, H, W) whose channels fit into the blocks");
        int n = x.Shape[0], c = x.Shape[1] / (b * b), h = x.Shape[2], w = x.Shape[3];
        var parts = call.Text("mode", "DCR") == "CRD"
            ? x.Reshape(n, c, b, b, h, w).Permute(0, 1, 4, 2, 5, 3)
            : x.Reshape(n, b, b, c, h, w).Permute(0, 3, 4, 1, 5, 2);
        return new Value(parts.Reshape(n, c, h * b, w * b));
    }

    private static Value SpaceToDepth(NodeCall call)
    {
        var x = call.Floats(0);
        int b = call.Small(call.Integer("blocksize", 1), 1);
        if (x.Shape.Rank != 4 || x.Shape[2] % b != 0 || x.Shape[3] % b != 0)
            throw call.Wrong("images (N, C, H, W) whose sides fit into the blocks");
        int n = x.Shape[0], c = x.Shape[1], h = x.Shape[2] / b, w = x.Shape[3] / b;
        return new Value(x.Reshape(n, c, h, b, w, b).Permute(0, 3, 5, 1, 2, 4).Reshape(n, c * b * b, h, w));
    }
}
