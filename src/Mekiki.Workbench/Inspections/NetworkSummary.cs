using Mekiki.Autograd;
using Mekiki.Vision;

namespace Mekiki.Workbench.Inspections;

/// <summary>The operations that a network carries out for one image, in order, and what they cost.</summary>
/// <param name="Rows">One for each operation.</param>
/// <param name="Parameters">Numbers that are learnt; of a network with 8 bits, its weights.</param>
/// <param name="MultiplyAdds">Multiplications with their additions in convolutions, linear layers and the convolutions' kin, for one image.</param>
/// <param name="WeightBytes">What parameters and buffers take.</param>
/// <param name="ActivationBytes">What the results of all operations take for one image, which training keeps.</param>
/// <param name="PeakBytes">The most that an operation's images and its result take for one image, which predicting needs.</param>
public sealed record NetworkSummary(IReadOnlyList<NetworkSummary.Row> Rows, long Parameters, long MultiplyAdds, long WeightBytes, long ActivationBytes, long PeakBytes)
{
    /// <summary>An operation.</summary>
    /// <param name="Layer">The layer whose parameters it uses, such as <c>conv1</c>; empty: it has none.</param>
    /// <param name="Operation">What it computes, such as <c>Conv2d 3x3, stride 2</c>.</param>
    /// <param name="Output">The result's shape for one image, without N.</param>
    /// <param name="Parameters">How many numbers it has learnt.</param>
    /// <param name="MultiplyAdds">Multiplications with their additions, for one image.</param>
    public readonly record struct Row(string Layer, string Operation, Shape Output, long Parameters, long MultiplyAdds);

    /// <summary>Follows a recognizer's network over one image.</summary>
    /// <param name="recognizer">Any; of recognizers that are no networks, there are no rows.</param>
    public static NetworkSummary Of(Recognizer recognizer)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        var network = recognizer.Network;
        var state = network.StateDict();
        var parameters = new HashSet<Tensor>(network.Parameters(), ReferenceEqualityComparer.Instance);
        var layers = new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, tensor) in state)
            layers.TryAdd(tensor, LayerOf(name));
        var rows = new List<Row>();
        long activations = 0, peak = 0;
        bool isQuantized = false;
        var input = recognizer.Preprocessing.Input;
        using (Gradients.Off())
        using (EvaluationMode.On())
        using (OperationTrace.Watch(operation =>
        {
            // Weights of 8 bits are arranged when the network is read: they are no tensors of its state.
            var weights = operation.Name is "QuantizedConv2d" or "QuantizedLinear" ? operation.Inputs[1] : null;
            var own = operation.Inputs.Where(layers.ContainsKey).ToArray();
            long result = Bytes(operation.Output), taken = operation.Inputs.Where(t => t != weights && !layers.ContainsKey(t)).Sum(Bytes), learnt = weights?.Count ?? own.Where(parameters.Contains).Sum(t => (long)t.Count);
            isQuantized |= weights is not null;
            rows.Add(new(own.Length > 0 ? layers[own[0]] : "", Described(operation), WithoutImages(operation.Output.Shape), learnt, MultiplyAddsOf(operation)));
            if (operation.Name != "Reshape")
                activations += result;
            peak = Math.Max(peak, result + taken);
        }))
            _ = network[Tensor.Zeros([1, input.Channels, input.Height, input.Width])];
        return new(rows, isQuantized ? rows.Sum(r => r.Parameters) : network.ParameterCount(), rows.Sum(r => r.MultiplyAdds), state.Sum(s => Bytes(s.Tensor)), activations, peak);
    }

    private static long Bytes(Tensor tensor) => (long)tensor.Count * tensor.DType.Bytes();

    private static string LayerOf(string tensor) => tensor.LastIndexOf('.') is var dot and >= 0 ? tensor[..dot] : tensor;

    private static Shape WithoutImages(Shape shape) => shape.Rank > 1 && shape[0] == 1 ? shape.ToArray()[1..] : shape;

    private static long MultiplyAddsOf(TracedOperation operation) => operation.Name switch
    {
        // Each result is a product with one row of the weights.
        "Conv2d" or "Linear" or "QuantizedConv2d" or "QuantizedLinear" => operation.Output.Count * ((long)operation.Inputs[1].Count / operation.Inputs[1].Shape[0]),
        _ => 0,
    };

    private static string Described(TracedOperation operation)
    {
        string text = operation.Name;
        if (operation.Name is "Conv2d" or "QuantizedConv2d")
        {
            var weight = operation.Inputs[1].Shape;
            text += $" {weight[2]}x{weight[3]}";
        }
        else if (operation.Settings.ContainsKey("kernel"))
            text += $" {operation.Setting("kernel"):0}x{operation.Setting("kernel"):0}";
        foreach (var (name, usual) in new[] { ("stride", 1.0), ("dilation", 1.0), ("groups", 1.0) })
            if (operation.Name is "Conv2d" or "QuantizedConv2d" or "MaxPool" or "QuantizedMaxPool" or "AvgPool" && operation.Setting(name, usual) is var value && value != usual)
                text += $", {name} {value:0}";
        return text;
    }
}
