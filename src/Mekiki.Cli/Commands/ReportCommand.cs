using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Reports;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>Writes one page that says how good a model is, where it fails, and when not to believe it.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Option<string?> data = Options.OptionalData("the run's own test part");
    private readonly TableOptions<DataOptions> reading = Options.Reading();
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "The HTML file to write", "report.html in the run's folder, or here");
    private readonly Option<string?> compare = Options.OptionalText("--compare", "MODEL", "Compare with another run or model file on the same images.");
    private readonly Option<string?> slices = Options.OptionalText("--slices", "FILE", "A CSV file with a column image and others: tell how right the model is for each of their values.");
    private readonly Option<string?> doubtful = Options.OptionalText("--doubtful", "FILE", "The list that `mekiki data check --labels --out` wrote: its images stand at the label desk.");
    private readonly Option<string?> unknown = Options.OptionalText("--unknown", "DATA", "Images of none of the classes, as --data takes them: tell whether the model notices them.");
    private readonly Option<string?> require = Options.OptionalText("--require", "LIMITS", $"Exit with 2 unless the figures reach these limits, such as balanced>=0.99,ece<=0.01. Figures: {string.Join(", ", Requirement.Names)}; .low or .high behind one means an end of its interval.");
    private readonly Option<string?> plots = Options.OptionalText("--plots", "DIR", "Write the charts into this folder too, each as an SVG and a PNG file.");
    private readonly Option<int> most = Options.Integer("--images", "How many images the page shows at most", 1000, 1, 4000);
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Write one page that says how good a model is, where it fails, and when not to believe it.";

    public override string Remarks =>
        "The page is one HTML file that opens in any browser without a network: figures with intervals, what is confused with what, the mistakes with the training images that resemble them, " +
        "whether probabilities can be believed, how many answers a person must look at, images of no class, and a desk where labels are judged for `mekiki train --labels`. Of a model of any number of labels: mAP and F1 with intervals, each label, thresholds, images with a label too many or too few, and how many must be looked at.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki report runs/20260102-030405-kana-net", "On the run's test images; report.html lies in its folder."),
        new("mekiki report model.safetensors --data pictures --out report.html --language ja", "On your own pictures, in Japanese."),
        new("mekiki report runs/20260102-030405-cnn --require \"balanced>=0.99,ece<=0.01\"", "For a build that fails when the model is not good enough."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, data, .. reading.All, output, compare, slices, doubtful, unknown, require, plots, most, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        string? problem = null;
        try
        {
            Required(arguments);
        }
        catch (MekikiException e)
        {
            problem = e.CommandLineMessage;
        }

        return [.. OutputPaths.Problems(arguments, (output, null)), .. problem is null ? Array.Empty<string>() : [problem]];
    }

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(model), file = arguments.GetValue(output) ?? (Directory.Exists(path) ? Path.Combine(path, "report.html") : "report.html");
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var options = new ReportOptions
        {
            Source = arguments.GetValue(data),
            Reading = reading.Apply(arguments, new()),
            Compare = arguments.GetValue(compare),
            Slices = arguments.GetValue(slices),
            Doubtful = arguments.GetValue(doubtful),
            Unknown = arguments.GetValue(unknown),
            Requirements = Required(arguments),
            Language = host.Language.Code,
            MostImages = arguments.GetValue(most),
            Threads = arguments.GetValue(threads) ?? 0,
        };
        if (arguments.GetValue(plots) is { } charts)
            OutputFile.MakeFolder(charts);      // before the long work
        if (Recognizer.Load(path).Card.IsMultiLabel)
            return RunLabels(arguments, host, path, file, options);
        Report report;
        using (var stages = new Stages(host))
            report = Report.Of(path, options, host.Clock, stages, host.Interrupt.Token);
        return Finish(arguments, host, file, report.Recognizer, report.Images, report.Write, report.WriteCharts, report.Verdict, report.Missed, r => r.ValueIn(report.Figures), line => line
            .Add("images", report.Figures.Images).Add("accuracy", report.Figures.Accuracy.Value).Add("balanced_accuracy", report.Figures.BalancedAccuracy.Value).Add("ece", report.Figures.Ece.Value));
    }

    private int RunLabels(ParseResult arguments, Host host, string path, string file, ReportOptions options)
    {
        LabelReport report;
        using (var stages = new Stages(host))
            report = LabelReport.Of(path, options, host.Clock, stages, host.Interrupt.Token);
        return Finish(arguments, host, file, report.Recognizer, report.Images, report.Write, report.WriteCharts, report.Verdict, report.Missed, r => r.ValueIn(report.Figures), line => line
            .Add("images", report.Figures.Images).Add("accuracy", report.Figures.AllRight.Value).Add("mean_average_precision", report.Figures.MeanAveragePrecision.Value)
            .Add("macro_f1", report.Figures.MacroF1.Value).Add("micro_f1", report.Figures.MicroF1.Value));
    }

    // Writes the page and the charts, and says what they say in short.
    private int Finish(ParseResult arguments, Host host, string file, Recognizer recognizer, TestData images, Action<string> write, Action<string> writeCharts, IReadOnlyList<string> verdict, IReadOnlyList<Requirement> missed, Func<Requirement, double> valueOf, Action<JsonLine> addFigures)
    {
        Facts.SaySkipped(host, images.Set.Skipped.Count);
        foreach (string note in images.Notes)
            host.Say(note);
        write(file);
        if (arguments.GetValue(plots) is { } folder)
            writeCharts(folder);
        if (arguments.GetValue(json))
        {
            var line = new JsonLine().Add("command", "report").Add("model", recognizer.Card.Model).Add("data", images.Set.Source);
            addFigures(line);
            line.Add("missed", missed, (l, r) => l.Add("requirement", r.ToString()).Add("value", valueOf(r))).Add("file", file).WriteTo(host.Out);
        }
        else
        {
            foreach (string sentence in verdict)
                host.Out.WriteLine(host.Wrapped(sentence, 0));
            host.Out.WriteLine(file);
        }

        foreach (var one in missed)
            host.Say(FormattableString.Invariant($"--require: expected {one}, got {valueOf(one):0.######}. Train a better model, or lower the limit."));
        return missed.Count == 0 ? ExitCode.Done : ExitCode.Mistake;
    }

    private IReadOnlyList<Requirement> Required(ParseResult arguments) => arguments.GetValue(require) is { } text ? Requirement.Parse(text) : [];

    // A bar for each stage.
    private sealed class Stages(Host host) : IProgress<ReportStage>, IDisposable
    {
        private ProgressBar? bar;
        private string? name;

        public void Report(ReportStage stage)
        {
            if (stage.Name != name)
            {
                bar?.Dispose();
                bar = new ProgressBar(host, name = stage.Name, stage.Total, stage.Total > 0 ? Amounts.Images : null);
            }

            bar!.Report(stage.Done);
        }

        public void Dispose() => bar?.Dispose();
    }
}
