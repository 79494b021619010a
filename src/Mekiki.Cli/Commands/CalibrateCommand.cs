using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>Fits a model's probabilities to images that it was not trained on.</summary>
internal sealed class CalibrateCommand : CliCommand
{
    private const int BatchSize = 64;

    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Option<string?> data = Options.OptionalData("the run's own images of --part");
    private readonly TableOptions<DataOptions> reading = Options.Reading();
    private readonly Option<SplitPart> part = Options.Choice("--part", "PART", "Which part of a run's own images", "validation", [("test", SplitPart.Test), ("validation", SplitPart.Validation)]);
    private readonly Option<bool> neighbours = Options.Flag("--neighbours", "Keep features of training images of a run in a file beside the model file, at most 100 of each class, for `mekiki predict --unknown-by neighbours`.");
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "The model file to write.", "the model's own file");
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Make a model's probabilities honest, and let it say what it does not know.";

    public override string Remarks =>
        "A temperature is fitted to images that the model was not trained on: of answers with probability 0.9, nine in ten are then right. No answer changes. Thresholds for `mekiki predict --unknown-at` and `--set` are stored beside it. " +
        "`mekiki train --validation` does the same at its end. Figures on the images that calibrate are too good: test on others. Of a model of any number of labels the probability of each label is fitted by itself, and the threshold from which on it is predicted is the one with the best F1.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki calibrate model.safetensors --data pictures", "On your own labelled pictures, which did not train."),
        new("mekiki calibrate runs/20260102-030405-kana-net --neighbours", "Also keeps what training images look like to the network: the best of the scores for images of unknown classes."),
        new("mekiki calibrate runs/20260102-030405-kana-net --part test --out calibrated.safetensors", "On a run's test images; the run stays as it is."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, data, .. reading.All, part, neighbours, output, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments) => OutputPaths.Problems(arguments, (output, ".safetensors"));

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(model), file = arguments.GetValue(output) ?? (Directory.Exists(path) ? Path.Combine(path, "model.safetensors") : path);
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        if (arguments.GetValue(neighbours) && !Directory.Exists(path))
            throw new MekikiException($"--neighbours: expected the folder of a run, which knows its training images, got {path}. Give the folder, or leave it out.");
        var recognizer = Recognizer.Load(path);
        if (arguments.GetValue(neighbours) && recognizer.Card.IsMultiLabel)
            throw new MekikiException("--neighbours: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.");
        string? source = arguments.GetValue(data);
        var images = ProgressBar.While(host, "reading images", bar => TestData.Open(path, recognizer, source, arguments.GetValue(threads) ?? 0, source is null && Directory.Exists(path) ? arguments.GetValue(part) : SplitPart.Test, reading.Apply(arguments, new() { Progress = bar })));
        Facts.SaySkipped(host, images.Set.Skipped.Count);
        foreach (string note in images.Notes)
            host.Say(note);
        Recognizer calibrated;
        var options = new LoaderOptions { BatchSize = BatchSize, Threads = arguments.GetValue(threads) ?? 0 };
        using (var bar = new ProgressBar(host, "calibrate", images.Count, Amounts.Images))
            calibrated = recognizer.Calibrate(images.Set, images.Subset, images.Groups, options, bar, host.Interrupt.Token);
        string? beside = arguments.GetValue(neighbours) ? Keep(calibrated, path, images, file, options.Threads, host) : null;
        calibrated.Save(file);
        if (calibrated.Card.LabelCalibration is { } labels)
        {
            WriteLabels(arguments, host, calibrated, images, labels, file);
            return ExitCode.Done;
        }

        var calibration = calibrated.Card.Calibration!;
        if (arguments.GetValue(json))
        {
            new JsonLine().Add("command", "calibrate").Add("model", recognizer.Card.Model).Add("data", images.Set.Source).Add("images", calibration.Images).Add("groups", calibration.Groups)
                .Add("temperature", calibration.Temperature).Add("loss_before", calibration.LossBefore).Add("loss_after", calibration.LossAfter).Add("file", file).Add("neighbours", beside).WriteTo(host.Out);
            return ExitCode.Done;
        }

        Facts.Write(host, "images", $"{calibration.Images:N0}{(calibration.Groups is { } groups ? $" in {groups:N0} groups" : "")}, {images.Set.Source}");
        Facts.Write(host, "temperature", $"{calibration.Temperature:0.0000}");
        Facts.Write(host, "loss", $"{calibration.LossBefore:0.0000} before, {calibration.LossAfter:0.0000} after");
        Facts.Write(host, "sets", $"{(calibration.Sets.Count == 0 ? "too few images to promise any coverage" : string.Join(", ", calibration.Sets.Select(s => FormattableString.Invariant($"{s.Percent} %"))))}");
        Facts.Write(host, "file", $"{file}");
        if (beside is not null)
            Facts.Write(host, "neighbours", $"{beside}");
        return ExitCode.Done;
    }

    private void WriteLabels(ParseResult arguments, Host host, Recognizer recognizer, TestData images, LabelCalibration calibration, string file)
    {
        var labels = recognizer.Classes.Zip(calibration.Labels);
        if (arguments.GetValue(json))
        {
            new JsonLine().Add("command", "calibrate").Add("model", recognizer.Card.Model).Add("data", images.Set.Source).Add("images", calibration.Images)
                .Add("loss_before", calibration.LossBefore).Add("loss_after", calibration.LossAfter).Add("file", file)
                .Add("labels", labels, (line, l) => line.Add("label", l.First).Add("slope", l.Second.Slope).Add("offset", l.Second.Offset).Add("threshold", l.Second.Threshold)).WriteTo(host.Out);
            return;
        }

        Facts.Write(host, "images", $"{calibration.Images:N0}, {images.Set.Source}");
        Facts.Write(host, "loss", $"{calibration.LossBefore:0.0000} before, {calibration.LossAfter:0.0000} after");
        Facts.Write(host, "file", $"{file}");
        host.Out.WriteLine($"\n{host.Language.In("Labels")}");
        Tables.Write(host, ["label", ">slope", ">offset", ">threshold"], labels.Select(l => Facts.Row($"{l.First}", $"{l.Second.Slope:0.000}", $"{l.Second.Offset:0.000}", $"{l.Second.Threshold:0.000}")));
    }

    private static string Keep(Recognizer recognizer, string run, TestData held, string file, int threads, Host host)
    {
        var trained = TestData.Open(run, recognizer, null, threads, SplitPart.Train);
        try
        {
            return ProgressBar.While(host, "features of training images", _ => FeatureNeighbours
                .Of(recognizer, trained.Set, FeatureNeighbours.Sample(recognizer, trained.Set, trained.Subset), threads, host.Interrupt.Token)
                .Calibrate(recognizer, held.Set, held.Subset ?? [.. Enumerable.Range(0, held.Set.Count)], held.Groups, threads, host.Interrupt.Token)
                .Save(recognizer, file));
        }
        catch (NotSupportedException)
        {
            throw new MekikiException($"--neighbours: expected a network that tells its features, got {recognizer.Card.Model}. Leave it out.");
        }
    }
}
