using System.Runtime.InteropServices;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Quantizing;

/// <summary>Writes QuantizeLinear and DequantizeLinear into a graph of floats: the form that ONNX Runtime's quantizer calls QDQ.</summary>
internal sealed class QuantizedGraph
{
    private readonly GraphPlan plan;
    private readonly QuantizedNodes choice;
    private readonly ValueRanges ranges;
    private readonly Dictionary<string, GraphNode> makers;
    private readonly Dictionary<string, string> names = [];
    private readonly Dictionary<string, Quantization> meanings = [];
    private readonly List<GraphNode> nodes = [];
    private readonly List<TensorData> constants = [];

    private QuantizedGraph(GraphPlan plan, QuantizedNodes choice, ValueRanges ranges)
    {
        (this.plan, this.choice, this.ranges) = (plan, choice, ranges);
        makers = plan.Nodes.ToDictionary(n => n.Outputs[0]);
        Quantize(plan.Input);
        foreach (var node in plan.Nodes)
        {
            string[] inputs = [.. node.Inputs.Select(v => names.GetValueOrDefault(v, v))];
            nodes.Add(node with { Inputs = choice.Products.Contains(node) ? WithWeights(node, inputs) : inputs });
            Quantize(node.Outputs[0]);
        }

        var taken = nodes.SelectMany(n => n.Inputs).ToHashSet();
        constants.AddRange(plan.Constants.Where(c => taken.Contains(c.Key)).Select(c => c.Value.ToData(c.Key)));
    }

    /// <summary>The graph; its input and output are those of the plan.</summary>
    public static Graph Of(GraphPlan plan, QuantizedNodes choice, ValueRanges ranges)
    {
        var made = new QuantizedGraph(plan, choice, ranges);
        return plan.Graph with { Nodes = made.nodes, Constants = made.constants };
    }

    // Behind a value: to 8 bits and back. All who take it take what comes back.
    private void Quantize(string value)
    {
        if (!choice.Values.Contains(value))
            return;
        var meaning = Meaning(value);
        string scale = Constant(TensorData.Of($"{value}.scale", [meaning.Scale])), zero = Constant(TensorData.Of($"{value}.zero", [(byte)meaning.Zero]));
        Add("QuantizeLinear", [value, scale, zero], $"{value}.quantized");
        Add("DequantizeLinear", [$"{value}.quantized", scale, zero], $"{value}.dequantized");
        names[value] = $"{value}.dequantized";
    }

    private Quantization Meaning(string value)
    {
        if (!meanings.TryGetValue(value, out var meaning))
            meanings[value] = meaning = makers.TryGetValue(value, out var maker) && choice.IsMoved(maker) ? Meaning(maker.Inputs[0]) : ranges.Of(value);
        return meaning;
    }

    // Symmetric weights, -127 to 127, with a scale for each feature; the bias in units of the input's scale times the feature's.
    private string[] WithWeights(GraphNode product, string[] inputs)
    {
        var weight = plan.Constants[product.Inputs[1]];
        bool isTransposed = QuantizedNodes.IsTransposed(product), hasBias = product.Inputs.Count > 2 && product.Inputs[2].Length > 0;
        float[] values = weight.Floats.ToArray(), bias = hasBias ? plan.Constants[product.Inputs[2]].Floats.ToArray() : [];
        int features = weight.Sizes[isTransposed ? 1 : 0], depth = values.Length / features;
        float from = Meaning(product.Inputs[0]).Scale;
        var (scales, bytes, terms) = (new float[features], new byte[values.Length], new int[bias.Length]);
        for (int o = 0; o < features; o++)
        {
            float most = 0;
            for (int i = 0; i < depth; i++)
                most = MathF.Max(most, MathF.Abs(values[Place(o, i)]));
            // A bias that is too large for weights next to nothing makes their steps larger.
            scales[o] = MathF.Max(MathF.Max(most / 127, hasBias ? MathF.Abs(bias[o]) / (from * (1 << 30)) : 0), 1e-30f);
            for (int i = 0; i < depth; i++)
                bytes[Place(o, i)] = (byte)(sbyte)Math.Clamp(MathF.Round(values[Place(o, i)] / scales[o]), -127, 127);
            if (hasBias)
                terms[o] = (int)Math.Round(bias[o] / ((double)from * scales[o]));
        }

        string name = product.Outputs[0];
        string scale = Constant(TensorData.Of($"{name}.weight_scale", scales, features));
        string[] taken = [inputs[0], Real($"{name}.weight", new TensorData($"{name}.weight", ElementType.Int8, Array.ConvertAll(weight.Sizes, s => (long)s), bytes), scale, isTransposed ? 1 : 0, ElementType.Int8, features)];
        if (!hasBias)
            return taken;
        string biasScale = Constant(TensorData.Of($"{name}.bias_scale", Array.ConvertAll(scales, s => s * from), features));
        return [.. taken, Real($"{name}.bias", new TensorData($"{name}.bias", ElementType.Int32, [features], MemoryMarshal.AsBytes<int>(terms).ToArray()), biasScale, 0, ElementType.Int32, features)];

        int Place(int o, int i) => isTransposed ? i * features + o : o * depth + i;
    }

    private string Real(string name, TensorData whole, string scale, int axis, ElementType type, int features)
    {
        string zero = Constant(new TensorData($"{name}.zero", type, [features], new byte[features * (type == ElementType.Int8 ? 1 : 4)]));
        Add("DequantizeLinear", [Constant(whole), scale, zero], $"{name}.dequantized", ("axis", axis));
        return $"{name}.dequantized";
    }

    private string Constant(TensorData data)
    {
        constants.Add(data);
        return data.Name;
    }

    private void Add(string op, string[] inputs, string output, params (string Name, AttributeValue Value)[] attributes) =>
        nodes.Add(new GraphNode(op, inputs, [output]) { Name = output, Attributes = attributes.ToDictionary(a => a.Name, a => a.Value) });
}
