using Mekiki.Onnx.Export;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;
using Mekiki.Vision;

namespace Mekiki.Onnx.Quantizing;

/// <summary>A recognizer's network as a graph of floats, from prepared images to scores.</summary>
internal static class PlainGraph
{
    // Weights with a scale for each channel came with it.
    private const int Operators = 13;

    /// <exception cref="MekikiException">The network computes something that graphs do not hold.</exception>
    public static GraphPlan Of(Recognizer recognizer)
    {
        const string Images = "images";
        var input = recognizer.Preprocessing.Input;
        var read = recognizer.Network as GraphNetwork;
        if (read is { Plan.Version: < Operators })
            throw new MekikiException($"{recognizer.Card.Model}: expected a network of ONNX's operators of version {Operators} or later, which quantize by channel, got version {read.Plan.Version}. Export it anew.");
        var builder = new GraphBuilder(read?.Plan.Version ?? Operators);
        string scores = read is null ? NetworkNodes.Add(builder, recognizer.Network, input, Images) : builder.Add(read, input, Images);
        var graph = builder.Build(
            [new GraphValue(Images, ElementType.Float, ["N", input.Channels, input.Height, input.Width])],
            [new GraphValue(scores, ElementType.Float, ["N", recognizer.Classes.Count])],
            new Dictionary<string, string>());
        return GraphPlan.Of(graph with { Nodes = ActivatedFirst(graph.Nodes) }, recognizer.Card.Model, scores);
    }

    // ReLU of a maximum is the maximum of ReLUs; before it, it costs nothing behind a convolution, and 8 bits have no negative numbers to cover.
    private static GraphNode[] ActivatedFirst(IReadOnlyList<GraphNode> nodes)
    {
        GraphNode[] all = [.. nodes];
        for (int i = 1; i < all.Length; i++)
        {
            var (pool, relu) = (all[i - 1], all[i]);
            string between = pool.Outputs[0];
            if (pool is { Operator: "MaxPool", Outputs.Count: 1 } && relu.Operator == "Relu" && relu.Inputs[0] == between && nodes.Count(n => n.Inputs.Contains(between)) == 1)
                (all[i - 1], all[i]) = (relu with { Inputs = [pool.Inputs[0]], Outputs = [between] }, pool with { Inputs = [between], Outputs = relu.Outputs });
        }

        return all;
    }
}
