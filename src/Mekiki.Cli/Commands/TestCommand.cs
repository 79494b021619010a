using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Reports;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Cli.Commands;

/// <summary>Tells how right a model is on labelled images.</summary>
internal sealed class TestCommand : CliCommand
{
    private const int BatchSize = 64, MostDrawn = 1000;

    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Option<string?> data = Options.OptionalData("the run's own test part");
    private readonly TableOptions<DataOptions> reading = Options.Reading();
    private readonly Option<SplitPart> part = Options.Choice("--part", "PART", "Which part of a run's own images", "test", [("test", SplitPart.Test), ("validation", SplitPart.Validation), ("train", SplitPart.Train)]);
    private readonly Option<string?> csv = Options.OptionalText("--out", "FILE", "Write the images that are not recognized to this CSV file, the most confident mistake first.");
    private readonly Option<string?> answersFile = Options.OptionalText("--answers", "FILE", "Write what is answered for every image, with all that the figures are computed from, to this CSV file, or as JSON lines where its name ends in .jsonl.");
    private readonly Option<string?> sheet = Options.OptionalText("--sheet", "FILE", "Draw the first thousand of them on this PNG file, a row for each pair of classes, or for each label that is missing (-) or too many (+).");
    private readonly Option<int?> shifts = Options.OptionalInteger("--shifts", "Pixels by which images are also shifted, in four directions; 0: they are not", 0, ModelCard.MostShift, "as the model file says");
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Measure how accurate a model is on labelled images, and show what it confuses.";

    public override string Remarks => "Classes are matched by name. Behind each figure stands where it lies with 95 % confidence on other images of the same kind; of images in groups (--group), such as the pages of one book, fewer are independent, and the interval by group is wider. Of data that says itself which images test (kana, MNIST, class folders inside train and test), those are used.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki test runs/20260102-030405-cnn", "On the images that the run did not train on."),
        new("mekiki test model.safetensors --data hiragana73", "On real characters."),
        new("mekiki test runs/20260102-030405-cnn --out wrong.csv --sheet wrong.png", "A list and a sheet of what went wrong."),
        new("mekiki test runs/20260102-030405-cnn --answers answers.csv --group book", "What was answered for every image, and intervals that know which images are of one book."),
        new("mekiki test model.safetensors --data pictures --json", "On your own pictures, for a program."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, data, .. reading.All, part, csv, answersFile, sheet, shifts, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments) => OutputPaths.Problems(arguments, (csv, null), (answersFile, null), (sheet, ".png"));

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(model);
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var recognizer = Recognizer.Load(path);
        if (arguments.GetValue(shifts) is { } pixels)
            recognizer = new Recognizer(recognizer.Network, recognizer.Card with { Shift = pixels });
        var images = ProgressBar.While(host, "reading images", bar => TestData.Open(path, recognizer, arguments.GetValue(data), arguments.GetValue(threads) ?? 0, arguments.GetValue(part), reading.Apply(arguments, new() { Progress = bar })));
        Facts.SaySkipped(host, images.Set.Skipped.Count);
        foreach (string note in images.Notes)
            host.Say(note);

        if (recognizer.Card.IsMultiLabel)
            TestLabels(arguments, host, recognizer, images);
        else
            TestClasses(arguments, host, recognizer, images);
        return ExitCode.Done;
    }

    private void TestClasses(ParseResult arguments, Host host, Recognizer recognizer, TestData images)
    {
        var (answers, seconds) = Asked(arguments, host, images, (options, bar) => recognizer.Answers(images.Set, images.Subset, images.Groups, options, bar, host.Interrupt.Token));
        var result = answers.Result();
        var figures = Figures.Of(answers);
        WriteFiles(arguments, host, answers.Count, result.Mistakes.Count,
            file =>
            {
                double[]? nearness = recognizer.Neighbours?.Scores(recognizer, images.Set, [.. Enumerable.Range(0, answers.Count).Select(n => answers[n].Image)], threads: arguments.GetValue(threads) ?? 0, cancellation: host.Interrupt.Token);
                AnswersFile.Write(file, images.Set, answers, images.Groups, nearness);
            },
            file => MistakeSheet.WriteCsv(file, images.Set, result.Mistakes),
            file => MistakeSheet.Draw(file, images.Set, result.Mistakes.Take(MostDrawn)));
        if (arguments.GetValue(json))
            WriteJson(host, recognizer, images, result, figures, seconds);
        else
            WriteText(host, recognizer, images, result, figures, seconds);
    }

    // Images of any number of labels have neither confused classes nor single answers.
    private void TestLabels(ParseResult arguments, Host host, Recognizer recognizer, TestData images)
    {
        var (answers, seconds) = Asked(arguments, host, images, (options, bar) => recognizer.LabelAnswers(images.Set, images.Subset, images.Groups, options, bar, host.Interrupt.Token));
        var figures = LabelEstimates.Of(answers);
        var mistakes = answers.Mistakes();
        WriteFiles(arguments, host, answers.Count, mistakes.Count,
            file => LabelAnswersFile.Write(file, images.Set, answers, images.Groups),
            file => LabelMistakeSheet.WriteCsv(file, images.Set, answers, mistakes),
            file => LabelMistakeSheet.Draw(file, images.Set, answers, mistakes.Take(MostDrawn)));
        if (arguments.GetValue(json))
            WriteLabelsJson(host, recognizer, images, answers, figures, seconds);
        else
            WriteLabelsText(host, recognizer, images, answers, figures, seconds);
    }

    // The answers, and how long they took.
    private (T Answers, double Seconds) Asked<T>(ParseResult arguments, Host host, TestData images, Func<LoaderOptions, IProgress<int>, T> ask)
    {
        long begun = host.Clock.GetTimestamp();
        using var bar = new ProgressBar(host, "test", images.Count, Amounts.Images);
        var answers = ask(new LoaderOptions { BatchSize = BatchSize, Threads = arguments.GetValue(threads) ?? 0 }, bar);
        return (answers, host.Clock.GetElapsedTime(begun).TotalSeconds);
    }

    // Each file that was asked for, by what writes it.
    private void WriteFiles(ParseResult arguments, Host host, int images, int mistakes, Action<string> answers, Action<string> list, Action<string> draw)
    {
        if (arguments.GetValue(answersFile) is { } table)
        {
            answers(table);
            Facts.SayWritten(host, table, images);
        }

        if (arguments.GetValue(csv) is { } file)
        {
            list(file);
            Facts.SayWritten(host, file, mistakes);
        }

        if (arguments.GetValue(sheet) is { } picture)
            Facts.DrawOrDelete(host, picture, Math.Min(MostDrawn, mistakes), () => draw(picture));
    }

    private static void WriteLabelsText(Host host, Recognizer recognizer, TestData images, LabelAnswers answers, LabelEstimates figures, double seconds)
    {
        Facts.Write(host, "model", $"{recognizer.Card.Model}, {recognizer.Classes.Count:N0} labels");
        Facts.Write(host, "data", $"{images.Set.Source}, {figures.Images:N0} images{(images.Groups is { } groups ? FormattableString.Invariant($" in {figures.Groups:N0} groups ({groups.Pattern})") : "")}");
        Facts.Write(host, "mAP", $"{Percent(figures.MeanAveragePrecision)}");
        Facts.Write(host, "macro F1", $"{Percent(figures.MacroF1)}");
        Facts.Write(host, "micro F1", $"{Percent(figures.MicroF1)}");
        Facts.Write(host, "all right", $"{Percent(figures.AllRight)}");
        Facts.Write(host, "loss", $"{Number(figures.Loss)}");
        Facts.Write(host, "time", $"{seconds:0.0} s, {figures.Images / seconds:N0} img/s");
        host.Out.WriteLine($"\n{host.Language.In("Labels")}");
        Tables.Write(host, ["label", ">images", ">predicted", ">precision", ">recall", ">F1", ">AP", ">threshold"], figures.Labels.Select((l, k) => Facts.Row($"{l.Label}", $"{l.Images:N0}", $"{l.Predicted:N0}", $"{l.Precision * 100:0.0} %", $"{l.Recall * 100:0.0} %", $"{l.F1 * 100:0.0} %", $"{l.AveragePrecision * 100:0.0} %", $"{answers.Thresholds[k]:0.000}")));
    }

    private static void WriteLabelsJson(Host host, Recognizer recognizer, TestData images, LabelAnswers answers, LabelEstimates figures, double seconds) =>
        new JsonLine()
            .Add("command", "test").Add("model", recognizer.Card.Model).Add("data", images.Set.Source).Add("images", figures.Images).Add("groups", images.Groups is null ? null : figures.Groups)
            .Add("accuracy", figures.AllRight.Value).Add("mean_average_precision", figures.MeanAveragePrecision.Value).Add("macro_f1", figures.MacroF1.Value).Add("micro_f1", figures.MicroF1.Value)
            .Add("mean_average_precision_low", figures.MeanAveragePrecision.Interval.Low).Add("mean_average_precision_high", figures.MeanAveragePrecision.Interval.High)
            .Add("loss", figures.Loss.Value).Add("seconds", seconds, decimals: 3).Add("img_per_s", figures.Images / seconds, decimals: 0)
            .Add("labels", figures.Labels.Select((figures, k) => (figures, threshold: answers.Thresholds[k])), (line, l) => line.Add("label", l.figures.Label).Add("images", l.figures.Images).Add("predicted", l.figures.Predicted).Add("correct", l.figures.Correct).Add("average_precision", l.figures.AveragePrecision).Add("precision", l.figures.Precision).Add("recall", l.figures.Recall).Add("f1", l.figures.F1).Add("threshold", l.threshold))
            .WriteTo(host.Out);

    private static void WriteText(Host host, Recognizer recognizer, TestData images, EvaluationResult result, Figures figures, double seconds)
    {
        Facts.Write(host, "model", $"{recognizer.Card.Model}, {recognizer.Classes.Count:N0} classes");
        Facts.Write(host, "data", $"{images.Set.Source}, {result.Images:N0} images");
        Facts.Write(host, "accuracy", $"{Percent(figures.Accuracy)}");
        if (images.Groups is { } groups)
            Facts.Write(host, "by group", $"{Percent(figures.AccuracyByGroup)}, {figures.Groups:N0} groups ({groups.Pattern})");
        Facts.Write(host, "balanced", $"{Percent(figures.BalancedAccuracy)}");
        Facts.Write(host, "top five", $"{Percent(figures.Top5Accuracy)}");
        Facts.Write(host, "macro F1", $"{Percent(figures.MacroF1)}");
        Facts.Write(host, "kappa", $"{Number(figures.Kappa)}");
        Facts.Write(host, "loss", $"{Number(figures.Nll)}");
        Facts.Write(host, "Brier", $"{Number(figures.Brier)}");
        Facts.Write(host, "ECE", $"{Percent(figures.Ece)}{(recognizer.Card.Calibration is { } calibration ? FormattableString.Invariant($", temperature {calibration.Temperature:0.000}") : ", not calibrated")}");
        Facts.Write(host, "AURC", $"{figures.Aurc.Value * 100:0.0000} %");
        Facts.Write(host, "time", $"{seconds:0.0} s, {result.Images / seconds:N0} img/s");
        host.Out.WriteLine();
        host.Tell("Worst classes");
        Tables.Write(host, ["class", ">images", ">right", ">accuracy"], result.WorstClasses.Select(c => Facts.Row($"{c.Label}", $"{c.Images:N0}", $"{c.Correct:N0}", $"{c.Accuracy * 100:0.0} %")));
        if (result.MostConfused.Count == 0)
            return;
        host.Out.WriteLine();
        host.Tell("Most confused");
        Tables.Write(host, ["class", "predicted", ">images"], result.MostConfused.Select(p => Facts.Row($"{p.Label}", $"{p.Predicted}", $"{p.Count:N0}")));
    }

    private static string Percent(Estimate e) => FormattableString.Invariant($"{e.Value * 100:0.00} % ({e.Interval.Low * 100:0.00} to {e.Interval.High * 100:0.00} %)");

    private static string Number(Estimate e) => FormattableString.Invariant($"{e.Value:0.0000} ({e.Interval.Low:0.0000} to {e.Interval.High:0.0000})");

    private static void WriteJson(Host host, Recognizer recognizer, TestData images, EvaluationResult result, Figures figures, double seconds) =>
        new JsonLine()
            .Add("command", "test")
            .Add("model", recognizer.Card.Model)
            .Add("data", images.Set.Source)
            .Add("images", result.Images)
            .Add("accuracy", result.Accuracy)
            .Add("balanced_accuracy", result.BalancedAccuracy)
            .Add("top5_accuracy", result.Top5Accuracy)
            .Add("loss", result.Loss)
            .Add("seconds", seconds, decimals: 3)
            .Add("img_per_s", result.Images / seconds, decimals: 0)
            .Add("accuracy_low", figures.Accuracy.Interval.Low)
            .Add("accuracy_high", figures.Accuracy.Interval.High)
            .Add("groups", images.Groups is null ? null : figures.Groups)
            .Add("accuracy_by_group_low", figures.AccuracyByGroup.Interval.Low)
            .Add("accuracy_by_group_high", figures.AccuracyByGroup.Interval.High)
            .Add("macro_f1", figures.MacroF1.Value)
            .Add("weighted_f1", figures.WeightedF1.Value)
            .Add("kappa", figures.Kappa.Value)
            .Add("brier", figures.Brier.Value)
            .Add("ece", figures.Ece.Value)
            .Add("ece_equal_mass", figures.EceEqualMass.Value)
            .Add("aurc", figures.Aurc.Value, decimals: 8)
            .Add("augrc", figures.Augrc.Value, decimals: 8)
            .Add("error_auroc", figures.ErrorAuroc.Value)
            .Add("temperature", recognizer.Card.Calibration?.Temperature)
            .Add("worst_classes", result.WorstClasses, (line, c) => line.Add("label", c.Label).Add("images", c.Images).Add("accuracy", c.Accuracy))
            .Add("most_confused", result.MostConfused, (line, p) => line.Add("label", p.Label).Add("predicted", p.Predicted).Add("count", p.Count))
            .WriteTo(host.Out);
}
