using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Comparisons;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Reports;

/// <summary>How good a recognizer of any number of labels is, where it fails, and when not to believe it: everything that stands on its page.</summary>
public sealed class LabelReport
{
    private LabelReport(string model, ReportOptions options, Recognizer recognizer, TestData images, LabelAnswers answers) =>
        (Model, Options, Recognizer, Images, Answers, Figures) = (model, options, recognizer, images, answers, LabelEstimates.Of(answers));

    /// <summary>The run's folder or the model file.</summary>
    public string Model { get; }

    /// <summary>What was asked for.</summary>
    public ReportOptions Options { get; }

    /// <summary>What is reported on.</summary>
    public Recognizer Recognizer { get; }

    /// <summary>The images that it was tested on.</summary>
    public TestData Images { get; }

    /// <summary>What it answered.</summary>
    public LabelAnswers Answers { get; }

    /// <summary>How right that is.</summary>
    public LabelEstimates Figures { get; }

    /// <summary>The report in three sentences.</summary>
    public IReadOnlyList<string> Verdict => [.. LabelVerdict.Sentences(this, Options.Language == "ja")];

    /// <summary>Requirements that are not met.</summary>
    public IReadOnlyList<Requirement> Missed => [.. Options.Requirements.Where(r => !r.IsMet(Figures))];

    /// <summary>Answers with a label too many or too few, as numbers of answers: the most confident mistake first.</summary>
    internal IReadOnlyList<int> Mistakes { get; private init; } = [];

    internal IReadOnlyList<ReviewBudget> Review { get; private init; } = [];

    internal Comparison? Comparison { get; private set; }

    internal DataFindings Data { get; private set; } = null!;

    internal RunDescription? Run { get; private init; }

    /// <summary>Of each epoch, the columns of log.csv by name.</summary>
    internal IReadOnlyList<Dictionary<string, double>> Epochs { get; private init; } = [];

    internal DateTimeOffset Made { get; private init; }

    /// <summary>Asks a recognizer about its test images, and everything else that the page tells.</summary>
    /// <param name="model">The run's folder or the model file.</param>
    /// <param name="options">What stands in the report.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="progress">Told what is done now, and how much of it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="MekikiException">Something cannot be read, the model tells one class, an option is not for labels, or there are no images to test on.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LabelReport Of(string model, ReportOptions options, TimeProvider? clock = null, IProgress<ReportStage>? progress = null, CancellationToken cancellation = default)
    {
        var recognizer = Recognizer.Load(model);
        foreach (var (name, value) in new[] { ("--slices", options.Slices), ("--doubtful", options.Doubtful), ("--unknown", options.Unknown) })
            if (value is not null)
                throw new MekikiException($"{name}: expected no such option for a model of any number of labels, got it. Leave it out.");
        Requirement.Check(options.Requirements, labels: true);
        var images = TestData.Open(model, recognizer, options.Source, options.Threads, SplitPart.Test, options.Reading);
        var other = options.Compare is { } compared ? ComparedRuns.Open(model, compared, options.Source, options.Threads, options.Reading) : null;
        var answers = recognizer.LabelAnswers(images.Set, images.Subset, images.Groups, new LoaderOptions { BatchSize = 64, Threads = options.Threads }, ReportStage.Progress(progress, "test", images.Count), cancellation);
        int[] all = [.. Enumerable.Range(0, answers.Count)];
        bool isRun = Directory.Exists(model);
        var report = new LabelReport(model, options, recognizer, images, answers)
        {
            Made = (clock ?? TimeProvider.System).GetUtcNow(),
            Mistakes = answers.Mistakes(),
            Review = ReviewBudget.Plan(answers, [.. all.Select(answers.Certainty)]),
            Run = isRun ? RunDescription.Read(Path.Combine(model, "run.json")) : null,
            Epochs = isRun ? Report.EpochsOf(Path.Combine(model, "log.csv")) : [],
        };
        progress?.Report(new("data", 0, 0));
        var split = report.Run?.DataFingerprint == images.Set.Fingerprint ? SplitFile.Read(Path.Combine(model, "split.csv"), images.Set) : Split.OwnOf(images.Set);
        report.Data = DataCheck.Of(images.Set, images.Groups, split);
        if (other is not null)
            report.Comparison = other.Compare(options.Threads, ReportStage.Progress(progress, "compare", 2 * other.Count), cancellation);
        return report;
    }

    /// <summary>Writes the page; it appears only when whole.</summary>
    /// <param name="path">The HTML file.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Write(string path) => OutputFile.Write(path, new LabelReportPage(this).ToHtml());

    /// <summary>Writes the charts into a folder, each as an SVG and a PNG file.</summary>
    /// <param name="folder">It is made if it is not there.</param>
    /// <exception cref="MekikiException">They cannot be written.</exception>
    public void WriteCharts(string folder) => ReportCharts.Write(folder, LabelCharts.All(this, new ReportWords(Options.Language)));
}
