using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Lecture;

namespace Mekiki.Cli.Commands;

/// <summary>The lecture chapter's experiment, exactly as its notebook does it.</summary>
internal sealed class ChapterCommand : CliCommand
{
    private readonly Option<string> data = Options.Data("hiragana73");
    private readonly Option<int> train = Options.Integer("--train", "Images to train on", new ChapterOptions().Train, 1);
    private readonly Option<int> test = Options.Integer("--test", "Images to test on", new ChapterOptions().Test, 1);
    private readonly ImageOptions images = new();
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Run the chapter's experiment: both networks, one epoch each, exactly as the notebook does it.";

    public override string Remarks =>
        "The notebook tests while its network is still in training mode (batch norm then uses each test batch's own statistics), and on images that are still turned at random. " +
        "That figure is called 'as written'. The proper figures, in evaluation mode, stand beside it. " +
        "The chapter prints 0.504 for the CNN and 0.291 for the MLP; PyTorch on the same protocol gives 0.501 and 0.147, so the notebook's MLP cell had probably run several times.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki chapter", "On hiragana73, as in the chapter (`mekiki data get hiragana73` first)."),
        new("mekiki chapter --data kana --seed 1", "On characters that Mekiki draws itself."),
        new("mekiki chapter --data hiragana73.zip --json", "On a file that is here already; a JSON line for each network."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [data, train, test, .. images.All, seed, threads, json];

    public override int Run(ParseResult arguments, Host host)
    {
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        int threadCount = arguments.GetValue(threads) ?? 0;
        var set = ProgressBar.While(host, "reading images", bar => ImageSet.Open(arguments.GetRequiredValue(data), images.Apply(arguments, new ImageSetOptions { Threads = threadCount, Progress = bar })));
        foreach (string note in set.Notes)
            host.Say(note);
        Facts.SaySkipped(host, set.Skipped.Count);
        var chapter = new Chapter(set, new ChapterOptions { Train = arguments.GetValue(train), Test = arguments.GetValue(test), Seed = arguments.GetValue(seed), Threads = threadCount }, host.Clock);
        var results = new List<ChapterResult>();
        foreach (string model in Chapter.Models)
        {
            using var progress = new Shown(host);
            var result = chapter.Run(model, progress, host.Interrupt.Token);
            progress.Dispose();
            results.Add(result);
            if (arguments.GetValue(json))
                WriteJson(host, result);
        }

        if (!arguments.GetValue(json))
            WriteText(host, results, IsOfChapter(arguments.GetRequiredValue(data)));
        return ExitCode.Done;
    }

    // Its figures are of its own images; the file may lie anywhere.
    private static bool IsOfChapter(string source) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(source)).Equals("hiragana73", StringComparison.OrdinalIgnoreCase);

    private static void WriteJson(Host host, ChapterResult result) =>
        new JsonLine()
            .Add("command", "chapter")
            .Add("model", result.Model)
            .Add("seed", result.Seed)
            .Add("train_seconds", result.TrainSeconds, decimals: 2)
            .Add("test_seconds", result.TestSeconds, decimals: 2)
            .Add("accuracy_as_written", result.AccuracyAsWritten)
            .Add("accuracy_eval_rotated", result.AccuracyEvalRotated)
            .Add("accuracy_eval_upright", result.AccuracyEvalUpright)
            .WriteTo(host.Out);

    private static void WriteText(Host host, IEnumerable<ChapterResult> results, bool isOfChapter)
    {
        Tables.Write(host, ["network", ">as written", ">rotated", ">upright", ">train s", ">test s"],
            results.Select(r => Facts.Row($"{r.Model}", $"{r.AccuracyAsWritten:0.000}", $"{r.AccuracyEvalRotated:0.000}", $"{r.AccuracyEvalUpright:0.000}", $"{r.TrainSeconds:0.0}", $"{r.TestSeconds:0.0}")));
        host.Out.WriteLine();
        host.Tell("As written, the notebook tests in training mode; rotated and upright are in evaluation mode.");
        if (isOfChapter)
            host.Tell("The chapter prints 0.504 for the CNN and 0.291 for the MLP; the notebook's MLP cell had probably run several times.");
    }

    private sealed class Shown(Host host) : IProgress<ChapterProgress>, IDisposable
    {
        private ProgressBar? bar;
        private (string Task, int Done) last;

        public void Report(ChapterProgress value)
        {
            // A new training or test begins with fewer images than the last one ended with.
            if (bar is null || value.Task != last.Task || value.Done < last.Done)
            {
                Dispose();
                bar = new ProgressBar(host, $"{value.Model} {host.Language.In(value.Task)}", value.Total, Amounts.Images);
            }

            last = (value.Task, value.Done);
            bar.Report(value.Done, value.Loss, value.Accuracy);
        }

        public void Dispose()
        {
            bar?.Dispose();
            bar = null;
        }
    }
}
