using System.Runtime.InteropServices;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Quantizing;

/// <summary>Writes QuantizeLinear and DequantizeLinear into a graph of floats: the form that ONNX Runtime's quantizer calls QDQ.</summary>
internal sealed class QuantizedGraph
{
    private readonly GraphPlan plan;
    private readonly QuantizedNodes choice;
    private readonly IReadOnlyDictionary<GraphNode, WholeWeights> weightsOf;
    private readonly Func<string, Quantization> meaning;
    private readonly Dictionary<string, string> names = [];
    private readonly List<GraphNode> nodes = [];
    private readonly List<TensorData> constants = [];

    private QuantizedGraph(GraphPlan plan, QuantizedNodes choice, Func<string, Quantization> meaning, IReadOnlyDictionary<GraphNode, WholeWeights> weights)
    {
        (this.plan, this.choice, this.meaning, weightsOf) = (plan, choice, meaning, weights);
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
    public static Graph Of(GraphPlan plan, QuantizedNodes choice, Func<string, Quantization> meaning, IReadOnlyDictionary<GraphNode, WholeWeights> weights)
    {
        var made = new QuantizedGraph(plan, choice, meaning, weights);
        return plan.Graph with { Nodes = made.nodes, Constants = made.constants };
    }

    // Behind a value: to 8 bits and back. All who take it take what comes back.
    private void Quantize(string value)
    {
        if (!choice.Values.Contains(value))
            return;
        var numbers = meaning(value);
        string scale = Constant(TensorData.Of($"{value}.scale", [numbers.Scale])), zero = Constant(TensorData.Of($"{value}.zero", [(byte)numbers.Zero]));
        Add("QuantizeLinear", [value, scale, zero], $"{value}.quantized");
        Add("DequantizeLinear", [$"{value}.quantized", scale, zero], $"{value}.dequantized");
        names[value] = $"{value}.dequantized";
    }

    // Symmetric weights, -127 to 127, with a scale for each feature; the bias in units of the input's scale times the feature's.
    private string[] WithWeights(GraphNode product, string[] inputs)
    {
        var weights = weightsOf[product];
        long[] sizes = Array.ConvertAll(plan.Constants[product.Inputs[1]].Sizes, s => (long)s);
        int axis = QuantizedNodes.IsTransposed(product) ? 1 : 0, features = weights.Features;
        float from = meaning(product.Inputs[0]).Scale;
        string name = product.Outputs[0];
        string scale = Constant(TensorData.Of($"{name}.weight_scale", weights.Scales, features));
        string[] taken = [inputs[0], Real($"{name}.weight", new TensorData($"{name}.weight", ElementType.Int8, sizes, weights.Bytes), scale, axis, ElementType.Int8, features)];
        if (weights.Terms is not { } terms)
            return taken;
        string biasScale = Constant(TensorData.Of($"{name}.bias_scale", Array.ConvertAll(weights.Scales, s => s * from), features));
        return [.. taken, Real($"{name}.bias", new TensorData($"{name}.bias", ElementType.Int32, [features], MemoryMarshal.AsBytes<int>(terms).ToArray()), biasScale, 0, ElementType.Int32, features)];
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
