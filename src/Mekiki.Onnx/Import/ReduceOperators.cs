namespace Mekiki.Onnx.Import;

/// <summary>Operators that make one number of many.</summary>
internal static class ReduceOperators
{
    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        Reduce("ReduceMean", 18, (x, axes, keep) => x.Mean(axes, keep)),
        Reduce("ReduceSum", 13, (x, axes, keep) => x.Sum(axes, keep)),
        Reduce("ReduceSumSquare", 18, (x, axes, keep) => (x * x).Sum(axes, keep)),
        Reduce("ReduceL1", 18, (x, axes, keep) => x.Abs().Sum(axes, keep)),
        Reduce("ReduceL2", 18, (x, axes, keep) => (x * x).Sum(axes, keep).Sqrt()),
        Reduce("ReduceLogSum", 18, (x, axes, keep) => x.Sum(axes, keep).Log()),
        Reduce("ReduceLogSumExp", 18, (x, axes, keep) => x.LogSumExp(axes, keep)),
        Reduce("ReduceProd", 18, (x, axes, keep) => x.Prod(axes, keep)),
        Reduce("ReduceMax", 18, (x, axes, keep) => Each(x, axes, keep, (y, d) => y.Max(d, keepDimensions: true).Values)),
        Reduce("ReduceMin", 18, (x, axes, keep) => Each(x, axes, keep, (y, d) => y.Min(d, keepDimensions: true).Values)),
        OperatorTable.One("ArgMax", c => Best(c, isMost: true)),
        OperatorTable.One("ArgMin", c => Best(c, isMost: false)),
        OperatorTable.One("Softmax", c => Softmax(c, isLog: false)),
        OperatorTable.One("LogSoftmax", c => Softmax(c, isLog: true)),
        OperatorTable.One("CumSum", CumSum),
    ];

    private delegate Tensor Reduction(Tensor x, int[] axes, bool keep);

    private static KeyValuePair<string, Func<NodeCall, Value[]>> Reduce(string name, int since, Reduction f) => OperatorTable.One(name, c =>
    {
        var x = c[0];
        long[]? given = c.Version >= since ? c.List(1, "axes") : c.Integers("axes");
        if (given is null or [] && c.Integer("noop_with_empty_axes", 0) == 1)
            return x;
        int[] axes = given is null or [] ? [.. Enumerable.Range(0, x.Sizes.Length)] : [.. given.Select(a => c.Dimension(a, x.Sizes.Length)).Distinct()];
        if (axes.Length == 0)
            return x;
        return AsGiven(x, f(x.Floats, axes, c.Integer("keepdims", 1) == 1));
    });

    // Of whole numbers the result is whole numbers of their type.
    private static Value AsGiven(Value x, Tensor result) => x.IsFloat ? new Value(result) : new Value(new Value(result).Integers, result.Shape.ToArray(), x.Type);

    private static Tensor Each(Tensor x, int[] axes, bool keep, Func<Tensor, int, Tensor> f)
    {
        foreach (int axis in axes)
            x = f(x, axis);
        return keep ? x : x.Reshape([.. x.Shape.ToArray().Where((_, d) => !axes.Contains(d))]);
    }

    private static Value Best(NodeCall call, bool isMost)
    {
        var x = call.Floats(0);
        int axis = call.Dimension(call.Integer("axis", 0), x.Shape.Rank);
        bool isLast = call.Integer("select_last_index", 0) == 1;
        if (isLast)
            x = x.Flip(axis);
        bool keep = call.Integer("keepdims", 1) == 1;
        var indices = isMost ? x.ArgMax(axis, keep) : x.ArgMin(axis, keep);
        long[] places = indices.Integers.ToArray();
        return new Value(isLast ? Array.ConvertAll(places, p => x.Shape[axis] - 1 - p) : places, indices.Shape.ToArray());
    }

    // Before version 13 all dimensions from the axis on are one.
    private static Value Softmax(NodeCall call, bool isLog)
    {
        var x = call.Floats(0);
        int axis = call.Dimension(call.Integer("axis", call.Version < 13 ? 1 : -1), Math.Max(1, x.Shape.Rank));
        if (call.Version >= 13)
            return new Value(isLog ? x.LogSoftmax(axis) : x.Softmax(axis));
        var rows = x.Reshape([Product(x.Shape, 0, axis), Product(x.Shape, axis, x.Shape.Rank)]);
        return new Value((isLog ? rows.LogSoftmax(1) : rows.Softmax(1)).Reshape(x.Shape));
    }

    private static int Product(Shape shape, int from, int to)
    {
        int product = 1;
        for (int d = from; d < to; d++)
            product *= shape[d];
        return product;
    }

    private static Value CumSum(NodeCall call)
    {
        var x = call.Floats(0);
        int axis = call.Dimension(call[1].Integers[0], x.Shape.Rank);
        bool isBackwards = call.Integer("reverse", 0) == 1;
        var given = isBackwards ? x.Flip(axis) : x;
        var sums = given.CumSum(axis);
        if (call.Integer("exclusive", 0) == 1)
            sums -= given;
        return AsGiven(call[0], isBackwards ? sums.Flip(axis) : sums);
    }
}
