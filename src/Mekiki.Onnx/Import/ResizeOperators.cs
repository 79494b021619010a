namespace Mekiki.Onnx.Import;

/// <summary>Operators that scale images.</summary>
internal static class ResizeOperators
{
    // A line of pixels must not ask for more memory than any other node.
    private const int MostElements = 1 << 24, FixedPoint = 22;

    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        OperatorTable.One("Resize", Resize),
        OperatorTable.One("Upsample", Upsample),
    ];

    private static Value Resize(NodeCall call)
    {
        // Version 10 has the scales where later ones have the places to cut out.
        int scales = call.Version < 11 ? 1 : 2;
        var rule = call.Version < 11
            ? new ResizeRule(call.Text("mode", "nearest")) { Places = "asymmetric", Nearest = "floor" }
            : new ResizeRule(call.Text("mode", "nearest"))
            {
                Places = call.Text("coordinate_transformation_mode", "half_pixel"),
                Nearest = call.Text("nearest_mode", "round_prefer_floor"),
                CubicA = call.Number("cubic_coeff_a", -0.75f),
                IsAntialiased = call.Integer("antialias", 0) == 1,
                LeavesOutside = call.Integer("exclude_outside", 0) == 1,
            };
        int rank = call[0].Sizes.Length;
        int[] axes = call.Integers("axes") is { } given ? Array.ConvertAll(given, a => call.Dimension(a, rank)) : [.. Enumerable.Range(0, rank)];
        if (axes.Distinct().Count() != axes.Length)
            throw call.Wrong("different dimensions");
        float[] factors = call.Has(scales) ? call.Floats(scales).ToArray() : [];
        long[] sizes = call.Version > 10 && call.Has(3) ? call[3].Integers : [];
        if (factors.Length == 0 == (sizes.Length == 0) || factors.Length + sizes.Length != axes.Length)
            throw call.Wrong($"{axes.Length} scales or sizes", factors.Length + sizes.Length);
        float[] cut = rule.Places == "tf_crop_and_resize" && call.Has(1) ? call.Floats(1).ToArray() : [];
        if (rule.Places == "tf_crop_and_resize" && cut.Length != 2 * axes.Length)
            throw call.Wrong($"{2 * axes.Length} numbers of what is cut out", cut.Length);
        return Scaled(call, rule, axes, sizes.Length > 0 ? OfSizes(call, axes, sizes) : Array.ConvertAll(factors, f => (double)f), sizes, cut);
    }

    private static Value Upsample(NodeCall call)
    {
        double[] factors = Array.ConvertAll(call.Has(1) ? call.Floats(1).ToArray() : call.Node.Attributes.GetValueOrDefault("scales")?.Numbers ?? [], f => (double)f);
        int rank = call[0].Sizes.Length;
        return factors.Length == rank
            ? Scaled(call, new ResizeRule(call.Text("mode", "nearest")) { Places = "asymmetric", Nearest = "floor" }, [.. Enumerable.Range(0, rank)], factors, [], [])
            : throw call.Wrong($"{rank} scales", factors.Length);
    }

    // The scales that lead to sizes; one for all dimensions, where proportions are kept.
    private static double[] OfSizes(NodeCall call, int[] axes, long[] sizes)
    {
        int[] from = call[0].Sizes;
        double[] factors = [.. axes.Select((a, i) => from[a] > 0 ? (double)sizes[i] / from[a] : throw call.Wrong("images of one pixel or more"))];
        string policy = call.Text("keep_aspect_ratio_policy", "stretch");
        if (policy is not ("not_larger" or "not_smaller") || factors.Length == 0)
            return factors;
        double factor = policy == "not_larger" ? factors.Min() : factors.Max();
        for (int i = 0; i < sizes.Length; i++)
            (factors[i], sizes[i]) = (factor, (long)Math.Floor(factor * from[axes[i]] + 0.5));
        return factors;
    }

    private static Value Scaled(NodeCall call, ResizeRule rule, int[] axes, double[] factors, long[] sizes, float[] cut)
    {
        if (!rule.IsKnown)
            throw call.Wrong("nearest, linear or cubic places of half_pixel, half_pixel_symmetric, pytorch_half_pixel, tf_half_pixel_for_nn, align_corners, asymmetric or tf_crop_and_resize");
        var x = call[0];
        float outside = call.Number("extrapolation_value", 0);
        bool isWhole = rule.IsAntialiased && rule.Mode != "nearest" && (!x.IsFloat || x.AreBytes);
        var (bytes, floats) = (isWhole ? x.Integers : null, isWhole ? null : x.Floats);
        int[] shape = [.. x.Sizes];
        // Columns first, as images are usually scaled.
        for (int i = axes.Length - 1; i >= 0; i--)
        {
            int axis = axes[i], from = shape[axis];
            if (!double.IsFinite(factors[i]) || factors[i] <= 0)
                throw call.Wrong("scales above 0");
            int to = call.Small(sizes.Length > 0 ? sizes[i] : (long)Math.Floor(Math.Min(from * factors[i], 1L << 40)), 1);
            if (cut.Length == 0 && to == from && factors[i] == 1)
                continue;
            shape[axis] = to;
            // For one image: how many there are is no claim of the file.
            ElementOperators.SizeOf(call, axis == 0 ? shape : shape[1..], MostElements);
            if ((long)from * to > MostElements)
                throw call.Wrong($"lines of at most {MostElements} pixels", (long)from * to);
            var line = new ResizeLine(rule, from, to, factors[i], cut.Length > 0 ? (cut[i], cut[i + axes.Length]) : (0, 1));
            if (bytes is not null)
                bytes = Whole(bytes, shape, axis, from, line);
            else
                floats = Along(floats!, axis, line, outside);
        }

        return bytes is null ? x.IsFloat ? new Value(floats!) : new Value(new Value(floats!).Integers, shape, x.Type)
            : x.IsFloat ? new Value(Tensor.From(Array.ConvertAll(bytes, b => (float)b), shape)) { AreBytes = true }
            : new Value(bytes, shape, x.Type);
    }

    private static Tensor Along(Tensor x, int axis, ResizeLine line, float outside)
    {
        int rank = x.Shape.Rank;
        Tensor y;
        if (line.Nearest is { } places)
            y = x.IndexSelect(axis, Tensor.From(places, [places.Length]));
        else
        {
            // (…, from) · (from, to)
            int[] order = [.. Enumerable.Range(0, rank)];
            (order[axis], order[^1]) = (order[^1], order[axis]);
            y = x.Permute(order).MatMul(Tensor.From(line.Matrix(), [line.From, line.To])).Permute(order);
        }

        if (!line.IsOutside.Contains(true))
            return y;
        var sizes = new int[rank];
        Array.Fill(sizes, 1);
        sizes[axis] = line.To;
        return Tensor.Where(Tensor.From(line.IsOutside, sizes), Tensor.Full(y.Shape, outside), y);
    }

    // Grey levels with weights of 22 bits behind the point, rounded: what Pillow, ONNX Runtime and Mekiki do with images.
    private static long[] Whole(long[] x, int[] shape, int axis, int from, ResizeLine line)
    {
        int inner = 1, outer = 1;
        for (int d = 0; d < shape.Length; d++)
            (outer, inner) = d < axis ? (outer * shape[d], inner) : d > axis ? (outer, inner * shape[d]) : (outer, inner);
        var y = new long[(long)outer * line.To * inner];
        for (int o = 0; o < outer; o++)
            for (int p = 0; p < line.To; p++)
            {
                var taps = line.Taps(p);
                for (int i = 0; i < inner; i++)
                {
                    long sum = 1L << (FixedPoint - 1);
                    foreach (var (place, weight) in taps)
                        sum += (long)Math.Round(weight * (1 << FixedPoint), MidpointRounding.AwayFromZero) * x[((long)o * from + place) * inner + i];
                    y[((long)o * line.To + p) * inner + i] = Math.Clamp(sum >> FixedPoint, 0, 255);
                }
            }

        return y;
    }
}
