using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Onnx;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Options;
using Mekiki.Vision.Transforms;

namespace Mekiki.Cli.Commands;

/// <summary>Gives an ONNX file of another program its classes and preprocessing.</summary>
internal sealed class ImportCommand : CliCommand
{
    private readonly Argument<string> source = Options.Argument("SOURCE", "An ONNX file with one input, images (N, C, H, W), and scores or probabilities (N, K) as its first output.");
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "The copy to write, which every command takes as a model. The name ends in .onnx.");
    private readonly Option<string?> classes = Options.OptionalText("--classes", "FILE", "A text file with a class name in each line", "those of the file, or 0, 1, 2, …");
    private readonly Option<int?> size = Options.OptionalInteger("--size", "Side in pixels to which images are scaled", 1, ImageShape.MostSide, "that of the file's input");
    private readonly Option<ImageFit> fit = Options.Of(DataOptions.Table[nameof(DataOptions.Fit)], o => o.Fit, ImageFit.Pad);
    private readonly Option<Resampling> resampling = Options.Resampling();
    private readonly Option<int> margin = Options.CutMargin();
    private readonly Option<ChannelValues?> mean = Options.OptionalChannelValues("--mean", "Subtracted from pixels in [0, 1]: one number, or one each for red, green and blue", OptionRange.Between(-1000.0, 1000), 0);
    private readonly Option<ChannelValues?> deviation = Options.OptionalChannelValues("--deviation", "What pixels are divided by after that: one number, or one for each", OptionRange.Between(1e-6, 1000), 1);
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Give an ONNX file of another program its classes and preprocessing.";

    public override string Remarks =>
        "Every command takes an ONNX file as a model. What a file does not tell, such as class names, this command writes into the metadata of a copy. " +
        "A file that Mekiki wrote tells all of it. Operators that are not read are named in a message.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki import net.onnx --classes names.txt --fit crop --mean 0.5 --deviation 0.25 --out model.onnx", "The copy is a model, for test and predict."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [source, output, classes, size, fit, resampling, margin, mean, deviation, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(output) is null)
            yield return "--out: expected a file to write, got none. Give one whose name ends in .onnx.";
        foreach (string problem in OutputPaths.Problems(arguments, (output, ".onnx")))
            yield return problem;
        if (arguments.GetValue(output) is { } path && string.Equals(Path.GetFullPath(path), Path.GetFullPath(arguments.GetRequiredValue(source)), StringComparison.Ordinal))
            yield return $"--out: expected another file than the source, got '{path}' for both.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        string from = arguments.GetRequiredValue(source), to = arguments.GetValue(output)!;
        var recognizer = OnnxImport.Save(from, to, new OnnxImportOptions
        {
            Classes = arguments.GetValue(classes) is { } file ? ClassNames.Read(file) : null,
            Size = arguments.GetValue(size),
            Fit = arguments.GetValue(fit),
            Resampling = arguments.GetValue(resampling),
            Margin = arguments.GetValue(margin),
            Mean = arguments.GetValue(mean),
            Deviation = arguments.GetValue(deviation),
        });
        var preprocessing = recognizer.Preprocessing;
        if (arguments.GetValue(json))
        {
            new JsonLine()
                .Add("command", "import").Add("source", from).Add("classes", recognizer.Classes).Add("input", preprocessing.Input.ToString())
                .Add("parameters", recognizer.Network.ParameterCount()).Add("out", to)
                .WriteTo(host.Out);
            return ExitCode.Done;
        }

        Facts.Write(host, "source", $"{from}, {recognizer.Network.ParameterCount():N0} parameters");
        Facts.Write(host, "model", $"{recognizer.Classes.Count:N0} classes, images of {preprocessing.Input}, mean {preprocessing.Mean}, deviation {preprocessing.Deviation}");
        Facts.Write(host, "written", $"{to}");
        return ExitCode.Done;
    }
}
