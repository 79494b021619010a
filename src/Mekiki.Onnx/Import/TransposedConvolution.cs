namespace Mekiki.Onnx.Import;

/// <summary>The operator ConvTranspose: what a convolution does to its input's gradient, over lines, images or volumes.</summary>
internal static class TransposedConvolution
{
    private const int MostElements = 1 << 24;

    public static Value Compute(NodeCall call)
    {
        Tensor x = call.Floats(0), weight = call.Floats(1);
        var bias = call.Has(2) ? call.Floats(2) : null;
        int rank = x.Shape.Rank - 2, groups = call.Small(call.Integer("group", 1), 1);
        if (rank is < 1 or > 3 || weight.Shape.Rank != rank + 2 || x.Count == 0 || weight.Count == 0 || x.Shape[1] != weight.Shape[0] || x.Shape[1] % groups != 0)
            throw call.Wrong("images (N, C, …) of one to three dimensions, and weights (C, O, …)");
        int features = call.Small((long)weight.Shape[1] * groups);
        if (bias is not null && bias.Count != features)
            throw call.Wrong($"a bias of {features} numbers", bias.Count);
        int[] strides = List("strides", 1, 1), dilations = List("dilations", 1, 1), extra = List("output_padding", 0, 0);
        var (before, after) = Margins(call, rank, [.. Enumerable.Range(0, rank).Select(d => Whole(d) + extra[d])], strides, x.Shape.ToArray()[2..]);
        // For one image: how many there are is no claim of the file.
        ElementOperators.SizeOf(call, [features, .. Enumerable.Range(0, rank).Select(d => call.Small(Whole(d) + extra[d]))], MostElements);
        if (rank == 2 && strides[0] == strides[1] && dilations[0] == dilations[1] && extra[0] == extra[1] && extra[0] < strides[0] && before.Concat(after).All(m => m == before[0] && m >= 0))
            return new Value(x.ConvTranspose2d(weight, bias, strides[0], (int)before[0], extra[0], groups, dilations[0]));
        var y = rank switch
        {
            1 => Images(x.Reshape(x.Shape[0], x.Shape[1], 1, x.Shape[2]), weight.Reshape(weight.Shape[0], weight.Shape[1], 1, weight.Shape[2]), [strides[0], strides[0]], [dilations[0], dilations[0]], groups) is var line ? line.Reshape(line.Shape[0], features, line.Shape[3]) : null!,
            2 => Images(x, weight, strides, dilations, groups),
            _ => Volumes(call, x, weight, strides, dilations, groups, features),
        };
        for (int d = 0; d < rank; d++)
            y = PartOperators.Padded(call, y, d + 2, -before[d], extra[d] - after[d], "constant", 0);
        int[] channel = [features, .. Enumerable.Repeat(1, rank)];
        return new Value(bias is null ? y : y + bias.Reshape((Shape)channel));

        int[] List(string name, int otherwise, int least) => call.Integers(name) is not { } given ? [.. Enumerable.Repeat(otherwise, rank)]
            : given.Length == rank ? Array.ConvertAll(given, s => call.Small(s, least)) : throw call.Wrong($"{rank} numbers as {name}", given.Length);

        long Whole(int d) => (x.Shape[d + 2] - 1L) * strides[d] + (weight.Shape[d + 2] - 1L) * dilations[d] + 1;
    }

    // What is cut off before and behind; wanted sizes tell it, or the margins themselves.
    private static (long[] Before, long[] After) Margins(NodeCall call, int rank, long[] whole, int[] strides, int[] sides)
    {
        long[] pads = call.Integers("pads") ?? new long[2 * rank];
        string auto = call.Text("auto_pad", "NOTSET");
        long[]? sizes = call.Integers("output_shape") is { Length: > 0 } told ? told : auto is "SAME_UPPER" or "SAME_LOWER" ? [.. sides.Zip(strides, (side, stride) => (long)side * stride)] : null;
        if (pads.Length != 2 * rank || (sizes is not null && sizes.Length < rank))
            throw call.Wrong($"{2 * rank} margins, or {rank} sizes");
        if (auto == "VALID")
            pads = new long[2 * rank];
        var (before, after) = (pads[..rank], pads[rank..]);
        for (int d = 0; d < rank && sizes is not null; d++)
        {
            // Some files tell N and C, too.
            long all = whole[d] - sizes[sizes.Length - rank + d];
            // What is wanted beyond what there is stands behind it.
            before[d] = all < 0 ? 0 : auto == "SAME_UPPER" ? all / 2 : all - all / 2;
            after[d] = all - before[d];
        }

        return before.Concat(after).All(m => Math.Abs(m) <= MostElements) ? (before, after) : throw call.Wrong("margins of some pixels");
    }

    // Without margins. The engine steps alike in both directions: other steps put zeros between pixels, or between weights.
    private static Tensor Images(Tensor x, Tensor weight, int[] strides, int[] dilations, int groups)
    {
        if (strides[0] == strides[1] && dilations[0] == dilations[1])
            return x.ConvTranspose2d(weight, null, strides[0], groups: groups, dilation: dilations[0]);
        for (int d = 0; d < 2; d++)
            (x, weight) = (Spread(x, d + 2, strides[d]), Spread(weight, d + 2, dilations[d]));
        return x.ConvTranspose2d(weight, groups: groups);
    }

    // One layer of weights after another: (N, C, D, H, W) as N D images.
    private static Tensor Volumes(NodeCall call, Tensor x, Tensor weight, int[] strides, int[] dilations, int groups, int features)
    {
        int n = x.Shape[0], depth = x.Shape[2], layers = weight.Shape[2], whole = (depth - 1) * strides[0] + (layers - 1) * dilations[0] + 1;
        var images = x.Permute(0, 2, 1, 3, 4).Reshape(n * depth, x.Shape[1], x.Shape[3], x.Shape[4]);
        Tensor? sum = null;
        for (int l = 0; l < layers; l++)
        {
            var taps = weight.Narrow(2, l, 1).Reshape(weight.Shape[0], weight.Shape[1], weight.Shape[3], weight.Shape[4]);
            var y = Images(images, taps, strides[1..], dilations[1..], groups);
            var volume = Spread(y.Reshape(n, depth, features, y.Shape[2], y.Shape[3]).Permute(0, 2, 1, 3, 4), 2, strides[0]);
            volume = PartOperators.Padded(call, volume, 2, l * dilations[0], whole - l * dilations[0] - volume.Shape[2], "constant", 0);
            sum = sum is null ? volume : sum + volume;
        }

        return sum!;
    }

    // So many places from element to element along a dimension, with zeros between.
    private static Tensor Spread(Tensor x, int axis, int step)
    {
        if (step == 1)
            return x;
        int length = x.Shape[axis];
        int[] sizes = x.Shape.ToArray(), wide = [.. sizes[..(axis + 1)], 1, .. sizes[(axis + 1)..]];
        var parted = x.Reshape((Shape)wide);
        wide[axis + 1] = step - 1;
        sizes[axis] = length * step;
        return Tensor.Concatenate(axis + 1, parted, Tensor.Zeros(wide)).Reshape((Shape)sizes).Narrow(axis, 0, (length - 1) * step + 1);
    }
}
