namespace Mekiki.Onnx.Import;

/// <summary>Maxima and averages over windows.</summary>
internal static class PoolOperators
{
    private const int MostTaps = 1 << 14;

    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        OperatorTable.One("MaxPool", MaxPool),
        OperatorTable.One("AveragePool", AveragePool),
        OperatorTable.One("GlobalAveragePool", c => new Value(Images(c).Shape.Rank == 4 ? c.Floats(0).AdaptiveAvgPool(1, 1) : c.Floats(0).Mean(Pixels(c), keepDimensions: true))),
        OperatorTable.One("GlobalMaxPool", GlobalMaxPool),
    ];

    private static Value MaxPool(NodeCall call)
    {
        if (call.Node.Outputs.Count > 1 && call.Node.Outputs[1].Length > 0)
            throw call.Wrong("maxima without their places");
        if (call[0] is { IsBytes: true, Count: > 0, Sizes.Length: 4 } bytes && WindowsOf(call, bytes.Sizes) is var q && Margin(q, bytes.Sizes) is { } around)
            return new Value(bytes.Unsigned.QuantizedMaxPool(q.Kernel[0], q.Strides[0], around), bytes.Type);
        var x = Images(call);
        var w = WindowsOf(call, x);
        if (Margin(w, x.Shape.ToArray()) is { } margin)
            return new Value(x.MaxPool(w.Kernel[0], w.Strides[0], margin));
        var result = Taps(call, x, w, float.NegativeInfinity, (a, b) => a.Maximum(b));
        return call[0].IsFloat ? new Value(result) : new Value(new Value(result).Integers, result.Shape.ToArray(), call[0].Type);
    }

    // The engine's margin, on all sides, with which there are the same windows: what a margin holds is no maximum. Null: it has none.
    private static int? Margin(Windows w, int[] sizes)
    {
        if (w.Kernel.Length != 2 || w.Kernel[0] != w.Kernel[1] || !w.HasOneStep || w.Dilations[0] != 1 || w.Before[0] != w.Before[1] || w.Before[0] > w.Kernel[0] / 2)
            return null;
        for (int d = 0; d < 2; d++)
            if (w.Count(d, sizes[d + 2]) != (sizes[d + 2] + 2 * w.Before[0] - w.Kernel[0]) / w.Strides[0] + 1)
                return null;
        return w.Before[0];
    }

    private static Value AveragePool(NodeCall call)
    {
        var x = Images(call);
        var w = WindowsOf(call, x);
        bool countsMargin = call.Integer("count_include_pad", 0) == 1;
        if (w.IsSquare && w.Dilations[0] == 1 && w.Before[0] <= w.Kernel[0] / 2 && !(countsMargin && w.Overhang.Any(o => o > 0)))
            return new Value(x.AvgPool(w.Kernel[0], w.Strides[0], w.Before[0], countPadding: countsMargin));
        var sums = Taps(call, x, w, 0, (a, b) => a + b);
        int[] plane = x.Shape.ToArray();
        (plane[0], plane[1]) = (1, 1);
        if (countsMargin)
        {
            // The margin counts as if it were of the images; what a window reaches over it does not.
            for (int d = 0; d < w.Kernel.Length; d++)
                plane[d + 2] += w.Before[d] + w.After[d] - w.Overhang[d];
            w = w with { Before = new int[w.Kernel.Length], After = w.Overhang };
        }

        return new Value(sums / Taps(call, Tensor.Ones(plane), w, 0, (a, b) => a + b));
    }

    private static Value GlobalMaxPool(NodeCall call)
    {
        var x = Images(call);
        if (x.Shape.Rank == 4)
            return new Value(x.AdaptiveMaxPool(1, 1));
        foreach (int d in Pixels(call))
            x = x.Max(d, keepDimensions: true).Values;
        return new Value(x);
    }

    private static Tensor Images(NodeCall call) => call.Floats(0) is { Count: > 0, Shape.Rank: >= 3 } x ? x : throw call.Wrong("images (N, C, …) of one pixel or more");

    private static int[] Pixels(NodeCall call) => [.. Enumerable.Range(2, call[0].Sizes.Length - 2)];

    private static Windows WindowsOf(NodeCall call, Tensor x) => WindowsOf(call, x.Shape.ToArray());

    private static Windows WindowsOf(NodeCall call, int[] sizes)
    {
        long[] kernel = call.Integers("kernel_shape") ?? throw call.Wrong("kernel_shape");
        var w = Windows.Of(call, Array.ConvertAll(kernel, k => call.Small(k, 1)), sizes[2..]);
        return w.Kernel.Aggregate(1L, (a, k) => Math.Min(a * k, int.MaxValue)) is var taps and > MostTaps && !w.IsSquare ? throw call.Wrong($"windows of at most {MostTaps} places", taps) : w;
    }

    // One tap of all windows after another.
    private static Tensor Taps(NodeCall call, Tensor x, Windows w, float margin, Func<Tensor, Tensor, Tensor> join)
    {
        int rank = w.Kernel.Length;
        int[] sides = x.Shape.ToArray()[2..];
        for (int d = 0; d < rank; d++)
            x = PartOperators.Padded(call, x, d + 2, w.Before[d], w.After[d], "constant", margin);
        Tensor? result = null;
        var tap = new int[rank];
        while (true)
        {
            var part = x;
            for (int d = 0; d < rank; d++)
            {
                int start = tap[d] * w.Dilations[d], count = w.Count(d, sides[d]);
                part = part.Slice(d + 2, start..(start + (count - 1) * w.Strides[d] + 1), w.Strides[d]);
            }

            result = result is null ? part : join(result, part);
            int at = rank - 1;
            while (at >= 0 && ++tap[at] == w.Kernel[at])
                tap[at--] = 0;
            if (at < 0)
                return result;
        }
    }
}
