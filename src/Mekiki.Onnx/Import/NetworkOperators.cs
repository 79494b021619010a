using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>Convolutions, products of matrices and norms.</summary>
internal static class NetworkOperators
{
    public static IEnumerable<KeyValuePair<string, Func<NodeCall, Value[]>>> All { get; } =
    [
        OperatorTable.One("Conv", Convolution),
        OperatorTable.One("ConvTranspose", TransposedConvolution.Compute),
        OperatorTable.One("Gemm", Gemm),
        OperatorTable.One("MatMul", MatMul),
        OperatorTable.One("Einsum", c => new Value(Tensor.Einsum(c.Text("equation", ""), [.. Enumerable.Range(0, c.Inputs.Length).Select(c.Floats)]))),
        OperatorTable.One("BatchNormalization", BatchNorm),
        new("LayerNormalization", LayerNorm),
        OperatorTable.One("InstanceNormalization", InstanceNorm),
        OperatorTable.One("GroupNormalization", GroupNorm),
        OperatorTable.One("LRN", ResponseNorm),
    ];

    private static Value Convolution(NodeCall call)
    {
        Tensor x = call.Floats(0), weight = call.Floats(1);
        var bias = call.Has(2) ? call.Floats(2) : null;
        if (call[1].Prepared is not ConvolutionPlan plan || !plan.Fits(call))
            call[1].Prepared = plan = ConvolutionPlan.Of(call, x.Shape, weight.Shape);
        if (plan.IsUneven)
            x = x.Pad(plan.Left, plan.Right, plan.Top, plan.Bottom);
        var w = plan.Windows;
        if (w.HasOneStep)
            return new Value(x.Conv2d(weight, bias, w.Strides[0], plan.Margin, w.Dilations[0], plan.Groups));
        var y = x.Conv2d(weight, bias, 1, plan.Margin, w.Dilations[0], plan.Groups);
        return new Value(y.Slice(2, .., w.Strides[0]).Slice(3, .., w.Strides[1]));
    }

    private static Value Gemm(NodeCall call)
    {
        Tensor a = call.Floats(0), b = call.Floats(1);
        float alpha = call.Number("alpha", 1), beta = call.Number("beta", 1);
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2)
            throw call.Wrong("matrices");
        if (call.Integer("transA", 0) == 1)
            a = a.Permute(1, 0);
        bool isTransposed = call.Integer("transB", 0) == 1;
        if (isTransposed && alpha == 1 && beta == 1 && (!call.Has(2) || (call[2].Sizes.Length == 1 && call[2].Count == b.Shape[0])))
            return new Value(a.Linear(b, call.Has(2) ? call.Floats(2) : null));
        var y = a.MatMul(isTransposed ? b.Permute(1, 0) : b);
        if (alpha != 1)
            y *= alpha;
        if (call.Has(2))
            y += beta == 1 ? call.Floats(2) : call.Floats(2) * beta;
        return new Value(y);
    }

    private static Value MatMul(NodeCall call)
    {
        Tensor a = call.Floats(0), b = call.Floats(1);
        // A vector is a row before a matrix and a column behind one.
        bool isRow = a.Shape.Rank == 1, isColumn = b.Shape.Rank == 1;
        if (isRow)
            a = a.Unsqueeze(0);
        if (isColumn)
            b = b.Unsqueeze(1);
        if (a.Shape.Rank >= 2 && b.Shape.Rank >= 2)
            ElementOperators.Guard(call, [.. ElementOperators.BroadcastSizes(call, a.Shape.ToArray()[..^2], b.Shape.ToArray()[..^2]), a.Shape[^2], b.Shape[^1]], Math.Max(a.Count, b.Count));
        var y = a.MatMul(b);
        if (isColumn)
            y = y.Squeeze(y.Shape.Rank - 1);
        return new Value(isRow ? y.Squeeze(y.Shape.Rank - (isColumn ? 1 : 2)) : y);
    }

    private static Value BatchNorm(NodeCall call)
    {
        if (call.Integer("training_mode", 0) == 1)
            throw call.Wrong("a norm in use, not in training (training_mode 0)");
        var x = call.Floats(0);
        var sizes = new int[x.Shape.Rank];
        Array.Fill(sizes, 1);
        if (x.Shape.Rank < 2)
            throw call.Wrong("(N, C) or (N, C, …)");
        sizes[1] = x.Shape[1];
        Tensor scale = call.Floats(1).Reshape((Shape)sizes), bias = call.Floats(2).Reshape((Shape)sizes), mean = call.Floats(3).Reshape((Shape)sizes), variance = call.Floats(4).Reshape((Shape)sizes);
        var factor = scale * (variance + call.Number("epsilon", 1e-5f)).Rsqrt();
        return new Value(x * factor + (bias - mean * factor));
    }

    private static Value[] LayerNorm(NodeCall call)
    {
        var x = call.Floats(0);
        int axis = call.Dimension(call.Integer("axis", -1), x.Shape.Rank);
        float epsilon = call.Number("epsilon", 1e-5f);
        var y = new Value(x.LayerNorm(x.Shape.ToArray()[axis..], call.Floats(1), call.Has(2) ? call.Floats(2) : null, epsilon));
        if (call.Node.Outputs.Count == 1)
            return [y];
        int[] axes = [.. Enumerable.Range(axis, x.Shape.Rank - axis)];
        var mean = x.Mean(axes, keepDimensions: true);
        var distance = x - mean;
        return [y, new Value(mean), new Value(((distance * distance).Mean(axes, keepDimensions: true) + epsilon).Rsqrt())];
    }

    private static Value InstanceNorm(NodeCall call)
    {
        var x = call.Floats(0);
        if (x.Shape.Rank < 3)
            throw call.Wrong("(N, C, …)");
        int[] sizes = x.Shape.ToArray();
        var images = x.Reshape(sizes[0], sizes[1], x.Count / Math.Max(1, sizes[0] * sizes[1]), 1);
        return new Value(images.InstanceNorm(call.Floats(1), call.Floats(2), call.Number("epsilon", 1e-5f)).Reshape((Shape)sizes));
    }

    // Before version 21 factors are of groups, from then on of channels.
    private static Value GroupNorm(NodeCall call)
    {
        var x = call.Floats(0);
        int groups = call.Small(call.Integer("num_groups", 1), 1);
        if (x.Shape.Rank < 3 || x.Shape[1] % groups != 0)
            throw call.Wrong($"(N, C, …) with channels for {groups} groups");
        int[] sizes = x.Shape.ToArray();
        var images = x.Reshape(sizes[0], sizes[1], x.Count / Math.Max(1, sizes[0] * sizes[1]), 1);
        return new Value(images.GroupNorm(groups, OfChannels(1), OfChannels(2), call.Number("epsilon", 1e-5f)).Reshape((Shape)sizes));

        Tensor OfChannels(int input)
        {
            var given = call.Floats(input);
            return call.Version >= 21 ? given : given.Reshape(given.Count, 1).Expand([given.Count, sizes[1] / groups]).Reshape(given.Count * (sizes[1] / groups));
        }
    }

    private static Value ResponseNorm(NodeCall call)
    {
        int size = call.Small(call.Integer("size", 1), 1);
        return size % 2 == 1
            ? new Value(call.Floats(0).LocalResponseNorm(size, call.Number("alpha", 1e-4f), call.Number("beta", 0.75f), call.Number("bias", 1)))
            : throw call.Wrong("an odd size", size);
    }

    /// <summary>What a convolution's node says of images of one size; found once, since reading it takes as long as a small layer.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Sizes">Of the images.</param>
    /// <param name="Windows">Where its windows lie.</param>
    /// <param name="Groups">Of channels.</param>
    /// <param name="Margin">The part of the margins that all sides have.</param>
    private sealed record ConvolutionPlan(GraphNode Node, int[] Sizes, Windows Windows, int Groups, int Margin)
    {
        public int Top => Windows.Before[0] - Margin;

        public int Bottom => Windows.After[0] - Margin;

        public int Left => Windows.Before[1] - Margin;

        public int Right => Windows.After[1] - Margin;

        public bool IsUneven => Top + Bottom + Left + Right > 0;

        public static ConvolutionPlan Of(NodeCall call, Shape x, Shape weight)
        {
            int groups = call.Small(call.Integer("group", 1), 1);
            if (x.Rank != 4 || weight.Rank != 4)
                throw call.Wrong("images (N, C, H, W)");
            var w = Windows.Of(call, weight.ToArray()[2..], x.ToArray()[2..]);
            if (w.Dilations[0] != w.Dilations[1])
                throw call.Wrong("dilations that are alike");
            ElementOperators.Guard(call, [weight[0], w.Count(0, x[2]), w.Count(1, x[3])], x.ElementCount / Math.Max(1, x[0]));
            return new(call.Node, call[0].Sizes, w, groups, Math.Min(w.Before.Min(), w.After.Min()));
        }

        public bool Fits(NodeCall call) => ReferenceEquals(call.Node, Node) && call[0].Sizes.AsSpan().SequenceEqual(Sizes);
    }
}
