using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Distributed;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Watching;

namespace Mekiki.Cli.Commands;

/// <summary>Trains a network and keeps everything in a folder; or goes on with a run.</summary>
internal sealed class TrainCommand : CliCommand
{
    private const string Find = "find";

    private static readonly double layerRate = Preset.Find("photo").Options.FirstLayerRate;

    private readonly TableOptions<DataOptions> images;
    private readonly Option<string?> preset = Options.OptionalText("--preset", "NAME|FILE", $"Options that go well together. {string.Join("; ", Preset.All.Select(p => $"{p.Name}: {p.Description}"))}; or a JSON file that `mekiki tune` wrote. Those given beside it override them.").Offering(Preset.All.Select(p => (p.Name, p.Description)));
    private readonly Option<string?> time = Options.OptionalText("--time", "TIME", "Train as long as fits into a time, such as 90s, 5m or 1h, trials and test included.");
    private readonly Option<string?> rate = Options.TextOf(TrainOptions.Table[nameof(TrainOptions.LearningRate)], also: (Find, "searches for the best one first"));
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<int?> threads = Options.Threads();
    // A word for two things: folders that are parts of the data, and parts of a batch.
    private readonly Option<string?> parts = Options.OptionalText("--parts", "K|PART=FOLDER[,…]", $"A number: {Small(TrainOptions.Table[nameof(TrainOptions.Parts)].Help)}. Or such as train=a,test=b: {Small(DataOptions.Table[nameof(DataOptions.Parts)].Help)}", "1; as the names of folders say");
    private readonly TableOptions<TrainOptions> training;
    private readonly Option<string?> output = Options.OptionalText("--out", "DIR", "A new folder for the run", "a folder in runs, named by the time");
    private readonly TableOptions<RunOptions> keeping = new(RunOptions.Table);
    private readonly Option<string?> resume = Options.OptionalText("--resume", "RUN", "Go on with the run in this folder, as if it had not stopped; --data says where its images lie now, if they were moved.");
    private readonly Option<string?> weights = Options.OptionalText("--weights", "FILE", "The published file of the weights that --from names, where no network reaches it; it is checked, and copied into the folder of downloads.");
    private readonly Option<bool> byLayer = Options.Flag("--lr-by-layer", $"Layers learn the more slowly the nearer they are to the images: --first-layer-rate {layerRate.ToString(CultureInfo.InvariantCulture)}.");
    private readonly Option<bool> watch = Options.Flag("--watch", "Show the training as a page on this machine while it goes on, as `mekiki watch` does.");
    private readonly Option<bool> plain = Options.Flag("--plain", "On a terminal, show one line of progress without curves.");
    private readonly Option<bool> json = Options.Json();

    public TrainCommand() =>
        (images, training) = (new(DataOptions.Table.Where(r => r.Property is not nameof(DataOptions.Seed)), parts), new(TrainOptions.Table, time, rate, seed, threads, parts));

    public override string Description => "Train a network on labelled images.";

    public override bool IsShared => true;

    public override string Remarks =>
        "Ctrl-C finishes the batch, saves the model and a checkpoint and exits with 130; --resume goes on from there, or from the last checkpoint of a run that was killed, and ends with the same weights. " +
        "The model that is kept is the last epoch's; with --validation it is the best on that part, and the test part is tried only then. log.csv has all epochs. Only the augmentations flip, alternate and photo mirror images. " +
        "Under mpirun the processes share the parts of each batch (--parts), and the weights are the same with any number of processes.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki train", "Trains the chapter's convolutional network on characters that Mekiki draws itself; needs no file and no network."),
        new("mekiki train --data hiragana73 --epochs 3 --train 10000 --test 10000", "On real characters (`mekiki data get hiragana73`), a part of them."),
        new("mekiki train --data pictures --model resnet18 --size 64 --channels 3", "On your own colour pictures, a sub-folder for each class."),
        new("mekiki train --data hiragana73 --preset fast", "The recipe for characters: a small network, random changes, one cycle of the learning rate."),
        new("mekiki train --data pictures --preset best --time 20m --validation 0.1", "The best model that twenty minutes allow; a tenth of the training images chooses the best epoch."),
        new("mekiki train --data pictures --preset fast --from runs/20260102-030405-kana-net", "Trains on your own pictures, and begins with the weights of another run."),
        new("mekiki train --data photos --preset photo --from mobilenet_v2.onnx --time 10m", "Photographs: learns a new last layer for a network that has seen many others, then trains all of it as long as that makes it better."),
        new("mekiki train --resume runs/20260102-030405-cnn", "Goes on with a run that was interrupted."),
        new("mekiki train --data pictures --batch 256 --parts 8", "Cuts each batch into 8 parts; after `mpirun -n 4 --hostfile hosts` the same line trains on several machines, with the same weights."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [Data, preset, .. training.All, weights, byLayer, .. images.All.Except([Data, parts]), output, .. keeping.All, resume, watch, plain, json];

    private Option<string?> From => (Option<string?>)training[nameof(TrainOptions.From)];

    private Option Data => images[nameof(DataOptions.Source)];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        string model = training.Apply(arguments, new()).Model;
        if (Catalogue.Find(model).IsFitted)
            foreach (var option in TrainOptions.Table.Where(r => r.NeedsSteps && (r.Property != nameof(TrainOptions.Parts) || !AreFolders(arguments))).Select(r => training[r.Property]).Append(byLayer).Where(IsGiven))
                yield return $"{option.Name}: expected no such option beside --model {model}, which learns from all images at once, as they are. Leave it out.";
        if (arguments.GetValue(time) is { } given)
        {
            if (Times.Read(given) is null)
                yield return $"--time: expected a time such as 90s, 5m or 1h, got '{given}'.";
            if (IsGiven(training[nameof(TrainOptions.Epochs)]))
                yield return "--epochs: expected no such option beside --time, which says how many there are. Leave one of them out.";
        }

        if (arguments.GetValue(weights) is not null && arguments.GetValue(resume) is null && !PublishedWeights.All.Any(w => string.Equals(w.Name, arguments.GetValue(From), StringComparison.OrdinalIgnoreCase)))
            yield return "--weights: expected --from with the name of published weights beside it, whose file it is, such as --from mobilenet_v3_large. `mekiki weights list` shows them.";
        if (arguments.GetValue(resume) is null)
            yield break;
        foreach (var option in Symbols.OfType<Option>().Except([resume, Data, threads, watch, plain, json]).Where(IsGiven))
            yield return $"{option.Name}: expected no such option beside --resume, which goes on with the run's own. Leave it out, or begin a new run.";

        bool IsGiven(Option option) => TableOptions<TrainOptions>.IsGiven(arguments, option);
    }

    public override int Run(ParseResult arguments, Host host) => SharedWork.Run(host, (shown, ranks) => Run(arguments, shown, ranks is { Size: > 1 } ? ranks : null));

    private int Run(ParseResult arguments, Host host, MpiRanks? ranks)
    {
        // Ranks of one machine share its processors.
        int? threadCount = arguments.GetValue(threads) ?? (ranks is null ? null : Math.Max(1, Threads.Default / ranks.RanksOnHost));
        Threads.Count = threadCount ?? Threads.Default;
        if (ranks is not null && arguments.GetValue(time) is not null)
            ranks.Together<int>(() => throw new MekikiException("--time: expected no such option under mpirun, since the plan measures one process alone, got it. Give --epochs or --steps."));
        using var reading = ProgressBar.OfTime(host, "reading images");
        using var beginning = arguments.GetValue(resume) is not null ? null : ranks is null ? BeginningOf() : ranks.Together(BeginningOf);
        var run = arguments.GetValue(resume) is { } folder
            ? TrainingRun.Resume(folder, threadCount ?? 0, host.Clock, TableOptions<DataOptions>.IsGiven(arguments, Data) ? DataOf(arguments).Source : null, ranks)
            : TrainingRun.Create(
                beginning!.DataFor(DataOf(arguments)) with { Progress = reading }, beginning.Options, arguments.GetValue(output), keeping.Apply(arguments, new()), host.Clock,
                new OptionTrials(host, IsFind(arguments.GetValue(rate)), TimeOf(arguments), reading, beginning).Complete, ranks);
        reading.Dispose();
        Introduce(run, host, ranks);
        using var page = arguments.GetValue(watch) && ranks is not { Rank: > 0 } ? Watch(run, host) : null;
        using var progress = new TrainingProgress(host, arguments.GetValue(plain));
        TrainingResult result;
        try
        {
            result = run.Train(progress, host.Interrupt.Token);
        }
        catch (MekikiException e) when (e.InnerException is IOException or UnauthorizedAccessException && File.Exists(Path.Combine(run.Folder, "run.json")))
        {
            // A file could not be written. What was saved before is whole.
            progress.Dispose();
            host.Say(e.CommandLineMessage);
            host.Say($"`mekiki train --resume {ShellWord.Of(run.Folder)}` goes on from the last checkpoint.");
            return ExitCode.Mistake;
        }

        progress.Dispose();
        if (result.IsInterrupted)
        {
            host.Say($"Interrupted; model and checkpoint are saved. `mekiki train --resume {ShellWord.Of(run.Folder)}` goes on.");
            return ExitCode.Interrupted;
        }

        if (arguments.GetValue(json))
        {
            WriteJson(host, run, result);
            return ExitCode.Done;
        }

        WriteText(host, run, result);
        host.SayNext($"`mekiki report {ShellWord.Of(run.Folder)}`, or `mekiki predict {ShellWord.Of(run.Folder)} IMAGE`.");
        return ExitCode.Done;

        Beginning BeginningOf() => Beginning.Of(OptionsOf(arguments, host) with { Threads = threadCount ?? 0 });
    }

    // Another training may have the usual port.
    private IDisposable Watch(TrainingRun run, Host host)
    {
        if (!WebServer.IsSupported)
            throw WebServer.NotSupported($"train {watch.Name}");
        var runs = new WatchedRuns([run.Folder]);
        try
        {
            return WatchPage.Show(host, runs, WatchPage.UsualPort);
        }
        catch (MekikiException)
        {
            return WatchPage.Show(host, runs, 0);
        }
    }

    private bool AreFolders(ParseResult arguments) => arguments.GetValue(parts)?.Contains('=', StringComparison.Ordinal) == true;

    private DataOptions DataOf(ParseResult arguments)
    {
        var data = images.Apply(arguments, new() { Seed = arguments.GetValue(seed) });
        return AreFolders(arguments) ? DataOptions.Table[nameof(DataOptions.Parts)].With(data, arguments.GetValue(parts)!) : data;
    }

    private TrainOptions OptionsOf(ParseResult arguments, Host host)
    {
        var options = new TrainOptions();
        if (arguments.GetValue(preset) is { } name)
        {
            var chosen = PresetFile.Find(name);
            options = chosen.Options;
            string? note = null;
            if (WithGiven(arguments, options) is { From: null } given && PretrainedStart.IsWanted(given) && PretrainedStart.Begin(chosen) is { } begin)
                (options, note) = begin;
            var changed = WithGiven(arguments, options);
            // What --time plans is told when it is planned.
            if (arguments.GetValue(time) is not null)
                changed = changed with { Epochs = new TrainOptions().Epochs };
            host.Say($"preset {name}{(changed == options ? "" : ", changed by the options beside it")}: {OptionWords.Of(changed)}");
            if (note is not null)
                host.Say(note);
        }

        options = WithGiven(arguments, options);
        if (arguments.GetValue(weights) is { } file)
            host.Say($"{PublishedWeights.Named(options.From!).CopyFrom(file).Path} is a copy of {file}.");
        return options with { Seed = arguments.GetValue(seed) };
    }

    private TrainOptions WithGiven(ParseResult arguments, TrainOptions options)
    {
        options = training.Apply(arguments, options);
        if (arguments.GetValue(byLayer) && options.FirstLayerRate == 1 && !TableOptions<TrainOptions>.IsGiven(arguments, training[nameof(TrainOptions.FirstLayerRate)]))
            options = options with { FirstLayerRate = layerRate };
        if (arguments.GetValue(parts) is { } count && !AreFolders(arguments))
            options = TrainOptions.Table[nameof(TrainOptions.Parts)].With(options, count);
        return arguments.GetValue(rate) is { } number && !IsFind(number) ? TrainOptions.Table[nameof(TrainOptions.LearningRate)].With(options, number) : options;
    }

    private static string Small(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private TimeSpan? TimeOf(ParseResult arguments) => arguments.GetValue(time) is { } text ? Times.Read(text) : null;

    private static bool IsFind(string? rate) => string.Equals(rate, Find, StringComparison.OrdinalIgnoreCase);

    private static void Introduce(TrainingRun run, Host host, MpiRanks? ranks)
    {
        const int Shown = 3;
        foreach (var skipped in run.Set.Skipped.Take(Shown))
            host.Say($"{PrintedName.Of(skipped.ToString())}. Skipped.");
        if (run.Set.Skipped.Count > 0)
            host.Say($"{run.Set.Skipped.Count:N0} of {run.Set.Count + run.Set.Skipped.Count:N0} files could not be read ({Path.Combine(run.Folder, "skipped.csv")}).");
        foreach (string note in run.Set.Notes.Concat(run.Split.Notes).Concat(run.Notes))
            host.Say(note);
        if (run.Input.Height > run.Set.Shape.Height || run.Input.Width > run.Set.Shape.Width)
            host.Say($"{run.Options.Model} takes larger images: those of {run.Set.Shape} are enlarged to {run.Input}.");
        host.Say(HowItTrains(run));
        if (run.RateScale is { } scale)
            host.Say(scale);
        if (ranks is not null)
            host.Say($"{ranks.Size:N0} ranks on {Hosts(ranks)} share {run.Options.Parts * run.Options.Accumulate:N0} parts of each step.");
        host.Say($"{run.Options.Model} on {run.Set.Source}: {run.Split.Train.Length:N0} images of {run.Set.Targets.Count:N0} {(run.Set.IsMultiLabel ? "labels" : "classes")} train, {(run.Split.Validation.Length > 0 ? $"{run.Split.Validation.Length:N0} choose, " : "")}{run.Split.Test.Length:N0} test; kept in {run.Folder}");
    }

    private static string Hosts(MpiRanks ranks) => ranks.Hosts.Distinct().Count() is > 1 and var count ? $"{count:N0} machines" : ranks.Host;

    private static string HowItTrains(TrainingRun run)
    {
        var options = run.Options;
        return run.IsFitted
            ? $"{options.Model} learns from all images at once, as they are."
            : string.Create(CultureInfo.InvariantCulture, $"{options.Model} trains by {options.Optimizer}, learning rate {options.LearningRate}{(options.Momentum is { } share ? $", momentum {share}" : "")}, schedule {options.Schedule}, batches of {options.BatchSize:N0}.");
    }

    private static void WriteText(Host host, TrainingRun run, TrainingResult result)
    {
        var best = result.Best!;
        if (best.Epoch == 0)
            Facts.Write(host, "model", $"{run.Options.Model}, {HeadWords.Name(run.Options.Head)}{(run.Options.Epochs > 0 ? $": none of {run.Options.Epochs} epochs was better on the validation set" : "")}");
        else
            Facts.Write(host, "model", $"{run.Options.Model}, epoch {best.Epoch} of {run.Options.Epochs}{(run.Options.Steps is { } steps && best.Steps < steps && best.Epoch == run.Options.Epochs ? ", cut off: the time was over" : "")}");
        Facts.Write(host, "train", $"loss {best.TrainLoss:0.000}, accuracy {best.TrainAccuracy * 100:0.00} %, {(best.Epoch == 0 ? "as the images are" : "as the images were trained on")}");
        if (best.Validation is { } chosen)
            Facts.Write(host, "validation", $"loss {chosen.Loss:0.000}, accuracy {chosen.Accuracy * 100:0.00} %, {run.Split.Validation.Length:N0} images");
        if (best.Test?.Metrics is { } labels && run.Set.IsMultiLabel)
            Facts.Write(host, "test", $"loss {best.TestLoss:0.000}, mAP {labels["mean_average_precision"] * 100:0.00} %, macro F1 {labels["macro_f1"] * 100:0.00} %, micro F1 {labels["micro_f1"] * 100:0.00} %, all labels right {best.TestAccuracy * 100:0.00} %, {run.Split.Test.Length:N0} images");
        else
            Facts.Write(host, "test", $"loss {best.TestLoss:0.000}, accuracy {best.TestAccuracy * 100:0.00} %, balanced {best.BalancedAccuracy * 100:0.00} %, top five {best.Top5Accuracy * 100:0.00} %, {run.Split.Test.Length:N0} images");
        Facts.Write(host, "time", $"{result.TrainSeconds:0.0} s of training, {result.ImagesPerSecond:N0} img/s");
        Facts.Write(host, "weights", $"sha256 {result.Recognizer.WeightsSha256}");
        Facts.Write(host, "run", $"{run.Folder}");
    }

    private static void WriteJson(Host host, TrainingRun run, TrainingResult result)
    {
        var best = result.Best!;
        var line = new JsonLine()
            .Add("command", "train")
            .Add("model", run.Options.Model)
            .Add("data", run.Set.Source)
            .Add("seed", run.Options.Seed)
            .Add("threads", Threads.Count)
            .Add("epochs", run.Options.Epochs)
            .Add("train_images", run.Split.Train.Length)
            .Add("test_images", run.Split.Test.Length)
            .Add("train_seconds", result.TrainSeconds, decimals: 3)
            .Add("img_per_s", result.ImagesPerSecond, decimals: 0)
            .Add("train_loss", best.TrainLoss)
            .Add("train_accuracy", best.TrainAccuracy)
            .Add("test_loss", best.TestLoss)
            .Add("test_accuracy", best.TestAccuracy)
            .Add("balanced_accuracy", best.BalancedAccuracy);
        if (best.Validation is { } chosen)
            line.Add("validation_images", run.Split.Validation.Length).Add("validation_accuracy", chosen.Accuracy).Add("best_epoch", best.Epoch);
        if (best.Test?.Metrics is { } labels && run.Set.IsMultiLabel)
            line.Add("mean_average_precision", labels["mean_average_precision"]).Add("macro_f1", labels["macro_f1"]).Add("micro_f1", labels["micro_f1"]);
        line
            .Add("weights_sha256", result.Recognizer.WeightsSha256)
            .Add("run", run.Folder)
            .Add("peak_memory_mb", Machine.PeakMemoryBytes / 1e6, decimals: 1)
            .WriteTo(host.Out);
    }
}
