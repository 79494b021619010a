using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Export;

/// <summary>Writes the operations of a traced network as ONNX nodes; batch norm goes into the weights before it.</summary>
internal sealed class NetworkNodes
{
    private readonly GraphBuilder graph;
    private readonly NetworkTrace trace;
    private readonly Dictionary<int, string> names = [];
    private readonly HashSet<NetworkStep> done = [];

    private NetworkNodes(GraphBuilder graph, NetworkTrace trace) => (this.graph, this.trace) = (graph, trace);

    /// <summary>Adds a network.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="network">(N, C, H, W) -> (N, K).</param>
    /// <param name="input">(C, H, W).</param>
    /// <param name="images">The name of its input.</param>
    /// <returns>The name of its scores.</returns>
    /// <exception cref="MekikiException">It computes something that cannot be written; all of it is named.</exception>
    public static string Add(GraphBuilder graph, Module network, ImageShape input, string images)
    {
        var trace = NetworkTrace.Of(network, input);
        string[] unknown = [.. trace.Steps.Where(s => !IsKnown(s)).Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
            throw new MekikiException($"{network.GetType().Name}: expected operations that ONNX files hold, got {string.Join(", ", unknown)}. {NetworkTrace.Missing}");
        var nodes = new NetworkNodes(graph, trace);
        nodes.names[trace.Input] = images;
        foreach (var step in trace.Steps)
            if (nodes.done.Add(step))
                nodes.names[step.Output] = nodes.Write(step);
        return nodes.names[trace.Output];
    }

    private static bool IsKnown(NetworkStep step) => FunctionNodes.Knows(step.Name)
        || step.Name is "Conv2d" or "Linear" or "BatchNorm" or "Concatenate" or "Reshape" or "MaxPool" or "AvgPool" or "AdaptiveAvgPool" or "AdaptiveMaxPool" or "LocalResponseNorm"
            or "Add" or "Subtract" or "Multiply" or "Divide" or "Softmax" or "LogSoftmax" or "Permute" or "Slice" or "Expand"
            or "MatMul" or "LayerNorm" or "LayerNorm2d";

    private string Write(NetworkStep step) => step.Name switch
    {
        "Conv2d" => Convolution(step),
        "Linear" => Linear(step),
        "BatchNorm" => Norm(step),
        "Concatenate" => Concatenate(step),
        "Reshape" => Reshape(step),
        "MaxPool" => MaxPool(step),
        "AvgPool" => AvgPool(step),
        "AdaptiveAvgPool" => AdaptiveAvgPool(step),
        "AdaptiveMaxPool" => AdaptiveMaxPool(step),
        "LocalResponseNorm" => ResponseNorm(step),
        "Add" => graph.Add("Add", Both(step)),
        "Subtract" => graph.Add("Sub", Both(step)),
        "Multiply" => graph.Add("Mul", Both(step)),
        "Divide" => graph.Add("Div", Both(step)),
        "Permute" => graph.Add("Transpose", [Value(step.Inputs[0])], ("perm", Enumerable.Range(0, step.OutputShape.Rank).Select(d => (long)step.Setting($"dimension{d}")).ToArray())),
        "Slice" => Slice(step),
        "Expand" => Expand(step),
        "MatMul" => Product(step),
        "LayerNorm" => LayerNorm(step, Value(step.Inputs[0]), (int)step.Setting("dimensions")),
        // (N, C, H, W) -> (N, H, W, C), and back
        "LayerNorm2d" => Turned(LayerNorm(step, Turned(Value(step.Inputs[0]), 0, 2, 3, 1), 1), 0, 3, 1, 2),
        "Softmax" or "LogSoftmax" => graph.Add(step.Name, [Value(step.Inputs[0])], ("axis", -1)),
        _ => FunctionNodes.Add(graph, step.Name, Value(step.Inputs[0]), (float)step.Setting("a"), (float)step.Setting("b")),
    };

    private string Convolution(NetworkStep step)
    {
        var (weight, bias) = Folded(step, out int output);
        long padding = (long)step.Setting("padding"), stride = (long)step.Setting("stride"), dilation = (long)step.Setting("dilation");
        string[] inputs = [Value(step.Inputs[0]), Weight("weight", weight, trace.Constant(step.Inputs[1])!.Value.Shape), .. bias is null ? [] : new[] { graph.Constant("bias", bias, bias.Length) }];
        var shape = trace.Constant(step.Inputs[1])!.Value.Shape;
        return names[output] = graph.Add("Conv", inputs,
            ("kernel_shape", new long[] { shape[2], shape[3] }), ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, padding, padding }),
            ("dilations", new[] { dilation, dilation }), ("group", (long)step.Setting("groups")));
    }

    private string Linear(NetworkStep step)
    {
        var (weight, bias) = Folded(step, out int output);
        string[] inputs = [Value(step.Inputs[0]), Weight("weight", weight, trace.Constant(step.Inputs[1])!.Value.Shape), .. bias is null ? [] : new[] { graph.Constant("bias", bias, bias.Length) }];
        return names[output] = graph.Add("Gemm", inputs, ("transB", 1));
    }

    // The weights of a convolution or linear layer; with those of the batch norm that alone takes its result, if there is one.
    private (float[] Weight, float[]? Bias) Folded(NetworkStep step, out int output)
    {
        float[] weight = Constant(step, 1), bias = step.Inputs.Length > 2 ? Constant(step, 2) : [];
        output = step.Output;
        var norm = trace.Uses(step.Output) == 1 && step.Output != trace.Output ? trace.Steps.First(s => s.Inputs.Contains(step.Output)) : null;
        if (norm is not { Name: "BatchNorm" })
            return (weight, bias.Length > 0 ? bias : null);
        done.Add(norm);
        output = norm.Output;
        var (factors, terms) = NormNumbers(norm);
        var (folded, foldedBias) = (new float[weight.Length], new float[factors.Length]);
        int each = weight.Length / factors.Length;
        for (int i = 0; i < weight.Length; i++)
            folded[i] = (float)(weight[i] * factors[i / each]);
        for (int c = 0; c < factors.Length; c++)
            foldedBias[c] = (float)((bias.Length > 0 ? bias[c] : 0) * factors[c] + terms[c]);
        return (folded, foldedBias);
    }

    // y = x · γ / √(σ² + ε) + (β - μ γ / √(σ² + ε)).
    private (double[] Factors, double[] Terms) NormNumbers(NetworkStep norm)
    {
        float[] gamma = Constant(norm, 1), beta = Constant(norm, 2), mean = Constant(norm, 3), variance = Constant(norm, 4);
        double[] factors = new double[gamma.Length], terms = new double[gamma.Length];
        for (int c = 0; c < gamma.Length; c++)
        {
            factors[c] = gamma[c] / Math.Sqrt(variance[c] + norm.Setting("epsilon"));
            terms[c] = beta[c] - mean[c] * factors[c];
        }

        return (factors, terms);
    }

    private string Norm(NetworkStep step)
    {
        var (factors, terms) = NormNumbers(step);
        long[] sizes = step.OutputShape.Rank == 4 ? [factors.Length, 1, 1] : [factors.Length];
        string scaled = graph.Add("Mul", [Value(step.Inputs[0]), graph.Constant("scale", Array.ConvertAll(factors, f => (float)f), sizes)]);
        return graph.Add("Add", [scaled, graph.Constant("shift", Array.ConvertAll(terms, t => (float)t), sizes)]);
    }

    private string Concatenate(NetworkStep step)
    {
        int along = (int)step.Setting("dimension");
        if (!step.Inputs.Any(i => trace.Constant(i) is not null))
            return graph.Add("Concat", [.. step.Inputs.Select(Value)], ("axis", along));
        // Zeros behind images have as many rows as there are images: a margin does not name that number.
        if (along > 0 && step.Inputs.Length == 2 && trace.Constant(step.Inputs[1]) is { } zeros && Array.TrueForAll(zeros.Values, v => v == 0))
        {
            var margins = new long[step.OutputShape.Rank * 2];
            margins[step.OutputShape.Rank + along] = zeros.Shape[along];
            return graph.Add("Pad", [Value(step.Inputs[0]), graph.Constant("margins", margins)]);
        }

        throw new MekikiException($"Concatenate: expected results of the network, or zeros after one, got constants. {NetworkTrace.Missing}");
    }

    private string Reshape(NetworkStep step)
    {
        var (from, to) = (step.InputShape(0), step.OutputShape);
        int[] free = [.. Enumerable.Range(0, to.Rank).Where(d => to[d] != step.OtherShape[d])];
        if (free.Length > 1)
            throw new MekikiException($"Reshape: expected one size that depends on the number of images, got {from} that becomes {to}. {NetworkTrace.Missing}");
        bool areImages = free is [0] && from.Rank > 0 && from[0] == to[0] && to[0] == NetworkTrace.Images;
        if (areImages && to.Rank == 2)
            return graph.Add("Flatten", [Value(step.Inputs[0])], ("axis", 1));
        // 0: the size that the input has there; -1: what is left.
        return graph.Add("Reshape", [Value(step.Inputs[0]), graph.Constant("sizes", [.. Enumerable.Range(0, to.Rank).Select(d => !free.Contains(d) ? to[d] : areImages ? 0L : -1)])]);
    }

    private string Expand(NetworkStep step)
    {
        var to = step.OutputShape;
        int[] free = [.. Enumerable.Range(0, to.Rank).Where(d => to[d] != step.OtherShape[d])];
        if (free.Length > 1 || (free is [var one] && to[one] != NetworkTrace.Images))
            throw new MekikiException($"Expand: expected the number of images as one size, got {step.InputShape(0)} that becomes {to}. {NetworkTrace.Missing}");
        long[] sizes = Array.ConvertAll(to.ToArray(), s => (long)s);
        if (free.Length == 0)
            return graph.Add("Expand", [Value(step.Inputs[0]), graph.Constant("sizes", sizes)]);
        var parts = new List<string>();
        if (free[0] > 0)
            parts.Add(graph.Constant("sizes", sizes[..free[0]]));
        parts.Add(graph.Add("Gather", [graph.Add("Shape", [names[trace.Input]]), graph.Constant("first", 0L)], ("axis", 0)));
        if (free[0] + 1 < sizes.Length)
            parts.Add(graph.Constant("sizes", sizes[(free[0] + 1)..]));
        return graph.Add("Expand", [Value(step.Inputs[0]), graph.Add("Concat", parts, ("axis", 0))]);
    }

    private string Product(NetworkStep step)
    {
        string second = Value(step.Inputs[1]);
        if (step.Setting("second_transposed") == 1)
        {
            int rank = step.InputShape(1).Rank;
            second = Turned(second, [.. Enumerable.Range(0, rank - 2).Select(d => (long)d), rank - 1, rank - 2]);
        }

        return graph.Add("MatMul", [Value(step.Inputs[0]), second]);
    }

    private string Turned(string x, params long[] order) => graph.Add("Transpose", [x], ("perm", order));

    // (x - μ) / √(σ² + ε) · γ + β over the last dimensions; since version 17 it is one operator.
    private string LayerNorm(NetworkStep step, string x, int dimensions)
    {
        float epsilon = (float)step.Setting("epsilon");
        bool hasWeight = step.Inputs.Length > 2;
        long[] axes = [.. Enumerable.Range(-dimensions, dimensions).Select(d => (long)d)];
        if (graph.Operators >= 17)
        {
            string weight = hasWeight ? Value(step.Inputs[1]) : Ones(step, dimensions);
            return graph.Add("LayerNormalization", hasWeight ? [x, weight, Value(step.Inputs[2])] : [x, weight], ("axis", -dimensions), ("epsilon", epsilon));
        }

        string distance = graph.Add("Sub", [x, graph.Add("ReduceMean", [x], ("axes", axes), ("keepdims", 1))]);
        string variance = graph.Add("ReduceMean", [graph.Add("Mul", [distance, distance])], ("axes", axes), ("keepdims", 1));
        string y = graph.Add("Div", [distance, graph.Add("Sqrt", [graph.Add("Add", [variance, graph.Constant("epsilon", [epsilon], Array.Empty<long>())])])]);
        return hasWeight ? graph.Add("Add", [graph.Add("Mul", [y, Value(step.Inputs[1])]), Value(step.Inputs[2])]) : y;
    }

    private string Ones(NetworkStep step, int dimensions)
    {
        int[] sizes = step.Name == "LayerNorm2d" ? [step.OutputShape[1]] : step.OutputShape.ToArray()[^dimensions..];
        return Weight("weight", [.. Enumerable.Repeat(1f, ((Shape)sizes).ElementCount)], sizes);
    }

    private string Slice(NetworkStep step)
    {
        long along = (long)step.Setting("dimension"), start = (long)step.Setting("start");
        return graph.Add("Slice", [Value(step.Inputs[0]), graph.Constant("start", start), graph.Constant("end", start + step.OutputShape[(int)along]), graph.Constant("axes", along)]);
    }

    private string MaxPool(NetworkStep step)
    {
        long kernel = (long)step.Setting("kernel"), stride = (long)step.Setting("stride"), padding = (long)step.Setting("padding");
        // The margin at the end is written so that there are as many windows as here; runtimes round sizes up in different ways.
        return graph.Add("MaxPool", [Value(step.Inputs[0])],
            ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, EndOf(2), EndOf(3) }));

        long EndOf(int dimension) => Math.Max(0, (step.OutputShape[dimension] - 1) * stride + kernel - step.InputShape(0)[dimension] - padding);
    }

    private string AvgPool(NetworkStep step)
    {
        long kernel = (long)step.Setting("kernel"), stride = (long)step.Setting("stride"), padding = (long)step.Setting("padding");
        for (int d = 2; d < 4; d++)
            if ((step.InputShape(0)[d] + 2 * padding - kernel) / stride + 1 != step.OutputShape[d])
                throw new MekikiException($"AvgPool: expected whole windows, got an incomplete one over images of {step.InputShape(0)} (ceilMode). {NetworkTrace.Missing}");
        return graph.Add("AveragePool", [Value(step.Inputs[0])],
            ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, padding, padding }), ("count_include_pad", (long)step.Setting("count_padding")));
    }

    private string AdaptiveAvgPool(NetworkStep step)
    {
        var (from, to) = (step.InputShape(0), step.OutputShape);
        string x = Value(step.Inputs[0]);
        if (to[2] == 1 && to[3] == 1)
            return graph.Add("GlobalAveragePool", [x]);
        if (from[2] == to[2] && from[3] == to[3])
            return x;
        // Windows of different sizes are products with matrices: (H', H) · x · (W, W').
        string columns = graph.Add("MatMul", [x, graph.Constant("columns", Windows(from[3], to[3], isTransposed: true), from[3], to[3])]);
        return graph.Add("MatMul", [graph.Constant("rows", Windows(from[2], to[2], isTransposed: false), to[2], from[2]), columns]);
    }

    private string AdaptiveMaxPool(NetworkStep step)
    {
        var (from, to) = (step.InputShape(0), step.OutputShape);
        string x = Value(step.Inputs[0]);
        if (to[2] == 1 && to[3] == 1)
            return graph.Add("GlobalMaxPool", [x]);
        if (from[2] % to[2] != 0 || from[3] % to[3] != 0)
            throw new MekikiException($"AdaptiveMaxPool: expected windows that are all alike, got images of {from} that become {to}. {NetworkTrace.Missing}");
        long[] kernel = [from[2] / to[2], from[3] / to[3]];
        return graph.Add("MaxPool", [x], ("kernel_shape", kernel), ("strides", kernel));
    }

    // The share of each pixel in each window; windows divide the side into parts as equal as can be.
    private static float[] Windows(int length, int count, bool isTransposed)
    {
        var shares = new float[length * count];
        for (int i = 0; i < count; i++)
        {
            int start = (int)((long)i * length / count), end = (int)(((long)(i + 1) * length + count - 1) / count);
            for (int p = start; p < end; p++)
                shares[isTransposed ? p * count + i : i * length + p] = 1f / (end - start);
        }

        return shares;
    }

    private string ResponseNorm(NetworkStep step)
    {
        long size = (long)step.Setting("size");
        if (size % 2 == 0)
            throw new MekikiException(string.Create(CultureInfo.InvariantCulture, $"LocalResponseNorm: expected an odd size, got {size}: ONNX places even windows otherwise. {NetworkTrace.Missing}"));
        return graph.Add("LRN", [Value(step.Inputs[0])], ("size", size), ("alpha", (float)step.Setting("alpha")), ("beta", (float)step.Setting("beta")), ("bias", (float)step.Setting("k")));
    }

    private string[] Both(NetworkStep step) => [Value(step.Inputs[0]), Value(step.Inputs[1])];

    private string Value(int value)
    {
        if (names.TryGetValue(value, out string? name))
            return name;
        var (values, shape) = trace.Constant(value)!.Value;
        if (trace.IsPerImage(value))
            throw new MekikiException($"Constant: expected constants that are alike for all images, got one of {shape}, with a row for each image. {NetworkTrace.Missing}");
        return names[value] = Weight("constant", values, shape);
    }

    private string Weight(string about, float[] values, Shape shape) => graph.Constant(about, values, Array.ConvertAll(shape.ToArray(), s => (long)s));

    private float[] Constant(NetworkStep step, int input) => trace.Constant(step.Inputs[input])?.Values
        ?? throw new MekikiException($"{step.Name}: expected weights of the network's own, got some that depend on the images. {NetworkTrace.Missing}");
}
