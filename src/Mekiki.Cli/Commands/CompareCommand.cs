using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Comparisons;

namespace Mekiki.Cli.Commands;

/// <summary>Tells whether one model is better than another, and where they differ.</summary>
internal sealed class CompareCommand : CliCommand
{
    private readonly Argument<string> first = Options.Argument("FIRST", "The folder of a run, or a model file.");
    private readonly Argument<string> second = Options.Argument("SECOND", "Another run or model file.");
    private readonly Option<string?> data = Options.OptionalData("the runs' own test parts");
    private readonly TableOptions<DataOptions> reading = Options.Reading();
    private readonly Option<string?> csv = Options.OptionalText("--out", "FILE", "Write the images that the two see differently to this CSV file.");
    private readonly Option<string?> sheet = Options.OptionalText("--sheet", "FILE", "Draw these images on this PNG file, a row for each class.");
    private readonly Option<int> most = Options.Integer("--list", "How many classes are listed", 10, 0, 1_000_000);
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Compare two models on the same images: class by class, and whether the difference is chance.";

    public override string Remarks =>
        "Of two runs on the same data, the images are used that are in the test parts of both. McNemar's test looks at the images that only one of the two has right; " +
        "p is how probable so large a difference is if neither is better. A difference with p below 0.05 is commonly held to be real. Where images come in groups (--group), a permutation test of whole groups stands beside it. Of models of any number of labels an image is right if all its labels are; beside that mAP and F1 of both are compared on the same draws of images, or of groups (bootstrap).";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki compare runs/20260102-030405-cnn runs/20260102-040506-mlp", "On the images that neither trained on."),
        new("mekiki compare a.safetensors b.safetensors --data hiragana73 --out differences.csv --sheet differences.png", "On other images, with a list and a sheet of those that they see differently."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [first, second, data, .. reading.All, csv, sheet, most, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments) => OutputPaths.Problems(arguments, (csv, null), (sheet, ".png"));

    public override int Run(ParseResult arguments, Host host)
    {
        int threadCount = arguments.GetValue(threads) ?? 0;
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        string a = arguments.GetRequiredValue(first), b = arguments.GetRequiredValue(second);
        var runs = ProgressBar.While(host, "reading images", bar => ComparedRuns.Open(a, b, arguments.GetValue(data), threadCount, reading.Apply(arguments, new() { Progress = bar })));
        foreach (string note in runs.Notes)
            host.Say(note);
        Comparison comparison;
        using (var bar = new ProgressBar(host, "compare", 2L * runs.Count, Amounts.Images))
            comparison = runs.Compare(threadCount, bar, host.Interrupt.Token);
        if (arguments.GetValue(csv) is { } file)
        {
            comparison.WriteCsv(file);
            Facts.SayWritten(host, file, comparison.Different.Count);
        }

        if (arguments.GetValue(sheet) is { } picture)
            Facts.DrawOrDelete(host, picture, comparison.Different.Count, () => runs.Draw(picture, comparison));
        if (arguments.GetValue(json))
            WriteJson(host, runs, comparison, a, b);
        else
            WriteText(host, runs, comparison, a, b, arguments.GetValue(most));
        return ExitCode.Done;
    }

    private static void WriteText(Host host, ComparedRuns runs, Comparison c, string a, string b, int most)
    {
        Facts.Write(host, "data", $"{runs.Set.Source}, {c.Images:N0} images");
        Facts.Write(host, "first", $"{(double)c.FirstCorrect / c.Images * 100:0.00} % right, {a}");
        Facts.Write(host, "second", $"{(double)c.SecondCorrect / c.Images * 100:0.00} % right, {b}");
        Facts.Write(host, "only one", $"the first alone is right {c.Test.OnlyFirst:N0} times, the second alone {c.Test.OnlySecond:N0}");
        Facts.Write(host, "McNemar", $"p {(c.Test.P < 1e-4 ? "< 0.0001" : FormattableString.Invariant($"= {c.Test.P:0.0000}"))}, chi-squared {c.Test.ChiSquared:0.00} with correction for continuity");
        if (c.ByGroup is { } groups)
            Facts.Write(host, "by group", $"p = {groups.P:0.0000}, by the differences of {groups.Different:N0} of {groups.Groups:N0} groups (permutation)");
        if (c.Labels is { } labels)
        {
            foreach (var (name, d) in Figures(labels.Differences))
                Facts.Write(host, name, $"{d.First * 100:0.00} %, {d.Second * 100:0.00} %; difference {d.Interval.Low * 100:+0.00;-0.00} to {d.Interval.High * 100:+0.00;-0.00} %, p = {d.P:0.0000}");
        }

        Facts.Write(host, "different", $"{c.Different.Count:N0} images are seen differently");
        if (c.Labels is { } each)
        {
            host.Out.WriteLine();
            host.Tell("Labels that differ most");
            Tables.Write(host, ["label", ">images", ">F1 of the first", ">F1 of the second", ">AP of the first", ">AP of the second"], each.Labels.Take(most).Select(l => Facts.Row($"{l.First.Label}", $"{l.First.Images:N0}", $"{l.First.F1 * 100:0.0} %", $"{l.Second.F1 * 100:0.0} %", $"{l.First.AveragePrecision * 100:0.0} %", $"{l.Second.AveragePrecision * 100:0.0} %")));
            return;
        }

        var classes = c.Classes.Where(k => k.First != k.Second).Take(most).ToArray();
        if (classes.Length == 0)
            return;
        host.Out.WriteLine();
        host.Tell("Classes that differ most");
        Tables.Write(host, ["class", ">images", ">first", ">second", ">difference"], classes.Select(k => Facts.Row($"{k.Label}", $"{k.Images:N0}", $"{k.First:N0}", $"{k.Second:N0}", $"{k.Second - k.First:+0;-0}")));
    }

    private static (string Name, PairedDifference Figure)[] Figures(LabelDifferences d) => [("mAP", d.MeanAveragePrecision), ("macro F1", d.MacroF1), ("micro F1", d.MicroF1)];

    private static void WriteJson(Host host, ComparedRuns runs, Comparison c, string a, string b)
    {
        var line = new JsonLine()
            .Add("command", "compare")
            .Add("first", a)
            .Add("second", b)
            .Add("data", runs.Set.Source)
            .Add("images", c.Images)
            .Add("first_accuracy", (double)c.FirstCorrect / c.Images)
            .Add("second_accuracy", (double)c.SecondCorrect / c.Images)
            .Add("only_first_right", c.Test.OnlyFirst)
            .Add("only_second_right", c.Test.OnlySecond)
            .Add("mcnemar_p", c.Test.P)
            .Add("mcnemar_chi_squared", c.Test.ChiSquared)
            .Add("groups", c.ByGroup?.Groups)
            .Add("group_permutation_p", c.ByGroup?.P)
            .Add("different", c.Different.Count);
        if (c.Labels is { } labels)
            line.Add("figures", Figures(labels.Differences), (inner, f) => inner.Add("figure", f.Name.Replace(' ', '_')).Add("first", f.Figure.First).Add("second", f.Figure.Second).Add("difference_low", f.Figure.Interval.Low).Add("difference_high", f.Figure.Interval.High).Add("p", f.Figure.P))
                .Add("labels", labels.Labels, (inner, l) => inner.Add("label", l.First.Label).Add("images", l.First.Images).Add("first_f1", l.First.F1).Add("second_f1", l.Second.F1).Add("first_average_precision", l.First.AveragePrecision).Add("second_average_precision", l.Second.AveragePrecision));
        else
            line.Add("classes", c.Classes, (inner, k) => inner.Add("label", k.Label).Add("images", k.Images).Add("first", k.First).Add("second", k.Second));
        line.WriteTo(host.Out);
    }
}
