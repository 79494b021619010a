using System.Globalization;
using System.Runtime.InteropServices;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;
using Mekiki.Vision;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Export;

/// <summary>A whole recognizer as a graph: pixels in, probabilities out.</summary>
internal static class RecognizerGraph
{
    public const string Input = "images", Probabilities = "probabilities", Logits = "logits";

    public static Graph Of(Recognizer recognizer, int operators, bool withLogits, bool withResize)
    {
        var (card, input) = (recognizer.Card, recognizer.Preprocessing.Input);
        // A network that was read keeps the version of its operators.
        var read = recognizer.Network as GraphNetwork;
        var graph = new GraphBuilder(read?.Plan.Version ?? operators);
        string pixels = withResize ? Resized(graph, recognizer.Preprocessing) : Input;
        string images = Normalized(graph, recognizer.Preprocessing, pixels);
        int shift = card.Shift ?? 0;
        string views = shift > 0 ? Views(graph, images, input, shift) : images;
        string scores = read is null ? NetworkNodes.Add(graph, recognizer.Network, input, views) : graph.Add(read, input, views);
        if (shift > 0)
            scores = Averaged(graph, scores, card.Classes.Count);
        graph.AddAs(Logits, "Identity", [scores]);
        string tempered = card.LabelCalibration is { } labels ? Scaled(graph, labels) : card.Calibration is { } calibration
            ? graph.Add("Mul", [Logits, graph.Constant("temperature", [(float)(1 / calibration.Temperature)], Array.Empty<long>())])
            : Logits;
        if (card.IsMultiLabel)
            graph.AddAs(Probabilities, "Sigmoid", [tempered]);
        else
            graph.AddAs(Probabilities, "Softmax", [tempered], ("axis", graph.Operators < 13 ? 1 : -1));
        GraphSize height = withResize ? "height" : input.Height, width = withResize ? "width" : input.Width;
        var probabilities = new GraphValue(Probabilities, ElementType.Float, ["N", card.Classes.Count]);
        return graph.Build(
            [new GraphValue(Input, ElementType.UInt8, ["N", input.Channels, height, width])],
            withLogits ? [probabilities, probabilities with { Name = Logits }] : [probabilities],
            Metadata(card));
    }

    /// <summary>A graph that <see cref="Of"/> made, without the nodes that norm its pixels: it takes images as a recognizer with this preprocessing prepares them.</summary>
    /// <param name="graph">The graph; it may have been changed since.</param>
    /// <param name="preprocessing">What it was made with.</param>
    /// <returns>Null where it does not begin as <see cref="Of"/> lets it begin, or where images are resized first.</returns>
    public static Graph? WithoutNormalization(Graph graph, Preprocessing preprocessing)
    {
        var (factors, terms) = Normalization(preprocessing);
        if (graph.Inputs is not [{ Name: Input } pixels] || Next(Input, "Cast") is not { } cast || cast.Attributes.GetValueOrDefault("to")?.Integer != (long)ElementType.Float
            || Next(cast.Outputs[0], "Mul", factors) is not { } product || Next(product.Outputs[0], "Add", terms) is not { } sum)
            return null;
        return graph with
        {
            Inputs = [pixels with { Name = sum.Outputs[0], Type = ElementType.Float }],
            Nodes = [.. graph.Nodes.Where(n => n != cast && n != product && n != sum)],
        };

        // The only node that takes a value, if it is this one, beside these numbers.
        GraphNode? Next(string value, string op, float[]? numbers = null) =>
            graph.Nodes.Where(n => n.Inputs.Contains(value)).ToArray() is [{ Domain: "", Outputs: [{ Length: > 0 }] } node] && node.Operator == op && node.Inputs[0] == value
            && (numbers is null || (node.Inputs.Count == 2 && graph.Constants.FirstOrDefault(c => c.Name == node.Inputs[1]) is { Type: ElementType.Float } constant && MemoryMarshal.Cast<byte, float>(constant.Raw.Span).SequenceEqual(numbers)))
                ? node : null;
    }

    // As Mekiki scales: weights that lie outside count for nothing, and a cubic is Keys' with -1/2.
    private static string Resized(GraphBuilder graph, Preprocessing preprocessing)
    {
        bool isCubic = preprocessing.Resampling == Resampling.Bicubic;
        var (input, margin) = (preprocessing.Input, preprocessing.Margin);
        (string, AttributeValue)[] how = [("mode", isCubic ? "cubic" : "linear"), ("coordinate_transformation_mode", "half_pixel"), ("antialias", 1), ("exclude_outside", 1), ("axes", new long[] { 2, 3 })];
        string scaled = graph.Add("Resize", [Input, "", "", graph.Constant("side", input.Height + 2 * margin, input.Width + 2 * margin)], isCubic ? [.. how, ("cubic_coeff_a", -0.5f)] : how);
        return margin == 0 ? scaled
            : graph.Add("Slice", [scaled, graph.Constant("first", margin, margin), graph.Constant("last", margin + input.Height, margin + input.Width), graph.Constant("sides", 2, 3)]);
    }

    // a s + b of each label.
    private static string Scaled(GraphBuilder graph, LabelCalibration labels)
    {
        string product = graph.Add("Mul", [Logits, graph.Constant("slope", [.. labels.Labels.Select(l => (float)l.Slope)], labels.Labels.Count)]);
        return graph.Add("Add", [product, graph.Constant("offset", [.. labels.Labels.Select(l => (float)l.Offset)], labels.Labels.Count)]);
    }

    // (v / 255 - mean) / deviation, with 255 - v for v where light becomes dark, as one product and one sum.
    private static string Normalized(GraphBuilder graph, Preprocessing preprocessing, string pixels)
    {
        var (factors, terms) = Normalization(preprocessing);
        string values = graph.Add("Cast", [pixels], ("to", (long)ElementType.Float));
        values = graph.Add("Mul", [values, graph.Constant("scale", factors, factors.Length, 1, 1)]);
        return graph.Add("Add", [values, graph.Constant("shift", terms, terms.Length, 1, 1)]);
    }

    private static (float[] Factors, float[] Terms) Normalization(Preprocessing preprocessing)
    {
        int channels = preprocessing.Channels;
        float[] factors = new float[channels], terms = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double mean = preprocessing.Mean[c], deviation = preprocessing.Deviation[c], sign = preprocessing.Invert ? -1 : 1;
            factors[c] = (float)(sign / 255 / deviation);
            terms[c] = (float)(((preprocessing.Invert ? 1 : 0) - mean) / deviation);
        }

        return (factors, terms);
    }

    // The images, and the same shifted left, right, up and down by repeating their edges: (N, C, H, W) -> (5N, C, H, W).
    private static string Views(GraphBuilder graph, string images, ImageShape input, int pixels)
    {
        long p = pixels;
        string wide = graph.Add("Pad", [images, graph.Constant("margins", 0, 0, p, p, 0, 0, p, p)], ("mode", "edge"));
        return graph.Add("Concat", [images, At(0, p), At(2 * p, p), At(p, 0), At(p, 2 * p)], ("axis", 0));

        string At(long x, long y) => graph.Add("Slice", [wide, graph.Constant("start", y, x), graph.Constant("end", y + input.Height, x + input.Width), graph.Constant("axes", 2, 3)]);
    }

    // log (1/5 Σ softmax(scores of view)): (5N, K) -> (N, K).
    private static string Averaged(GraphBuilder graph, string scores, int classes)
    {
        string views = graph.Add("Reshape", [graph.Add("Softmax", [scores], ("axis", -1)), graph.Constant("sizes", 5, -1, classes)]);
        string mean = graph.Operators >= 18
            ? graph.Add("ReduceMean", [views, graph.Constant("axes", 0)], ("keepdims", 0))
            : graph.Add("ReduceMean", [views], ("axes", new long[] { 0 }), ("keepdims", 0));
        return graph.Add("Log", [graph.Add("Max", [mean, graph.Constant("least", [float.Epsilon], Array.Empty<long>())])]);
    }

    private static SortedDictionary<string, string> Metadata(ModelCard card)
    {
        var input = card.Preprocessing.Input;
        return new(StringComparer.Ordinal)
        {
            ["mekiki"] = card.ToJson(),
            ["names"] = PythonNames.Of(card.Classes),
            ["task"] = "classify",
            ["imgsz"] = string.Create(CultureInfo.InvariantCulture, $"[{input.Height}, {input.Width}]"),
            ["channels"] = input.Channels.ToString(CultureInfo.InvariantCulture),
            ["colours"] = input.Channels == 1 ? "grey" : "RGB",
        };
    }
}
