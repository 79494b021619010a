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
        return GraphPlan.Of(graph, recognizer.Card.Model, scores);
    }
}
