using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>Trains a network and keeps everything in a folder; or goes on with a run.</summary>
internal sealed class TrainCommand : CliCommand
{
    private static readonly TrainOptions usual = new();

    private readonly Option<string> data = Options.Data("kana");
    private readonly Option<string> model = Options.Text("--model", "MODEL", "The network; `mekiki models` lists all", usual.Model).Offering(Options.Models);
    private readonly Option<string?> from = Options.Text("--from", "MODEL", "Begin with the weights of a model file or run of the same network, such as one trained on kana, instead of drawing them.");
    private readonly Option<string?> preset = Options.Text("--preset", "NAME|FILE", $"Options that go well together. {string.Join("; ", Preset.All.Select(p => $"{p.Name}: {p.Description}"))}; or a JSON file that `mekiki tune` wrote. Those given beside it override them.").Offering(Preset.All.Select(p => (p.Name, p.Description)));
    private readonly Option<string?> time = Options.Text("--time", "TIME", "Train as long as fits into a time, such as 90s, 5m or 1h, trials and test included.");
    private readonly Option<int> epochs = Options.Integer("--epochs", "How often every image is trained on", usual.Epochs, 1);
    private readonly Option<int> batch = Options.Integer("--batch", "Images in a batch", usual.BatchSize, 1);
    private readonly Option<string?> optimizer = Options.Text("--optimizer", "NAME", $"What changes the weights: {NamedOptimizer.Names}. Without it, the model's own, mostly adam.").Offering(NamedOptimizer.All.Select(o => (o.Name, "")));
    private readonly Option<string?> rate = Options.Text("--lr", "X", "Learning rate; `find` tries which is best first. Without it, the model's own (mostly 0.001), or what is usual for the optimizer.").Offering([("find", "tries which is best first")]);
    private readonly Option<double?> momentum = Options.OptionalNumber("--momentum", "Share of its last direction that a step of sgd or rmsprop keeps. Default: the model's own, or the usual one", 0, 1, isBelow: true);
    private readonly Option<string> schedule = Options.Text("--schedule", "NAME", $"How the learning rate changes. {string.Join("; ", NamedSchedule.All.Select(s => $"{s.Name}: {s.Description}"))}", usual.Schedule).Offering(NamedSchedule.All.Select(s => (s.Name, s.Description)));
    private readonly Option<string> augment = Options.Text("--augment", "NAME[+NAME]", $"Random changes of training images, several joined by +. {string.Join("; ", Augmentation.All.Select(a => $"{a.Name}: {a.Description}"))}", usual.Augmentation).Offering(Augmentation.All.Select(a => (a.Name, a.Description)));
    private readonly Option<int?> train = Options.OptionalInteger("--train", "Images to train on. Without it, all that do not test", 1);
    private readonly Option<int?> test = Options.OptionalInteger("--test", "Number of test images. Default: the set's own test part, or a fifth of the images; with --train, all images that do not train", 1);
    private readonly Option<string?> fold = Options.Text("--fold", "K/N", "Test on part K of N, such as 1/5, instead of by counts: each image tests in one of the N.");
    private readonly Option<double?> validation = Options.OptionalNumber("--validation", "Validation set, taken from the training images; it chooses the best epoch and says when to stop: a share below 1 or a number of images", 0);
    private readonly RecipeOptions recipe = new();
    private readonly Option<int?> size = Options.OptionalInteger("--size", "Side to which images are scaled. Without it, as most of them are", 1, ImageShape.MostSide);
    private readonly Option<int> channels = Options.Channels();
    private readonly Option<bool> strict = Options.Flag("--strict", "Stop if any image file cannot be read, instead of leaving it out.");
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<string?> output = Options.Text("--out", "DIR", "A new folder for the run. Without it, one in runs, named by the time.");
    private readonly Option<int?> checkpointSteps = Options.OptionalInteger("--checkpoint-steps", "Steps from one checkpoint to the next. Without it, one in five minutes; each epoch ends with one", 1);
    private readonly Option<bool> tensorBoard = Options.Flag("--tensorboard", "Also write the figures of each step and epoch to a TensorBoard event file in the run's folder.");
    private readonly Option<string?> resume = Options.Text("--resume", "RUN", "Go on with the run in this folder, as if it had not stopped; --data says where its images lie now, if they were moved.");
    private readonly Option<bool> plain = Options.Flag("--plain", "On a terminal, show one line of progress without curves.");
    private readonly Option<bool> json = Options.Json();

    public override string Name => "train";

    public override string Description => "Train a network on labelled images.";

    public override string Remarks =>
        "Ctrl-C finishes the batch, saves the model and a checkpoint and exits with 130; --resume goes on from there, or from the last checkpoint of a run that was killed, and ends with the same weights. " +
        "The model that is kept is the last epoch's; with --validation it is the best on that part, and the test part is tried only then. log.csv has all epochs. Nothing is ever mirrored.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki train", "Trains the chapter's convolutional network on characters that Mekiki draws itself; needs no file and no network."),
        new("mekiki train --data hiragana73 --epochs 3 --train 10000 --test 10000", "On real characters (`mekiki data get hiragana73`), a part of them."),
        new("mekiki train --data pictures --model resnet18 --size 64 --channels 3", "On your own colour pictures, a sub-folder for each class."),
        new("mekiki train --data hiragana73 --preset fast", "The recipe for characters: a small network, random changes, one cycle of the learning rate."),
        new("mekiki train --data pictures --preset best --time 20m --validation 0.1", "As good as twenty minutes allow; the best epoch is chosen by a tenth of the training images."),
        new("mekiki train --data pictures --preset fast --from runs/20260102-030405-kana-net", "Goes on, on your own pictures, with what was learnt from others."),
        new("mekiki train --resume runs/20260102-030405-cnn", "Goes on with a run that was interrupted."),
    ];

    protected override IReadOnlyList<Symbol> Symbols => [data, model, from, preset, time, epochs, batch, optimizer, rate, momentum, schedule, augment, .. recipe.All, train, test, fold, validation, size, channels, strict, seed, threads, output, checkpointSteps, tensorBoard, resume, plain, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (Catalogue.All.FirstOrDefault(m => string.Equals(m.Name, arguments.GetValue(model), StringComparison.OrdinalIgnoreCase)) is { IsFitted: true } fitted)
            foreach (var option in Symbols.OfType<Option>().Where(o => OptionWords.OfSteps.Contains(o.Name)))
                if (arguments.GetResult(option) is { Implicit: false })
                    yield return $"{option.Name}: expected no such option beside --model {fitted.Name}, which learns from all images at once, as they are. Leave it out.";
        if (arguments.GetValue(time) is { } given)
        {
            if (Times.Read(given) is null)
                yield return $"--time: expected a time such as 90s, 5m or 1h, got '{given}'.";
            if (arguments.GetResult(epochs) is { Implicit: false })
                yield return "--epochs: expected no such option beside --time, which says how many there are. Leave one of them out.";
        }

        if (arguments.GetValue(rate) is { } text && !IsFind(text) && !TryRead(text, out _))
            yield return $"--lr: expected a number above 0, or find, got '{text}'.";
        if (arguments.GetValue(resume) is null)
            yield break;
        foreach (var option in Symbols.OfType<Option>().Except([resume, data, threads, plain, json]))
            if (arguments.GetResult(option) is { Implicit: false })
                yield return $"{option.Name}: expected no such option beside --resume, which goes on with the run's own. Leave it out, or begin a new run.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        int? threadCount = arguments.GetValue(threads);
        Threads.Count = threadCount ?? Threads.Default;
        var run = arguments.GetValue(resume) is { } folder
            ? TrainingRun.Resume(folder, threadCount ?? 0, host.Clock, arguments.GetResult(data) is { Implicit: false } ? arguments.GetValue(data) : null)
            : TrainingRun.Create(
                DataOf(arguments), OptionsOf(arguments, host), arguments.GetValue(output), KeepsOf(arguments), host.Clock,
                new OptionTrials(host, IsFind(arguments.GetValue(rate)), TimeOf(arguments)).Complete);
        Introduce(run, host);
        using var progress = new TrainingProgress(host, arguments.GetValue(plain));
        var result = run.Train(progress, host.Interrupt.Token);
        progress.Dispose();
        if (result.IsInterrupted)
        {
            host.Say($"Interrupted; model and checkpoint are saved. `mekiki train --resume {run.Folder}` goes on.");
            return ExitCode.Interrupted;
        }

        if (arguments.GetValue(json))
            WriteJson(host, run, result);
        else
            WriteText(host, run, result);
        return ExitCode.Done;
    }

    private DataOptions DataOf(ParseResult arguments) => new()
    {
        Source = arguments.GetRequiredValue(data),
        Train = arguments.GetValue(train),
        Test = arguments.GetValue(test),
        Fold = arguments.GetValue(fold),
        Validation = arguments.GetValue(validation) ?? 0,
        Seed = arguments.GetValue(seed),
        Channels = arguments.GetValue(channels),
        Size = arguments.GetValue(size),
        Strict = arguments.GetValue(strict),
    };

    private TrainOptions OptionsOf(ParseResult arguments, Host host)
    {
        var options = usual;
        if (arguments.GetValue(preset) is { } name)
        {
            options = PresetFile.Find(name).Options;
            host.Say($"preset {name}: {OptionWords.Of(options)}");
        }

        if (IsGiven(model))
            options = options with { Model = arguments.GetRequiredValue(model) };
        if (arguments.GetValue(from) is { } start)
            options = options with { From = start };
        if (IsGiven(epochs))
            options = options with { Epochs = arguments.GetValue(epochs) };
        if (IsGiven(batch))
            options = options with { BatchSize = arguments.GetValue(batch) };
        if (arguments.GetValue(optimizer) is { } optimizerName)
            options = options with { Optimizer = optimizerName };
        if (TryRead(arguments.GetValue(rate), out double number))
            options = options with { LearningRate = number };
        if (arguments.GetValue(momentum) is { } share)
            options = options with { Momentum = share };
        if (IsGiven(schedule))
            options = options with { Schedule = arguments.GetRequiredValue(schedule) };
        if (IsGiven(augment))
            options = options with { Augmentation = arguments.GetRequiredValue(augment) };
        return recipe.Apply(arguments, options with { Seed = arguments.GetValue(seed), Threads = arguments.GetValue(threads) ?? 0 });

        bool IsGiven(Option option) => arguments.GetResult(option) is { Implicit: false };
    }

    private TimeSpan? TimeOf(ParseResult arguments) => arguments.GetValue(time) is { } text ? Times.Read(text) : null;

    private static bool IsFind(string? rate) => string.Equals(rate, "find", StringComparison.OrdinalIgnoreCase);

    private static bool TryRead(string? rate, out double value) => double.TryParse(rate, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private RunOptions KeepsOf(ParseResult arguments) => new() { CheckpointSteps = arguments.GetValue(checkpointSteps), TensorBoard = arguments.GetValue(tensorBoard) };

    private static void Introduce(TrainingRun run, Host host)
    {
        const int Shown = 3;
        foreach (var skipped in run.Set.Skipped.Take(Shown))
            host.Say($"{skipped}. Skipped.");
        if (run.Set.Skipped.Count > 0)
            host.Say($"{run.Set.Skipped.Count:N0} of {run.Set.Count + run.Set.Skipped.Count:N0} files could not be read ({Path.Combine(run.Folder, "skipped.csv")}).");
        foreach (string note in run.Set.Notes.Concat(run.Split.Notes).Concat(run.Notes))
            host.Say(note);
        if (run.Input != run.Set.Shape)
            host.Say($"{run.Options.Model} takes larger images: those of {run.Set.Shape} are enlarged to {run.Input}.");
        host.Say(HowItTrains(run));
        host.Say($"{run.Options.Model} on {run.Set.Source}: {run.Split.Train.Length:N0} images of {run.Set.Classes.Count:N0} classes train, {(run.Split.Validation.Length > 0 ? $"{run.Split.Validation.Length:N0} choose, " : "")}{run.Split.Test.Length:N0} test; kept in {run.Folder}");
    }

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
        Facts.Write(host, "model", $"{run.Options.Model}, epoch {best.Epoch} of {run.Options.Epochs}{(run.Options.Steps is { } steps && best.Steps < steps && best.Epoch == run.Options.Epochs ? ", cut off: the time was over" : "")}");
        Facts.Write(host, "train", $"loss {best.TrainLoss:0.000}, accuracy {best.TrainAccuracy * 100:0.00} %, as the images were trained on");
        if (best.Validation is { } chosen)
            Facts.Write(host, "validation", $"loss {chosen.Loss:0.000}, accuracy {chosen.Accuracy * 100:0.00} %, {run.Split.Validation.Length:N0} images");
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
        line
            .Add("weights_sha256", result.Recognizer.WeightsSha256)
            .Add("run", run.Folder)
            .Add("peak_memory_mb", Machine.PeakMemoryBytes / 1e6, decimals: 1)
            .WriteTo(host.Out);
    }
}
