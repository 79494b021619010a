using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>Lists runs.</summary>
internal sealed class RunsCommand : CliCommand
{
    private readonly Argument<string?> folder = Options.OptionalArgument("DIR", "A folder with runs, or one run (default runs).");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "List runs: date, model, progress and accuracy.";

    public override string Remarks =>
        "A run is done, running, interrupted (`mekiki train --resume RUN` goes on), or damaged. The accuracy is that of the model that is kept, on the run's test part.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki runs", "The runs in the folder runs, the oldest first."),
        new("mekiki runs experiments --json", "Those of another folder, a JSON line for each."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [folder, json];

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetValue(folder) ?? "runs";
        var runs = RunSummary.List(path);
        if (arguments.GetValue(json))
        {
            foreach (var run in runs)
                WriteJson(host, run);
            return ExitCode.Done;
        }

        if (runs.Count == 0)
        {
            host.Say($"{path}: no run is in it. `mekiki train` makes one.");
            return ExitCode.Done;
        }

        Tables.Write(host, ["run", "began", ">epochs", ">accuracy", ">time", "state", "model", "data"], runs.Select(r => Row(r, host.Language)));
        foreach (var run in runs.Where(r => r.Problem is not null))
            host.Say(run.Problem!);
        return ExitCode.Done;
    }

    private static string[] Row(RunSummary run, Language language) => Facts.Row(
        $"{run.Folder}", $"{run.Started:yyyy-MM-dd HH:mm}", $"{run.EpochsDone}/{run.Epochs}",
        run.Accuracy is { } accuracy ? (FormattableString)$"{accuracy * 100:0.00} %" : $"", $"{Amounts.Duration(TimeSpan.FromSeconds(run.TrainSeconds))}", $"{language.In(State(run))}", $"{run.Model}", $"{run.Data}");

    private static string State(RunSummary run) => run.State.ToString().ToLowerInvariant();

    private static void WriteJson(Host host, RunSummary run) =>
        new JsonLine()
            .Add("command", "runs")
            .Add("run", run.Folder)
            .Add("started", run.Started?.ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture))
            .Add("model", run.Model)
            .Add("data", run.Data)
            .Add("epochs_done", run.EpochsDone)
            .Add("epochs", run.Epochs)
            .Add("test_accuracy", run.Accuracy)
            .Add("train_seconds", run.TrainSeconds, decimals: 3)
            .Add("state", State(run))
            .Add("problem", run.Problem)
            .WriteTo(host.Out);
}
