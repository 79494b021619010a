using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Checks;

namespace Mekiki.Cli.Commands;

/// <summary>Looks through a set before anyone trains on it.</summary>
internal sealed class DataCheckCommand : CliCommand
{
    private readonly Argument<string> source = Options.DataArgument();
    private readonly Option<bool> strict = Options.Flag("--strict", "Exit with code 2 if any file cannot be read.");
    private readonly Option<int> most = Options.Integer("--list", "How many unreadable files, groups of duplicates or doubtful labels are listed", 10, 0, 1_000_000);
    private readonly ImageOptions images = new();
    private readonly TableOptions<DataOptions> grouping = new(DataOptions.Table.Where(r => r.Property is nameof(DataOptions.Group)));
    private readonly Option<string?> decisions = Options.OptionalText("--decisions", "FILE", "Decisions about labels that the label desk of a report saved (CSV), as `mekiki train --labels` takes them.");
    private readonly LabelCheckOptions labels = new();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Count classes, sizes and modes of a data set; find duplicates, unreadable files and wrong labels.";

    public override string Remarks =>
        "Duplicates have equal pixels; nearly equal images have almost the same hash of light and dark, and a correlation of 0.985 or more (from 16x16 pixels on). --labels trains a network for each fold, " +
        "so that a network that was not trained on an image judges it; with --group, one that has seen no image of its group. Labels are ranked by how confidently that network disagrees.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki data check pictures", "What the folder holds: images of each class, sizes, duplicates, and files that cannot be read, with reasons."),
        new("mekiki data check pictures.zip --strict", "The same for a zip, without unpacking it; fails if any file is bad."),
        new("mekiki data check pictures --labels --sheet labels.png", "Labels that look wrong, listed in labels.csv and drawn on a sheet, the most doubtful first."),
        new("mekiki data check pictures --labels --channels 3 --model resnet18", "The same for pictures whose colours tell the classes apart."),
        new("mekiki data check hiragana73 --json", "All of it as one JSON line."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [source, strict, most, .. images.All, .. grouping.All, decisions, .. labels.All, json];

    public override IEnumerable<string> Check(ParseResult arguments) => labels.Check(arguments);

    public override int Run(ParseResult arguments, Host host)
    {
        var options = images.Apply(arguments, new ImageSetOptions { Strict = arguments.GetValue(strict), Labels = arguments.GetValue(decisions) });
        if (labels.IsAsked(arguments))
            return labels.Run(arguments, arguments.GetRequiredValue(source), options, grouping.Apply(arguments, new()), arguments.GetValue(most), arguments.GetValue(json), host);
        DataReport report;
        using (var bar = ProgressBar.OfTime(host, "reading images"))
            report = DataCheck.Run(arguments.GetRequiredValue(source), options with { Progress = bar }, new Stage(bar), grouping.Apply(arguments, new()).Group);
        if (arguments.GetValue(json))
            WriteJson(host, report);
        else
            WriteText(host, report, arguments.GetValue(most));
        if (!arguments.GetValue(strict) || report.Skipped.Count == 0)
            return ExitCode.Done;
        host.Say($"{report.Source}: expected only images that can be read (--strict), got {Counted(report.Skipped.Count, "file")} that cannot. Repair or remove them.");
        return ExitCode.Mistake;
    }

    private static void WriteText(Host host, DataReport report, int most)
    {
        var output = host.Out;
        output.Write(host.Wrapped(host.Language.Fill($"{report.Source}: {Counted(report.Images, "image")} of {Counted(report.Classes.Count, "class", "classes")}"), 0) + "\n\n");
        foreach (string line in InColumns([.. report.Classes.OrderBy(c => c.Name, NaturalOrder.Instance)], host.OutIsTerminal ? host.Width : 100))
            output.Write($"  {line}\n");
        output.Write('\n');
        var (fewest, largest) = (report.Classes.MinBy(c => c.Count), report.Classes.MaxBy(c => c.Count));
        if (report.Found is { } found)
        {
            Line("files", $"{found.Seen:N0} seen: {found.Read:N0} read, {found.Seen - found.Read:N0} left out");
            foreach (var reason in found.LeftOut)
                Item(reason.ToString());
            Line("layout", found.Layout);
        }

        Line("per class", $"{fewest.Count:N0} ({PrintedName.Of(fewest.Name)}) to {largest.Count:N0} ({PrintedName.Of(largest.Name)}), imbalance {report.Imbalance.ToString("0.0", CultureInfo.InvariantCulture)}");
        Line("sizes", Counts(report.Sizes));
        if (report.Modes.Count > 0)
            Line("modes", Counts(report.Modes));
        Line("duplicates", report.Duplicates.Count == 0
            ? "none"
            : $"{Counted(report.Duplicates.Count, "group")} of equal images, {report.CrossClassDuplicates:N0} of them across classes");
        List(report.Duplicates.Select(Listed), report.Duplicates.Count);
        Line("near", report.NearDuplicates.Count == 0
            ? "none"
            : $"{Counted(report.NearDuplicates.Count, "pair")} of nearly equal images, {report.NearDuplicates.Count(n => n.IsAcrossClasses):N0} of them across classes");
        List(report.NearDuplicates.Select(n => $"{n.First} ~ {n.Second}"), report.NearDuplicates.Count);
        Line("unreadable", report.Skipped.Count == 0 ? "none" : Counted(report.Skipped.Count, "file"));
        List(report.Skipped.Select(s => s.ToString()), report.Skipped.Count);
        foreach (string note in report.Notes)
            Line("note", note);
        Line("sha256", report.Fingerprint);

        void Line(string name, string value) => output.Write($"{Columns.Padded(host.Language.In(name), 12)}{host.Wrapped(PrintedName.Of(host.Language.In(value)), 12)}\n");

        void List(IEnumerable<string> items, int count)
        {
            foreach (string item in items.Take(most))
                Item(item);
            if (count > most && most > 0)
                Item($"and {count - most:N0} more (--list shows more)");
        }

        // What goes on in another line stands further to the right than the next item.
        void Item(string text) => output.Write($"{"",12}{(host.OutIsTerminal ? TextWrap.Of(PrintedName.Of(host.Language.In(text)), host.Width, 14, 12, host.Language.IsTranslated) : PrintedName.Of(host.Language.In(text)))}\n");
    }

    // A group may hold thousands.
    private static string Listed(IReadOnlyList<string> group)
    {
        const int Most = 10;
        return string.Join(" = ", group.Take(Most)) + (group.Count > Most ? $" = and {group.Count - Most:N0} more" : "");
    }

    private static string Counts(IReadOnlyList<CountOf> counts) =>
        string.Join(", ", counts.Take(8).Select(c => $"{c.Name} {c.Count:N0}")) + (counts.Count > 8 ? $", and {counts.Count - 8:N0} more" : "");

    private static string Counted(int count, string one, string? many = null) => $"{count:N0} {(count == 1 ? one : many ?? one + "s")}";

    private static IEnumerable<string> InColumns(IReadOnlyList<CountOf> classes, int width)
    {
        string[] cells = [.. classes.Select(c => $"{PrintedName.Of(c.Name)} {c.Count:N0}")];
        int cell = cells.Max(Columns.Of) + 3, perLine = Math.Max(1, (width - 2) / cell);
        return cells.Chunk(perLine).Select(line => string.Concat(line.Select(c => c + new string(' ', cell - Columns.Of(c)))).TrimEnd());
    }

    private static void WriteJson(Host host, DataReport report) =>
        new JsonLine()
            .Add("command", "data check")
            .Add("source", report.Source)
            .Add("images", report.Images)
            .Add("classes", report.Classes, Count)
            .Add("sizes", report.Sizes, Count)
            .Add("modes", report.Modes, Count)
            .Add("imbalance", report.Imbalance)
            .Add("duplicates", report.Duplicates, (line, group) => line.Add("images", group))
            .Add("cross_class_duplicates", report.CrossClassDuplicates)
            .Add("near_duplicates", report.NearDuplicates, (line, n) => line.Add("first", n.First).Add("second", n.Second).Add("similarity", n.Similarity).Add("across_classes", n.IsAcrossClasses))
            .Add("skipped", report.Skipped, (line, s) => line.Add("image", s.Name).Add("reason", s.Reason))
            .Add("files_seen", report.Found?.Seen)
            .Add("files_read", report.Found?.Read)
            .Add("left_out", report.Found?.LeftOut ?? [], (line, r) => line.Add("reason", r.Reason).Add("files", r.Files).Add("examples", r.Examples))
            .Add("layout", report.Found?.Layout)
            .Add("notes", report.Notes)
            .Add("sha256", report.Fingerprint)
            .WriteTo(host.Out);

    private sealed class Stage(ProgressBar bar) : IProgress<string>
    {
        public void Report(string value) => bar.Now = value;
    }

    private static void Count(JsonLine line, CountOf count) => line.Add("name", count.Name).Add("images", count.Count);
}
