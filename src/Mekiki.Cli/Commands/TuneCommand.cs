using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Search;

namespace Mekiki.Cli.Commands;

/// <summary>Searches for good options within a time.</summary>
internal sealed class TuneCommand : CliCommand
{
    private const int UsualEpochs = 3;

    private readonly Option<string> data = Options.Data("kana");
    private readonly ImageOptions reading = new();
    private readonly Option<string> model = Options.Of(TrainOptions.Table[nameof(TrainOptions.Model)], o => o.Model, new TrainOptions().Model);
    private readonly Option<string> time = Options.Text("--time", "TIME", "How long it may take: 90s, 30m, 1h", "30m");
    private readonly Option<int> epochs = Options.Of(TrainOptions.Table[nameof(TrainOptions.Epochs)], o => o.Epochs, UsualEpochs, "The epochs that are written into the preset", $" {UsualEpochs}");
    private readonly Option<int> candidates = Options.Integer("--candidates", "How many options are tried at first", 27, 2, 10_000);
    private readonly Option<double> validation = Options.Number("--validation", "Share of the training images by which options are judged", 0.1, 0.001, 0.9);
    private readonly Option<int?> train = Options.Of(DataOptions.Table[nameof(DataOptions.Train)], o => o.Train, null);
    private readonly Option<int?> test = Options.Of(DataOptions.Table[nameof(DataOptions.Test)], o => o.Test, null, "Number of images that the search never sees, held out for a later test");
    private readonly Option<string> output = Options.Text("--out", "DIR", "A folder for tune.csv and preset.json", "tune");
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Search for good training options within a time, by successive halving.";

    public override string Remarks =>
        "Learning rate and its schedule, weight decay, label smoothing, augmentation, batch size and the average of weights are drawn at random. The search trains all candidates for a short time, then the better third three times as long, and so on. " +
        "They are judged by a part of the training images; the test part is not touched. `mekiki train --preset DIR/preset.json` takes what was best, and an option beside it overrides. " +
        "tune.csv and preset.json are written anew after each training: Ctrl-C exits with 130 and leaves what was found so far, and so does a search that is killed.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki tune --data pictures --time 30m", "Half an hour on your own pictures; the best options stand in tune/preset.json."),
        new("mekiki tune --model mlp --time 90s --candidates 9", "A short search on drawn characters."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [data, .. reading.All, model, time, epochs, candidates, validation, train, test, output, seed, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (Times.Read(arguments.GetRequiredValue(time)) is null)
            yield return $"--time: expected a time such as 90s, 5m or 1h, got '{arguments.GetValue(time)}'.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        int threadCount = arguments.GetValue(threads) ?? 0;
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        string folder = arguments.GetRequiredValue(output), table = Path.Combine(folder, "tune.csv"), preset = Path.Combine(folder, "preset.json");
        var images = reading.Apply(arguments, new DataOptions()) with
        {
            Source = arguments.GetRequiredValue(data),
            Train = arguments.GetValue(train),
            Test = arguments.GetValue(test),
            Validation = arguments.GetValue(validation),
            Seed = arguments.GetValue(seed),
        };
        var set = ProgressBar.While(host, "reading images", bar => (images with { Progress = bar }).Open(threadCount));
        Facts.SaySkipped(host, set.Skipped.Count);
        var start = new TrainOptions { Model = arguments.GetRequiredValue(model), Epochs = arguments.GetValue(epochs), Seed = arguments.GetValue(seed), Schedule = "one-cycle", Threads = threadCount };
        using var tuning = new Tuning(set, images.Split(set), start, host.Clock);
        var budget = Times.Read(arguments.GetRequiredValue(time))!.Value;
        using var bar = ProgressBar.OfTime(host, "tune", budget);
        try
        {
            tuning.Search(budget, arguments.GetValue(candidates), new Kept(tuning, folder, host, bar), host.Interrupt.Token);
            bar.Dispose();
        }
        catch (OperationCanceledException)
        {
            bar.Dispose();
            host.Say(tuning.Best is null
                ? "Interrupted before any training had ended; nothing was written."
                : $"Interrupted; what was tried so far, {Trainings(tuning)}, is in {table}, and the best options in {preset}.");
            return ExitCode.Interrupted;
        }

        var best = tuning.Best!;
        if (arguments.GetValue(json))
        {
            new JsonLine().Add("command", "tune").Add("data", set.Source).Add("model", best.Options.Model).Add("trials", tuning.Table.Count).Add("validation_accuracy", best.Accuracy)
                .Add("options", OptionWords.Of(best.Options)).Add("preset", preset).WriteTo(host.Out);
            return ExitCode.Done;
        }

        Facts.Write(host, "tried", $"{Trainings(tuning)}; all are in {table}");
        Facts.Write(host, "best", $"{OptionWords.Of(best.Options)}");
        Facts.Write(host, "judged", $"{best.Accuracy * 100:0.00} % of the validation images after training on {best.Images:N0}");
        Facts.Write(host, "preset", $"{preset}");
        host.SayNext($"`mekiki train --data {ShellWord.Of(set.Source)} --preset {ShellWord.Of(preset)}`.");
        return ExitCode.Done;
    }

    private static string Trainings(Tuning tuning) => tuning.Table.Count == 1 ? "1 training" : FormattableString.Invariant($"{tuning.Table.Count:N0} trainings");

    private sealed class Kept(Tuning tuning, string folder, Host host, ProgressBar bar) : IProgress<TrialResult>
    {
        public void Report(TrialResult t)
        {
            tuning.Save(folder);
            bar.Note = FormattableString.Invariant($"{Trainings(tuning)}, best {tuning.Best!.Accuracy * 100:0.0} %");
            host.Say(FormattableString.Invariant($"{t.Accuracy * 100,6:0.00} % after {t.Images:N0} images, {t.Seconds:0.0} s: {OptionWords.Of(t.Options)}"));
        }
    }
}
