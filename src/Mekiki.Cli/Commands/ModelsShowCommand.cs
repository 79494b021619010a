using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Models;
using Mekiki.Workbench.Inspections;

namespace Mekiki.Cli.Commands;

/// <summary>Lists a network's operations, and what they cost.</summary>
internal sealed class ModelsShowCommand : CliCommand
{
    private const int Classes = 73;

    private readonly Argument<string> model = Options.Argument("MODEL", "The folder of a run, a model file, an ONNX file, or the name of a network.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "List a network's layers: shapes, parameters, multiply-adds, memory.";

    public override string Remarks => $"Shapes are those of one image: channels, height, width. A multiply-add is a multiplication with its addition. Of a network's name, it is listed for {Classes} classes and its usual input.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki models show runs/20260102-030405-cnn", "The best model of a run."),
        new("mekiki models show mobilenet.onnx --json", "An ONNX file; a line for each operation, and one for the whole."),
        new("mekiki models show resnet18", "A network by its name."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, json];

    public override int Run(ParseResult arguments, Host host)
    {
        string name = arguments.GetRequiredValue(model);
        var recognizer = Opened(name);
        var summary = NetworkSummary.Of(recognizer);
        if (arguments.GetValue(json))
            WriteJson(host, recognizer, summary);
        else
            WriteText(host, recognizer, summary);
        return ExitCode.Done;
    }

    // A file of this name comes first.
    private static Recognizer Opened(string name)
    {
        if (File.Exists(name) || Directory.Exists(name) || !Catalogue.All.Any(e => e.Name == name))
            return Recognizer.Load(name);
        var entry = Catalogue.Find(name);
        return new(entry.Build(entry.DefaultInput, Classes), new ModelCard(name, [.. Enumerable.Range(0, Classes).Select(c => c.ToString(CultureInfo.InvariantCulture))], Preprocessing.For(entry.DefaultInput)));
    }

    private static void WriteText(Host host, Recognizer recognizer, NetworkSummary summary)
    {
        if (summary.Rows.Count > 0)
            Tables.Write(host, ["layer", "operation", "output", ">parameters", ">multiply-adds"],
                summary.Rows.Select(r => (string[])[r.Layer, r.Operation, Sizes(r.Output), Text(r.Parameters), Text(r.MultiplyAdds)]));
        Facts.Write(host, "model", $"{recognizer.Card.Model}, {recognizer.Classes.Count:N0} classes, images of {recognizer.Preprocessing.Input}");
        Facts.Write(host, "weights", $"{summary.Parameters:N0} parameters, {Megabytes(summary.WeightBytes)} with buffers");
        if (summary.Rows.Count == 0)
            host.Say("This recognizer is no network of layers: its operations cannot be listed.");
        else
        {
            Facts.Write(host, "work", $"{summary.MultiplyAdds:N0} multiply-adds an image{(recognizer.Card.Shift > 0 ? ", for each of its shifted views" : "")}");
            Facts.Write(host, "memory", $"{Megabytes(summary.PeakBytes)} an image for the largest operation, {Megabytes(summary.ActivationBytes)} for all results, which training keeps");
        }
    }

    private static string Sizes(Shape shape) => string.Join('x', shape.ToArray());

    private static string Text(long value) => value == 0 ? "" : value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.##} MB");

    private static void WriteJson(Host host, Recognizer recognizer, NetworkSummary summary)
    {
        foreach (var row in summary.Rows)
            new JsonLine().Add("layer", row.Layer).Add("operation", row.Operation).Add("output", Sizes(row.Output)).Add("parameters", row.Parameters).Add("multiply_adds", row.MultiplyAdds).WriteTo(host.Out);
        new JsonLine().Add("command", "models show").Add("model", recognizer.Card.Model).Add("classes", recognizer.Classes.Count).Add("input", recognizer.Preprocessing.Input.ToString())
            .Add("parameters", summary.Parameters).Add("multiply_adds", summary.MultiplyAdds).Add("weight_bytes", summary.WeightBytes).Add("peak_bytes", summary.PeakBytes).Add("activation_bytes", summary.ActivationBytes).WriteTo(host.Out);
    }
}
