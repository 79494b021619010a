using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Quantizing;

/// <summary>Weights of 8 bits that are rounded so that results stay as they are on images, and biases that take up what is left.</summary>
/// <remarks>
/// Layer after layer, on values that the layers before make with 8 bits. Rounding: Frantar, Ashkboos, Hoefler, Alistarh, "GPTQ: Accurate Post-Training
/// Quantization for Generative Pre-trained Transformers", 2023, arXiv:2210.17323, in the form of Chee et al., "QuIP", 2023, arXiv:2307.13304, section 3 (LDLQ):
/// the error of a weight is taken up by the weights behind it, as far as what they multiply goes along with it. Biases: Nagel et al., "Data-Free
/// Quantization Through Weight Equalization and Bias Correction", 2019, arXiv:1906.04721, section 4.2, with means from images. Differs from the papers:
/// a layer with fewer places in the images than twice its depth is rounded to the nearest.
/// </remarks>
internal sealed class FittedWeights
{
    private const int LeastPlaces = 512, MostPlaces = 4096;
    private const double Damping = 0.01;

    private readonly GraphPlan plan;
    private readonly QuantizedNodes choice;
    private readonly Func<string, Quantization> meaning;
    private readonly Dictionary<GraphNode, WholeWeights> all = [];

    private FittedWeights(GraphPlan plan, QuantizedNodes choice, Func<string, Quantization> meaning) => (this.plan, this.choice, this.meaning) = (plan, choice, meaning);

    /// <summary>The weights of each product.</summary>
    /// <param name="plan">The network on floats.</param>
    /// <param name="choice">What computes with 8 bits.</param>
    /// <param name="meaning">The 8-bit numbers of a quantized value.</param>
    /// <param name="batches">Prepared images; all of them are in memory layer by layer.</param>
    /// <param name="cancellation">Stops between layers.</param>
    public static IReadOnlyDictionary<GraphNode, WholeWeights> Of(GraphPlan plan, QuantizedNodes choice, Func<string, Quantization> meaning, IReadOnlyList<Tensor> batches, CancellationToken cancellation)
    {
        var fitted = new FittedWeights(plan, choice, meaning);
        fitted.Run(batches, cancellation);
        return fitted.all;
    }

    private void Run(IReadOnlyList<Tensor> batches, CancellationToken cancellation)
    {
        var left = plan.Nodes.SelectMany(n => n.Inputs).Append(plan.Output).GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        Dictionary<string, Value>[] real = Started(), whole = Started();
        for (int b = 0; b < batches.Count; b++)
            (real[b][plan.Input], whole[b][plan.Input]) = (new Value(batches[b]), Rounded(plan.Input, new Value(batches[b])));
        foreach (var node in plan.Nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            Value[][] made = Array.ConvertAll(real, values => Compute(node, values));
            Value[][] same = choice.Products.Contains(node) ? Fit(node, made, whole) : Array.ConvertAll(whole, values => Compute(node, values));
            for (int b = 0; b < batches.Count; b++)
                for (int o = 0; o < node.Outputs.Count; o++)
                    (real[b][node.Outputs[o]], whole[b][node.Outputs[o]]) = (made[b][o], Rounded(node.Outputs[o], same[b][o]));
            foreach (string taken in node.Inputs)
                if (--left[taken] == 0 && !plan.Constants.ContainsKey(taken))
                    for (int b = 0; b < batches.Count; b++)
                        _ = real[b].Remove(taken) & whole[b].Remove(taken);
        }

        Dictionary<string, Value>[] Started() => [.. batches.Select(_ => new Dictionary<string, Value>(plan.Constants))];
    }

    private Value[] Compute(GraphNode node, Dictionary<string, Value> values) => GraphPlan.Compute(node, [.. node.Inputs.Select(v => v.Length == 0 ? null : values[v])], plan.Version);

    private Value Rounded(string name, Value value) => choice.Values.Contains(name) && meaning(name) is var q ? new Value(value.Floats.Quantize(q).Dequantize(q)) : value;

    // The results with the weights that are chosen here.
    private Value[][] Fit(GraphNode product, Value[][] wanted, Dictionary<string, Value>[] whole)
    {
        var weights = all[product] = WholeWeights.Nearest(product, plan, meaning(product.Inputs[0]).Scale);
        var inputs = Array.ConvertAll(whole, values => values[product.Inputs[0]].Floats);
        float[][] elements = Array.ConvertAll(inputs, x => x.ToArray());
        int groups = (int)(product.Attributes.GetValueOrDefault("group")?.Integer ?? 1), each = weights.Features / groups;
        for (int g = 0; g < groups; g++)
            if (Patches(product, weights.Depth, inputs, elements, g, groups) is { } patches)
                weights.Round(g * each, each, Shares(patches, weights.Depth));
        var rounded = new Value(Tensor.From(weights.Real(), plan.Constants[product.Inputs[1]].Sizes));
        var made = Array.ConvertAll(whole, values => GraphPlan.Compute(product, [.. product.Inputs.Select((v, i) => i == 1 ? rounded : v.Length == 0 ? null : values[v])], plan.Version));
        // A product of matrices alone has no bias.
        if (product.Operator == "MatMul")
            return made;
        double[] shift = Shift(wanted, made, weights.Features, product.Operator == "Conv");
        weights.Move(shift);
        int[] sizes = product.Operator == "Conv" ? [weights.Features, 1, 1] : [weights.Features];
        var moved = Tensor.From(Array.ConvertAll(shift, s => (float)s), sizes);
        return Array.ConvertAll(made, m => new[] { new Value(m[0].Floats + moved) });
    }

    // How much each feature lies below what it shall be, on the average.
    private static double[] Shift(Value[][] wanted, Value[][] made, int features, bool areImages)
    {
        var shift = new double[features];
        long count = 0;
        for (int b = 0; b < made.Length; b++)
        {
            float[] difference = (wanted[b][0].Floats - made[b][0].Floats).ToArray();
            int pixels = areImages ? made[b][0].Sizes[2] * made[b][0].Sizes[3] : 1;
            for (int i = 0; i < difference.Length; i++)
                shift[i / pixels % features] += difference[i];
            count += difference.Length / features;
        }

        for (int o = 0; o < features; o++)
            shift[o] /= Math.Max(1, count);
        return shift;
    }

    // What one group's weights multiply, at places at equal distances: (P, D); null: there are too few.
    private float[]? Patches(GraphNode product, int depth, Tensor[] inputs, float[][] elements, int group, int groups)
    {
        if (product.Operator != "Conv")
            return elements.Sum(x => x.Length / depth) < 2 * depth ? null : [.. elements.SelectMany(x => x)];

        int[] kernel = plan.Constants[product.Inputs[1]].Sizes[2..], sides = inputs[0].Shape.ToArray()[2..];
        var w = Windows.Of(new NodeCall(product, [], plan.Version), kernel, sides);
        int height = w.Count(0, sides[0]), width = w.Count(1, sides[1]), area = height * width, channels = inputs[0].Shape[1], parts = channels / groups;
        long all = inputs.Sum(x => (long)x.Shape[0] * area);
        int count = (int)Math.Min(all, Math.Min(MostPlaces, Math.Max(LeastPlaces, 4L * depth)));
        if (count < 2 * depth)
            return null;
        var patches = new float[count * depth];
        int batch = 0;
        long before = 0;
        for (int p = 0; p < count; p++)
        {
            long at = p * all / count;
            while (at - before >= (long)inputs[batch].Shape[0] * area)
                before += (long)inputs[batch++].Shape[0] * area;
            var (image, place) = Math.DivRem(at - before, area);
            int top = (int)(place / width) * w.Strides[0] - w.Before[0], leftmost = (int)(place % width) * w.Strides[1] - w.Before[1], to = p * depth;
            for (int c = 0; c < parts; c++)
                for (int ky = 0; ky < kernel[0]; ky++)
                    for (int kx = 0; kx < kernel[1]; kx++, to++)
                    {
                        int y = top + ky * w.Dilations[0], x = leftmost + kx * w.Dilations[1];
                        if (y >= 0 && y < sides[0] && x >= 0 && x < sides[1])
                            patches[to] = elements[batch][((image * channels + group * parts + c) * sides[0] + y) * sides[1] + x];
                    }
        }

        return patches;
    }

    // H = (U + 1) D (U + 1)ᵀ for H = covariance of what is multiplied: row k holds the shares U_ik of earlier errors i < k that weight k takes up.
    private static double[][] Shares(float[] patches, int depth)
    {
        var x = Tensor.From(patches, [patches.Length / depth, depth]);
        x -= x.Mean([0], keepDimensions: true);
        float[] gram = x.Permute(1, 0).MatMul(x).ToArray();
        var h = new double[depth][];
        double mean = 0;
        for (int i = 0; i < depth; i++)
        {
            h[i] = Array.ConvertAll(gram[(i * depth)..((i + 1) * depth)], v => (double)v);
            mean += h[i][i] / depth;
        }

        for (int i = 0; i < depth; i++)
            h[i][i] += Damping * mean + 1e-12;
        for (int k = depth - 1; k > 0; k--)
        {
            double[] column = h[k];
            double pivot = column[k];
            for (int i = 0; i < k; i++)
            {
                double share = column[i] / pivot;
                double[] row = h[i];
                for (int j = 0; j <= i; j++)
                    row[j] -= share * column[j];
            }

            for (int i = 0; i < k; i++)
                column[i] /= pivot;
        }

        return h;
    }
}
