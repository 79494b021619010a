using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Reports;

namespace Mekiki.Cli.Commands;

/// <summary>Writes one page about images alone, before anyone trains on them.</summary>
internal sealed class DataReportCommand : CliCommand
{
    private readonly Argument<string> source = Options.DataArgument();
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "The HTML file to write", "data-report.html, here");
    private readonly ImageOptions images = new();
    private readonly TableOptions<DataOptions> grouping = new(DataOptions.Table.Where(r => r.Property is nameof(DataOptions.Group) or nameof(DataOptions.Labels)));
    private readonly Option<int> most = Options.Integer("--images", "How many images the page shows at most", 1000, 1, 4000);
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Write one page that says what is in a data set, and what is wrong with it.";

    public override string Remarks =>
        "The page is one HTML file that opens in any browser without a network: images of each class, sizes, images that are there twice, what the parts share, groups, how folders were read, " +
        "which files were left out and why, and some images of each class. `mekiki data check` finds the same for a terminal or a program, and wrong labels.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki data report pictures", "data-report.html about a folder."),
        new("mekiki data report hiragana73 --group book --language ja --out hiragana.html", "With groups, in Japanese."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [source, output, .. images.All, .. grouping.All, most, json];

    public override IEnumerable<string> Check(ParseResult arguments) => OutputPaths.Problems(arguments, (output, null));

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(source), file = arguments.GetValue(output) ?? "data-report.html";
        var given = grouping.Apply(arguments, new());
        var options = new DataPageOptions
        {
            Reading = images.Apply(arguments, new ImageSetOptions { Labels = given.Labels }),
            Group = given.Group,
            Language = host.Language.Code,
            MostImages = arguments.GetValue(most),
            Command = "mekiki " + string.Join(' ', arguments.Tokens.Select(t => t.Value)),
        };
        DataPage page;
        using (var bar = ProgressBar.OfTime(host, "reading images"))
            page = DataPage.Of(path, options with { Reading = options.Reading! with { Progress = bar } }, host.Clock, new Stage(bar));
        Facts.SaySkipped(host, page.Report.Skipped.Count);
        page.Write(file);
        if (arguments.GetValue(json))
        {
            new JsonLine().Add("command", "data report").Add("source", page.Report.Source).Add("images", page.Report.Images).Add("classes", page.Report.Classes.Count).Add("file", file).WriteTo(host.Out);
            return ExitCode.Done;
        }

        foreach (string sentence in page.Verdict)
            host.Out.WriteLine(host.Wrapped(sentence, 0));
        host.Out.WriteLine(file);
        return ExitCode.Done;
    }

    private sealed class Stage(ProgressBar bar) : IProgress<string>
    {
        public void Report(string value) => bar.Now = value;
    }
}
