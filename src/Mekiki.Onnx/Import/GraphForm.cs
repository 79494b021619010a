using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Onnx.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Import;

/// <summary>The form of a graph as a text for model files: an ONNX graph without weights, which the file holds under their names.</summary>
internal static class GraphForm
{
    /// <summary>The name of a last layer that is not the graph's own.</summary>
    public const string Head = "fc";

    /// <summary>What model files call this kind of form.</summary>
    public const string Name = "onnx";

    private const string HasHead = "head", Unsigned = "uint8";

    /// <summary>The form of a plan.</summary>
    public static string Text(GraphPlan plan, bool hasHead)
    {
        var taken = plan.Nodes.SelectMany(n => n.Inputs).Append(plan.Output).ToHashSet();
        var graph = new Graph
        {
            IrVersion = plan.Graph.IrVersion,
            Operators = plan.Graph.Operators,
            Nodes = plan.Nodes,
            Constants = [.. plan.Constants.Where(c => taken.Contains(c.Key) && !GraphNetwork.IsWeight(c.Value)).Select(c => c.Value.ToData(c.Key))],
            Inputs = [.. plan.Graph.Inputs.Where(i => i.Name == plan.Input)],
            Outputs = [new GraphValue(plan.Output, ElementType.Float, null)],
            Metadata = Facts(plan, hasHead),
        };
        var bytes = new MemoryStream();
        GraphWriter.Write(graph, bytes);
        return Convert.ToBase64String(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static Dictionary<string, string> Facts(GraphPlan plan, bool hasHead)
    {
        var facts = new Dictionary<string, string>();
        if (hasHead)
            facts[HasHead] = Head;
        if (string.Join('\n', plan.Constants.Where(c => c.Value is { IsBytes: true, Type: ElementType.UInt8 } && GraphNetwork.IsWeight(c.Value)).Select(c => c.Key)) is { Length: > 0 } unsigned)
            facts[Unsigned] = unsigned;
        return facts;
    }

    /// <summary>The network of a form and the weights of its file; neither is believed.</summary>
    /// <exception cref="MekikiException">The form is damaged, or weights are missing.</exception>
    public static GraphNetwork Network(string form, IReadOnlyDictionary<string, Tensor> weights)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(form);
        }
        catch (FormatException e)
        {
            throw new MekikiException($"{Name}: expected the bytes of a graph as base64, got others. Get or write the file again.", e);
        }

        var graph = GraphReader.Read(bytes, Name);
        bool hasHead = graph.Metadata.ContainsKey(HasHead);
        var unsigned = graph.Metadata.GetValueOrDefault(Unsigned, "").Split('\n').ToHashSet();
        var own = weights.Where(w => !(hasHead && w.Key.StartsWith(Head + ".", StringComparison.Ordinal)));
        // Files give bytes as int64.
        graph = graph with { Constants = [.. graph.Constants, .. own.Select(w => new Value(w.Value.DType == DType.Int64 ? w.Value.To(unsigned.Contains(w.Key) ? DType.UInt8 : DType.Int8) : w.Value).ToData(w.Key))] };
        var head = !hasHead ? null
            : weights.GetValueOrDefault($"{Head}.weight") is { Shape: { Rank: 2 } shape } ? new Linear(shape[1], shape[0])
            : throw new MekikiException($"{Name}: expected a last layer {Head}.weight (K, D), got none. Get or write the file again.");
        return new GraphNetwork(GraphPlan.Of(graph, Name, graph.Outputs is [{ } only] ? only.Name : null), head);
    }

    /// <summary>A network up to its features, with a new last layer.</summary>
    public static GraphNetwork WithHead(GraphNetwork network, GraphPlan plan, int classes, ulong seed)
    {
        var sizes = plan.Graph.Inputs.First(i => i.Name == plan.Input).Sizes;
        int Side(int dimension) => sizes is { Count: 4 } && sizes[dimension].Value is > 0 and <= ImageShape.MostSide and { } side ? (int)side : 224;
        int channels = sizes is { Count: 4 } && sizes[1].Value is 1 or 3 ? (int)sizes[1].Value!.Value : 3;
        using var off = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        int length = network.Call(Tensor.Zeros([1, channels, Side(2), Side(3)]), network.Features).Shape[1];
        var head = new Linear(length, classes);
        head.Initialize(seed);
        // The weights as they are now, which training may have changed.
        var weights = network.StateDict().ToDictionary();
        var cut = GraphPlan.Cut(plan, network.HasHead ? plan.Output : plan.Features, weights);
        return new GraphNetwork(cut, head);
    }
}
