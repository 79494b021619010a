using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Workbench.Lecture;

namespace Mekiki.Cli.Commands;

/// <summary>Recognizers of several decades, trained on the same images and put side by side.</summary>
internal sealed class HistoryCommand : CliCommand
{
    private static readonly HistoryOptions usual = new();

    private readonly Option<string> data = Options.Data("hiragana73");
    private readonly Option<int> train = Options.Integer("--train", "Images to train on", usual.Train, 1);
    private readonly Option<int> test = Options.Integer("--test", "Images to test on", usual.Test, 1);
    private readonly Option<string> budget = Options.Text("--budget", "TIME", "How long all of it may take, such as 90s, 20m or 1h", "20m");
    private readonly Option<string?> models = Options.OptionalText("--models", "NAME[,NAME]", "Names of `mekiki models`, with commas between", "one or two for each station of the history").Offering(Options.Models);
    private readonly ImageOptions images = new();
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<string?> output = Options.OptionalText("--out", "DIR", "A folder for table, chart and model files; one that was begun goes on", "a new folder in runs, named by the time");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Train the recognizers of several decades on the same images, and put them side by side.";

    public override string Remarks =>
        "First each recognizer is trained for a few steps, which tells its speed. Then the time is shared: one epoch for each, then more for those with the fewest. A recognizer that does not fit into the time is left out. " +
        "A recognizer that is slower than planned is stopped at the end of its share, and marked. Images are not changed at random. " +
        "Ctrl-C keeps what is done and exits with 130; the same line with the same --out goes on after it.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki history", "The whole line on hiragana73 in twenty minutes (`mekiki data get hiragana73` first)."),
        new("mekiki history --data kana --train 5000 --test 2000 --budget 5m --out line", "A short one on characters that Mekiki draws itself; the same line goes on after Ctrl-C."),
        new("mekiki history --models plain20,resnet20,plain56,resnet56 --budget 1.5h", "What skip connections bring as networks grow deeper."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [data, train, test, budget, models, .. images.All, seed, threads, output, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetRequiredValue(budget) is var text && Times.Read(text) is null)
            yield return $"--budget: expected a time such as 90s, 20m or 1h, got '{text}'.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        int? threadCount = arguments.GetValue(threads);
        Threads.Count = threadCount ?? Threads.Default;
        var options = OptionsOf(arguments);
        var run = ProgressBar.While(host, "reading images", bar =>
            HistoryRun.Open(images.Apply(arguments, new DataOptions { Source = arguments.GetRequiredValue(data), Progress = bar }), options, arguments.GetValue(output), host.Clock));
        foreach (string note in run.Set.Notes.Concat(run.Split.Notes))
            host.Say(note);
        Facts.SaySkipped(host, run.Set.Skipped.Count);
        try
        {
            IReadOnlyList<Planned> plan;
            using (var bar = ProgressBar.OfTime(host, "trying recognizers"))
                plan = run.MakePlan(new Tried(bar), host.Interrupt.Token);
            SayPlan(host, plan, options.Budget);
            if (run.Rows.Count == 0 && plan.All(p => p.Epochs == 0))
                throw TooShort(options.Budget);
            if (arguments.GetValue(json))
                foreach (var row in run.Rows)
                    WriteJson(host, row);
            using var progress = new TrainingProgress(host, plain: true) { NamesModel = true };
            foreach (var row in run.Train(plan, progress, host.Interrupt.Token))
            {
                host.Say(string.Create(CultureInfo.InvariantCulture, $"{row.Model}: {Accuracy(row)}, {row.TrainSeconds:0.0} s of training"));
                if (arguments.GetValue(json))
                    WriteJson(host, row);
            }

            foreach (var p in plan.Where(p => p.Epochs > 0 && run.Rows.All(r => r.Model != p.Estimate.Entry.Name)))
                host.Say($"{p.Estimate.Entry.Name} was left out: those before it took its time.");
        }
        catch (OperationCanceledException)
        {
            host.Say($"Interrupted; {run.Rows.Count:N0} of {options.Models.Count:N0} are done and kept. The same line with --out {run.Folder} goes on.");
            return ExitCode.Interrupted;
        }

        if (run.Rows.All(r => r.Accuracy is null))
            throw TooShort(options.Budget);
        if (!arguments.GetValue(json))
        {
            WriteText(host, run);
            string best = Path.Combine(run.Folder, $"{run.Rows.MaxBy(r => r.Accuracy)!.Model}.safetensors");
            host.SayNext($"`mekiki predict {ShellWord.Of(best)} IMAGE` uses the best of them.");
        }

        return ExitCode.Done;
    }

    private static MekikiException TooShort(TimeSpan budget) => new(
        $"--budget: expected time to train and test one recognizer at least, got {budget.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s. Give more, fewer images (--train, --test), or quicker recognizers (--models).");

    private HistoryOptions OptionsOf(ParseResult arguments)
    {
        var options = new HistoryOptions
        {
            Budget = Times.Read(arguments.GetRequiredValue(budget))!.Value,
            Train = arguments.GetValue(train),
            Test = arguments.GetValue(test),
            Seed = arguments.GetValue(seed),
            Threads = arguments.GetValue(threads) ?? 0,
        };
        return arguments.GetValue(models) is { } names
            ? options with { Models = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) }
            : options;
    }

    private static void SayPlan(Host host, IReadOnlyList<Planned> plan, TimeSpan budget)
    {
        foreach (var p in plan)
            host.Say(p.Reason is { } reason
                ? $"  {p.Estimate.Entry.Name} is left out: {reason}"
                : string.Create(CultureInfo.InvariantCulture, $"  {p.Estimate.Entry.Name}: {(p.Estimate.Entry.IsFitted ? "all at once" : p.Epochs == 1 ? "1 epoch" : $"{p.Epochs} epochs")}, about {p.Seconds:0} s"));
        host.Say(string.Create(CultureInfo.InvariantCulture, $"{plan.Count(p => p.Epochs > 0)} recognizers, about {plan.Sum(p => p.Seconds):0} of {budget.TotalSeconds:0} s"));
    }

    private static void WriteText(Host host, HistoryRun run)
    {
        Tables.Write(host, ["year", "recognizer", ">parameters", ">epochs", ">train s", ">ms/image", ">accuracy"],
            run.Rows.Select(r => Facts.Row($"{r.Year}", $"{r.Model}", $"{r.Parameters:N0}", $"{r.Epochs}", $"{r.TrainSeconds:0.0}", $"{r.MillisecondsPerImage:0.000}", $"{host.Language.In(Accuracy(r))}")));
        foreach (var row in run.Rows)
            if (Catalogue.Find(row.Model).LaterParts is { } parts)
                host.Tell($"{row.Model}: parts of it are younger than {row.Year}: {parts}");
        host.Out.WriteLine($"\n{string.Join('\n', new[] { run.TablePath, run.ChartPath }.Where(File.Exists))}");
    }

    private static string Accuracy(HistoryRow row) => row.Accuracy is { } accuracy
        ? string.Create(CultureInfo.InvariantCulture, $"{accuracy * 100:0.00} %{(row.IsStopped ? " (stopped early)" : "")}")
        : "no time";

    private static void WriteJson(Host host, HistoryRow row) =>
        new JsonLine()
            .Add("command", "history")
            .Add("model", row.Model)
            .Add("year", row.Year)
            .Add("parameters", row.Parameters)
            .Add("epochs", row.Epochs)
            .Add("train_seconds", row.TrainSeconds, decimals: 2)
            .Add("ms_per_image", row.MillisecondsPerImage, decimals: 4)
            .Add("accuracy", row.Accuracy)
            .Add("balanced_accuracy", row.BalancedAccuracy)
            .Add("stopped", row.IsStopped)
            .Add("later_parts", Catalogue.Find(row.Model).LaterParts)
            .WriteTo(host.Out);

    private sealed class Tried(ProgressBar bar) : IProgress<ModelEntry>
    {
        public void Report(ModelEntry value) => bar.Now = $"trying {value.Name}";
    }
}
