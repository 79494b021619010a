using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Comparisons;
using Mekiki.Workbench.Inspections;
using Mekiki.Workbench.Pictures;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Reports;

/// <summary>How good a recognizer is, where it fails, and when not to believe it: everything that stands on its page.</summary>
public sealed class Report
{
    private const int Similar = 4, MostSimilar = 200, MostExplained = 24, LeastMapped = 20, MostMapped = 1500, MostMappedMistakes = 300;
    private const ulong MapPurpose = 0x4D41_5000_0000_0002; // keeps these draws apart from other uses of a seed
    private static readonly TimeSpan mostExplaining = TimeSpan.FromSeconds(15);

    private Split? split;

    private Report(string model, ReportOptions options, Recognizer recognizer, TestData images, Answers answers) =>
        (Model, Options, Recognizer, Images, Answers, Figures) = (model, options, recognizer, images, answers, Figures.Of(answers));

    /// <summary>The run's folder or the model file.</summary>
    public string Model { get; }

    /// <summary>What was asked for.</summary>
    public ReportOptions Options { get; }

    /// <summary>What is reported on.</summary>
    public Recognizer Recognizer { get; }

    /// <summary>The images that it was tested on.</summary>
    public TestData Images { get; }

    /// <summary>What it answered.</summary>
    public Answers Answers { get; }

    /// <summary>How right that is.</summary>
    public Figures Figures { get; }

    /// <summary>The report in three sentences.</summary>
    public IReadOnlyList<string> Verdict => [.. ReportVerdict.Sentences(this, Options.Language == "ja")];

    /// <summary>Requirements that are not met.</summary>
    public IReadOnlyList<Requirement> Missed => [.. Options.Requirements.Where(r => !r.IsMet(Figures))];

    /// <summary>Mistakes, as numbers of answers: the most confident first.</summary>
    internal IReadOnlyList<int> Mistakes { get; private set; } = [];

    internal IReadOnlyList<ReviewBudget> Review { get; private set; } = [];

    internal IReadOnlyList<UnknownTrial> Unknown { get; private set; } = [];

    internal IReadOnlyList<SliceFigures> Slices { get; private set; } = [];

    /// <summary>Of mistakes, by the number of their answer, the most similar training images of the image's own class and of the predicted one.</summary>
    internal Dictionary<int, (int[] Own, int[] Predicted)> Nearest { get; } = [];

    /// <summary>Of the first mistakes, by the number of their answer, what spoke for the predicted class and what for the image's own.</summary>
    internal List<(int Answer, Tensor Image, Explanation Explanation)> Explanations { get; } = [];

    /// <summary>Training images by their features; null: the training images are not known, or the network has no features.</summary>
    internal FeatureNeighbours? Neighbours { get; private set; }

    /// <summary>Tested images on a plane; null: the network has no features, or there are too few images.</summary>
    internal ImageMap? Map { get; private set; }

    internal Comparison? Comparison { get; private set; }

    /// <summary>Labels of other images that look wrong, by index in the set, with what is suggested.</summary>
    internal IReadOnlyList<(int Image, string Suggestion)> Doubtful { get; private set; } = [];

    /// <summary>What is true of the images themselves.</summary>
    internal DataFindings Data { get; private set; } = null!;

    internal RunDescription? Run { get; private set; }

    /// <summary>Of each epoch, the columns of log.csv by name.</summary>
    internal IReadOnlyList<Dictionary<string, double>> Epochs { get; private set; } = [];

    internal DateTimeOffset Made { get; private init; }

    /// <summary>Asks a recognizer about its test images, and everything else that the page tells.</summary>
    /// <param name="model">The run's folder or the model file.</param>
    /// <param name="options">What stands in the report.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="progress">Told what is done now, and how much of it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="MekikiException">Something cannot be read, or there are no images to test on.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Report Of(string model, ReportOptions options, TimeProvider? clock = null, IProgress<ReportStage>? progress = null, CancellationToken cancellation = default)
    {
        var recognizer = Recognizer.Load(model);
        if (recognizer.Card.IsMultiLabel)
            throw new MekikiException($"{model}: expected a model that tells one class, got one of any number of labels. LabelReport tells how good it is.");
        Requirement.Check(options.Requirements, labels: false);
        var images = TestData.Open(model, recognizer, options.Source, options.Threads, SplitPart.Test, options.Reading);
        // What cannot be read is told before the long work.
        var other = options.Compare is { } compared ? ComparedRuns.Open(model, compared, options.Source, options.Threads, options.Reading) : null;
        var strange = options.Unknown is { } unknown ? UnknownTrial.Open(unknown, recognizer, options) : null;
        var answers = recognizer.Answers(images.Set, images.Subset, images.Groups, new LoaderOptions { BatchSize = 64, Threads = options.Threads }, ReportStage.Progress(progress, "test", images.Count), cancellation);
        var report = new Report(model, options, recognizer, images, answers) { Made = (clock ?? TimeProvider.System).GetUtcNow() };
        var attributes = ImageSlices.Measured(images.Set, answers);
        if (options.Slices is { } table)
            attributes.AddRange(ImageSlices.Table(table, images.Set, answers));
        report.Slices = SliceFigures.Of(answers, attributes);
        report.Mistakes = [.. Enumerable.Range(0, answers.Count).Where(n => !answers[n].IsRight).OrderByDescending(n => answers[n].Probability - Math.Exp(answers[n].LogProbability)).ThenBy(n => n)];
        report.Review = ReviewBudget.Plan(answers, [.. Enumerable.Range(0, answers.Count).Select(n => answers[n].Probability)]);
        if (Directory.Exists(model))
            report.ReadRun(progress, cancellation);
        progress?.Report(new("unknown images", 0, 0));
        report.Unknown = UnknownTrial.Run(report, strange, cancellation);
        progress?.Report(new("data", 0, 0));
        report.Data = DataCheck.Of(images.Set, images.Groups, report.split ?? Split.OwnOf(images.Set));
        report.Explain(clock ?? TimeProvider.System, progress, cancellation);
        report.LayOut(progress, cancellation);
        if (options.Doubtful is { } doubtful)
            report.ReadDoubtful(doubtful);
        if (other is not null)
            report.Comparison = other.Compare(options.Threads, ReportStage.Progress(progress, "compare", 2 * other.Count), cancellation);
        return report;
    }

    /// <summary>Writes the page; it appears only when whole.</summary>
    /// <param name="path">The HTML file.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Write(string path) => OutputFile.Write(path, new ReportPage(this).ToHtml());

    /// <summary>The charts as files of their own, by name.</summary>
    internal IEnumerable<(string Name, Chart Chart)> Charts(ReportWords words) => ReportCharts.All(this, words);

    /// <summary>Writes the charts into a folder, each as an SVG and a PNG file.</summary>
    /// <param name="folder">It is made if it is not there.</param>
    /// <exception cref="MekikiException">They cannot be written.</exception>
    public void WriteCharts(string folder) => ReportCharts.Write(folder, ReportCharts.Files(this, new ReportWords(Options.Language)));

    private void ReadRun(IProgress<ReportStage>? progress, CancellationToken cancellation)
    {
        Run = RunDescription.Read(Path.Combine(Model, "run.json"));
        Epochs = EpochsOf(Path.Combine(Model, "log.csv"));
        var set = Images.Set;
        if (set.Fingerprint != Run.DataFingerprint)
            return;
        split = SplitFile.Read(Path.Combine(Model, "split.csv"), set);
        progress?.Report(new("similar training images", 0, 0));
        try
        {
            Neighbours = FeatureNeighbours.Of(Recognizer, set, split.Train, Options.Threads, cancellation);
        }
        catch (NotSupportedException)
        {
            return;     // the network has no features
        }

        // The recognizer's classes may have another order than the set's.
        long[] ours = Recognizer.ClassesOf(set);
        int[] theirs = new int[Recognizer.Classes.Count];
        Array.Fill(theirs, -1);
        for (int c = 0; c < ours.Length; c++)
            theirs[ours[c]] = c;
        if (Mistakes.Count == 0)
            return;
        int[] shown = [.. Mistakes.Take(MostSimilar)];
        var (features, length) = FeatureNeighbours.UnitFeatures(Recognizer, set, [.. shown.Select(n => Answers[n].Image)], Options.Threads, cancellation);
        for (int i = 0; i < shown.Length; i++)
        {
            var own = features.AsSpan(i * length, length);
            var answer = Answers[shown[i]];
            Nearest[shown[i]] = (Neighbours.Nearest(set, own, theirs[answer.Label], Similar), Neighbours.Nearest(set, own, theirs[answer.Prediction], Similar));
        }
    }

    // Mistakes, and others that are drawn.
    private void LayOut(IProgress<ReportStage>? progress, CancellationToken cancellation)
    {
        if (Answers.Count < LeastMapped)
            return;
        int[] drawn = [.. Enumerable.Range(0, Answers.Count)];
        new Generator(0, MapPurpose).Shuffle(drawn.AsSpan());
        int[] images = [.. Mistakes.Take(MostMappedMistakes).Concat(drawn).Distinct().Take(MostMapped).Select(n => Answers[n].Image)];
        try
        {
            Map = ImageMap.Of(Recognizer, Images.Set, images, Options.Threads, ReportStage.Share(progress, "map"), cancellation);
        }
        catch (NotSupportedException)
        {
            // The network has no features.
        }
    }

    // By occlusion, which every recognizer allows; as many mistakes as fit into some seconds.
    private void Explain(TimeProvider clock, IProgress<ReportStage>? progress, CancellationToken cancellation)
    {
        long begun = clock.GetTimestamp();
        var set = Images.Set;
        int total = Math.Min(MostExplained, Mistakes.Count);
        foreach (int n in Mistakes.Take(total))
        {
            if (clock.GetElapsedTime(begun) > mostExplaining)
                break;
            var answer = Answers[n];
            var image = Recognizer.Prepare(ImageInput.FromPixels(set.Image(answer.Image).ToArray(), set.Shape.Width, set.Shape.Height, set.Shape.Channels == 1 ? PixelFormat.Gray8 : PixelFormat.Rgb24));
            var options = new ExplanationOptions { Label = Answers.Classes[answer.Prediction], Against = Answers.Classes[answer.Label] };
            Explanations.Add((n, image, Explainer.Explain(Recognizer, image, options, cancellation)));
            progress?.Report(new("explanations", Explanations.Count, total));
        }
    }

    internal static List<Dictionary<string, double>> EpochsOf(string path)
    {
        var epochs = new List<Dictionary<string, double>>();
        if (!File.Exists(path))
            return epochs;
        string[] lines = File.ReadAllLines(path);
        string[] head = lines.Length > 0 ? lines[0].Split(',') : [];
        foreach (string line in lines.Skip(1))
        {
            string[] cells = line.Split(',');
            if (cells.Length == head.Length)
                epochs.Add(Enumerable.Range(0, head.Length).ToDictionary(i => head[i], i => double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN));
        }

        return epochs;
    }

    private void ReadDoubtful(string path)
    {
        const string Expected = "the list that `mekiki data check --labels --out` wrote";
        var rows = CsvFile.Read(path, Expected);
        string[] head = rows.FirstOrDefault().Fields ?? [];
        if (head is not ["image", "class", "suggestion", _, ..])
            throw new MekikiException($"{path}: expected {Expected}, got '{FileText.Short(string.Join(',', head.Take(4)))}'. Give that list.");
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Images.Set.Count; i++)
            index[Images.Set.Names[i]] = i;
        Doubtful = [.. rows.Skip(1).Where(r => r.Fields.Length >= 3 && index.ContainsKey(r.Fields[0])).Select(r => (index[r.Fields[0]], r.Fields[2])).Take(Options.MostImages)];
        if (Doubtful.Count == 0)
            throw new MekikiException($"{path}: expected images of {Images.Set.Source}, got none of them. Give the list of the same data.");
    }
}
