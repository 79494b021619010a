using System.Globalization;
using Mekiki.Files;
using Mekiki.Onnx.Export;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;
using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx;

/// <summary>Reads image classifiers from ONNX files, and runs them on Mekiki's engine.</summary>
/// <remarks>
/// Nothing in a file is believed: lengths, names, shapes and the paths of files with weights are checked. Operators of versions 7 to 22 are
/// read. A loaded network is a <see cref="Module"/>: training changes its weights, and it has features (<see cref="Recognizer.Features"/>).
/// </remarks>
public static class OnnxImport
{
    private const string Extension = ".onnx", Foreigner = "onnx";

    /// <summary>Lets <see cref="Recognizer.Load(string)"/> read files whose name ends in <c>.onnx</c>, until the program ends.</summary>
    /// <remarks>Model files that hold such a network, as training from one makes them, can be read then, too.</remarks>
    public static void Register()
    {
        ModelFormats.Add(Extension, path => Load(path));
        ModelFormats.AddForm(GraphForm.Name, GraphForm.Network);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">An ONNX file whose one input is images, (N, C, H, W), and whose first output is scores or probabilities, (N, K).</param>
    /// <param name="options">What the file does not tell; null: nothing.</param>
    /// <exception cref="MekikiException">It is not there, damaged, or no classifier of images; or it uses operators that are not read, all of which are named.</exception>
    public static Recognizer Load(string path, OnnxImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var graph = GraphReader.Read(path);
        try
        {
            return graph.Metadata.TryGetValue("mekiki", out string? text) ? Own(graph, path, ModelCard.FromJson(text, path)) : Foreign(graph, path, options ?? new());
        }
        catch (MekikiException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new MekikiException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes a copy of a file of another program that tells in its metadata what <paramref name="options"/> tell; the copy is read without options.</summary>
    /// <param name="source">The file.</param>
    /// <param name="path">The copy, in the same folder if weights are in files beside the source. It appears only when whole.</param>
    /// <param name="options">What the file does not tell.</param>
    /// <returns>The recognizer that <see cref="Load"/> makes of the source and the options.</returns>
    /// <exception cref="MekikiException">The source cannot be read, is a file that <see cref="OnnxExport"/> wrote, or the copy cannot be written.</exception>
    public static Recognizer Save(string source, string path, OnnxImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        var recognizer = Load(source, options);
        if (recognizer.Card.Model != Foreigner)
            throw new MekikiException($"{source}: expected a file of another program, got one that Mekiki wrote, which tells its classes and preprocessing. Use it as it is.");
        var told = Description.Of(recognizer);
        OutputFile.Write(path, stream =>
        {
            using (var whole = new FileStream(source, FileMode.Open, FileAccess.Read))
                whole.CopyTo(stream);
            // Fields behind the last count as if they stood in the message; of two of one name, the later.
            GraphWriter.WriteMetadata(told, stream);
        });
        return recognizer;
    }

    // Images are prepared here as the card tells, not by the graph, which prepares them from pixels from 0 to 255. Views stay in the graph.
    private static Recognizer Own(Graph graph, string path, ModelCard card)
    {
        var told = card.Preprocessing;
        var prepared = RecognizerGraph.WithoutNormalization(graph, told);
        var network = new GraphNetwork(GraphPlan.Of(prepared ?? graph, path, RecognizerGraph.Logits));
        var preprocessing = prepared is not null ? told : new Preprocessing(told.Channels, told.Height, told.Width, Deviation: 1 / 255f, Fit: told.Fit) { Resampling = told.Resampling, Margin = told.Margin };
        return Tried(network, card with { Preprocessing = preprocessing, Shift = null, WeightsSha256 = null }, path);
    }

    private static Recognizer Foreign(Graph graph, string path, OnnxImportOptions options)
    {
        var plan = GraphPlan.Of(graph, path);
        var sizes = graph.Inputs.First(i => i.Name == plan.Input).Sizes;
        if (sizes is not { Count: 4 } || sizes[1].Value is not (1 or 3))
            throw new MekikiException($"{path}: expected images (N, 1, H, W) or (N, 3, H, W) as input, got ({string.Join(", ", (sizes ?? []).Take(8).Select(s => s.Value?.ToString(CultureInfo.InvariantCulture) ?? FileText.Short(s.Name ?? "?")))}). Export a network that takes images.");
        int channels = (int)sizes[1].Value!, height = Side(sizes[2]), width = Side(sizes[3]);
        var preprocessing = new Preprocessing(channels, height, width, Mean: options.Mean ?? Description.Numbers(graph.Metadata, Description.Mean),
            Deviation: options.Deviation ?? Description.Numbers(graph.Metadata, Description.Deviation), Fit: options.Fit ?? Description.FitOf(graph.Metadata) ?? ImageFit.Pad)
        {
            Resampling = options.Resampling ?? Description.ResamplingOf(graph.Metadata) ?? default,
            Margin = options.Margin ?? Description.MarginOf(graph.Metadata) ?? 0,
        };
        var network = new GraphNetwork(plan);
        int count = Scores(network, preprocessing.Input, path);
        var classes = options.Classes ?? ClassNames.Of(graph.Metadata) ?? [.. Enumerable.Range(0, count).Select(c => c.ToString(CultureInfo.InvariantCulture))];
        if (classes.Count != count || classes.Distinct().Count() != count)
            throw new MekikiException($"{path}: expected {FileText.Number(count)} different class names, as many as it has scores, got {FileText.Number(classes.Count)}, {FileText.Number(classes.Distinct().Count())} of them different. Give the names in the order of the scores.");
        network.Eval();
        return new Recognizer(network, new ModelCard(Foreigner, [.. classes], preprocessing));

        int Side(GraphSize size) => options.Size ?? Description.SizeOf(graph.Metadata) ?? (size.Value is { } side and <= ImageShape.MostSide ? (int)side : throw new MekikiException($"{path}: expected a size, since the file's input is of any, got none. Give the side that it was trained on ({nameof(OnnxImportOptions)}.{nameof(OnnxImportOptions.Size)})."));
    }

    private static Recognizer Tried(GraphNetwork network, ModelCard card, string path)
    {
        int count = Scores(network, card.Preprocessing.Input, path);
        if (count != card.Classes.Count)
            throw new MekikiException($"{path}: expected a score for each of {FileText.Number(card.Classes.Count)} classes, got {FileText.Number(count)}. Get or write the file again.");
        network.Eval();
        return new Recognizer(network, card);
    }

    // How many scores an image has.
    private static int Scores(GraphNetwork network, ImageShape input, string path)
    {
        using var pause = Autograd.Gradients.Off();
        using var evaluation = Autograd.EvaluationMode.On();
        var shape = network[Tensor.Zeros([1, input.Channels, input.Height, input.Width])].Shape;
        return shape.Rank == 2 && shape[0] == 1 && shape[1] > 0
            ? shape[1]
            : throw new MekikiException($"{path}: expected scores (N, K) of images {input}, got {shape} for one image. Export a classifier.");
    }
}
