namespace Mekiki.Onnx.Import;

/// <summary>Operators that take parts, and join them.</summary>
internal static class PartOperators
{
    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        OperatorTable.One("Concat", Concat),
        new("Split", Split),
        OperatorTable.One("Slice", Slice),
        OperatorTable.One("Gather", Gather),
        OperatorTable.One("GatherElements", GatherElements),
        OperatorTable.One("Pad", Pad),
    ];

    private static Value Concat(NodeCall call)
    {
        int rank = call[0].Sizes.Length, axis = call.Dimension(call.Integer("axis", 1), rank);
        var parts = new Tensor[call.Inputs.Length];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = call[i].IsFloat || rank > 1 ? call.Floats(i) : null!;
        if (parts[0] is not null && Array.TrueForAll(parts, p => p is not null))
        {
            var joined = new Value(Tensor.Concatenate(axis, parts));
            return call[0].IsFloat ? joined : new Value(joined.Integers, joined.Sizes, call[0].Type);
        }

        long[] all = [.. Enumerable.Range(0, parts.Length).SelectMany(i => call[i].Integers)];
        return new Value(all, [all.Length], call[0].Type);
    }

    private static Value[] Split(NodeCall call)
    {
        var x = call[0];
        int axis = call.Dimension(call.Integer("axis", 0), x.Sizes.Length), count = call.Node.Outputs.Count, side = x.Sizes[axis];
        int[] sizes;
        if (call.List(1, "split") is { Length: > 0 } given)
            sizes = Array.ConvertAll(given, s => call.Small(s));
        else
        {
            int each = (side + count - 1) / count;
            sizes = [.. Enumerable.Range(0, count).Select(i => Math.Clamp(side - i * each, 0, each))];
        }

        if (sizes.Length != count || sizes.Sum(s => (long)s) != side)
            throw call.Wrong($"{count} parts that are {side} together");
        var parts = new Value[count];
        for (int i = 0, at = 0; i < count; at += sizes[i++])
        {
            var part = x.Floats.Narrow(axis, at, sizes[i]);
            parts[i] = x.IsFloat ? new Value(part) : new Value(new Value(part).Integers, part.Shape.ToArray(), x.Type);
        }

        return parts;
    }

    private static Value Slice(NodeCall call)
    {
        var x = call[0];
        int rank = x.Sizes.Length;
        long[] starts = call.List(1, "starts") ?? [], ends = call.List(2, "ends") ?? [];
        long[] axes = call.List(3, "axes") ?? [.. Enumerable.Range(0, starts.Length).Select(d => (long)d)], steps = call.Has(4) ? call[4].Integers : [.. starts.Select(_ => 1L)];
        if (starts.Length != ends.Length || starts.Length != axes.Length || starts.Length != steps.Length)
            throw call.Wrong("as many ends, dimensions and steps as starts");
        // A list of whole numbers is a shape, which keeps all its bits.
        if (!x.IsFloat && rank == 1 && starts.Length == 1)
        {
            var (from, to, by) = Bounds(call, x.Sizes[0], starts[0], ends[0], steps[0]);
            var taken = new List<long>();
            for (long i = from; by > 0 ? i < to : i > to; i += by)
                taken.Add(x.Integers[i]);
            return new Value([.. taken], [taken.Count], x.Type);
        }

        var result = x.Floats;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = call.Dimension(axes[i], rank), side = result.Shape[axis];
            var (start, end, step) = Bounds(call, side, starts[i], ends[i], steps[i]);
            if (step < 0)
            {
                result = result.Flip(axis);
                (start, end, step) = (side - 1 - start, side - 1 - end, -step);
            }

            if (start > 0 || end < side || step > 1)
                result = result.Slice(axis, (int)start..(int)Math.Max(start, end), (int)step);
        }

        return x.IsFloat ? new Value(result) : new Value(new Value(result).Integers, result.Shape.ToArray(), x.Type);
    }

    private static (long Start, long End, long Step) Bounds(NodeCall call, int side, long start, long end, long step)
    {
        if (step is 0 or < -int.MaxValue or > int.MaxValue)
            step = step == 0 ? throw call.Wrong("a step other than 0", step) : Math.Sign(step) * (long)int.MaxValue;
        start = start < 0 ? Math.Max(start, -side - 1L) + side : start;
        end = end < 0 ? Math.Max(end, -side - 1L) + side : end;
        return step > 0
            ? (Math.Clamp(start, 0, side), Math.Clamp(end, 0, side), step)
            : (Math.Clamp(start, -1, side - 1), Math.Clamp(end, -1, side - 1), step);
    }

    private static Value Gather(NodeCall call)
    {
        var (x, index) = (call[0], call[1]);
        int axis = call.Dimension(call.Integer("axis", 0), x.Sizes.Length), side = x.Sizes[axis];
        long[] places = Array.ConvertAll(index.Integers, i => i < 0 ? i + side : i);
        if (Array.Exists(places, p => p < 0 || p >= side))
            throw call.Wrong($"places below {side}");
        int[] sizes = [.. x.Sizes[..axis], .. index.Sizes, .. x.Sizes[(axis + 1)..]];
        if (sizes.Length > Shape.MaxRank)
            throw call.Wrong($"at most {Shape.MaxRank} dimensions", sizes.Length);
        ElementOperators.SizeOf(call, sizes);
        if (!x.IsFloat && x.Sizes.Length == 1)
            return new Value(Array.ConvertAll(places, p => x.Integers[p]), index.Sizes, x.Type);
        var taken = x.Floats.IndexSelect(axis, Tensor.From(places, [places.Length])).Reshape((Shape)sizes);
        return x.IsFloat ? new Value(taken) : new Value(new Value(taken).Integers, sizes, x.Type);
    }

    private static Value GatherElements(NodeCall call)
    {
        var (x, index) = (call[0], call[1]);
        int axis = call.Dimension(call.Integer("axis", 0), x.Sizes.Length), side = x.Sizes[axis];
        long[] places = Array.ConvertAll(index.Integers, i => i < 0 ? i + side : i);
        var taken = new Value(x.Floats.Gather(axis, Tensor.From(places, index.Sizes)));
        return x.IsFloat ? taken : new Value(taken.Integers, taken.Sizes, x.Type);
    }

    private static Value Pad(NodeCall call)
    {
        var x = call.Floats(0);
        long[] given = call.List(1, "pads") ?? call.Integers("paddings") ?? [];
        int rank = x.Shape.Rank;
        int[] axes = call.Has(3) ? Array.ConvertAll(call[3].Integers, a => call.Dimension(a, rank)) : [.. Enumerable.Range(0, rank)];
        if (given.Length != 2 * axes.Length)
            throw call.Wrong($"{2 * axes.Length} margins", given.Length);
        float value = call.Has(2) ? call.Floats(2).ToArray()[0] : call.Number("value", 0);
        string mode = call.Text("mode", "constant");
        for (int i = 0; i < axes.Length; i++)
            x = Padded(call, x, axes[i], given[i], given[i + axes.Length], mode, value);
        return call[0].IsFloat ? new Value(x) : new Value(new Value(x).Integers, x.Shape.ToArray(), call[0].Type);
    }

    /// <summary>Margins along one dimension; negative ones cut.</summary>
    internal static Tensor Padded(NodeCall call, Tensor x, int axis, long before, long after, string mode, float value)
    {
        if (before < 0 || after < 0)
        {
            int side = x.Shape[axis], from = call.Small(Math.Max(0, -before)), to = side - call.Small(Math.Max(0, -after));
            x = from < to ? x.Narrow(axis, from, to - from) : throw call.Wrong("margins that leave something");
        }

        int first = call.Small(Math.Max(0, before)), last = call.Small(Math.Max(0, after)), length = x.Shape[axis];
        if (first == 0 && last == 0)
            return x;
        int[] sizes = x.Shape.ToArray();
        sizes[axis] = call.Small((long)first + last + length);
        ElementOperators.SizeOf(call, sizes);
        if (mode == "constant")
        {
            var parts = new List<Tensor>();
            if (first > 0)
                parts.Add(Margin(first));
            parts.Add(x);
            if (last > 0)
                parts.Add(Margin(last));
            return Tensor.Concatenate(axis, [.. parts]);
        }

        if (mode is not ("edge" or "reflect" or "wrap") || length == 0 || (mode != "edge" && Math.Max(first, last) >= (mode == "wrap" ? length + 1 : length)))
            throw call.Wrong("constant, edge, reflect or wrap margins below the side");
        var places = new long[first + length + last];
        for (int i = 0; i < places.Length; i++)
        {
            long place = i - first;
            places[i] = mode switch
            {
                "edge" => Math.Clamp(place, 0, length - 1),
                "wrap" => (place + length) % length,
                _ => place < 0 ? -place : place >= length ? 2L * (length - 1) - place : place,
            };
        }

        return x.IndexSelect(axis, Tensor.From(places, [places.Length]));

        Tensor Margin(int size)
        {
            int[] margin = x.Shape.ToArray();
            margin[axis] = size;
            return Tensor.Full(margin, value);
        }
    }
}
