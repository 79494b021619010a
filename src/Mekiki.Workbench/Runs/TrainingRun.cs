using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Ranks;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Runs;

/// <summary>A training with a folder that keeps all of it: options, split, log, best model, and what is needed to go on.</summary>
/// <remarks>
/// <c>run.json</c> every option, versions and machine; <c>split.csv</c> which image trains, validates or tests; <c>log.csv</c> a row
/// for each epoch; <c>steps.jsonl</c> a line for each step; <c>model.safetensors</c> the best epoch's network by the validation part, or
/// without one the last epoch's; <c>checkpoint.safetensors</c> to go on from, and
/// <c>checkpoint-previous.safetensors</c> the one before it; <c>result.json</c> once it has ended; <c>skipped.csv</c> files that could not be read, if any;
/// <c>start.safetensors</c> the model that a run with a pretrained network began with;
/// a TensorBoard event file when asked for; <c>run.lock</c> while a process trains. <c>log.csv</c>, <c>steps.jsonl</c> and the event file grow;
/// each of the others appears only when whole. A run that is killed at any moment, and resumed, ends with the weights that it would have had.
/// </remarks>
public sealed class TrainingRun
{
    private const string Unshared = "a run that no other process trains";
    private const int MostTries = 100;

    /// <summary>The model that a run with a pretrained network began with.</summary>
    private const string StartFile = "start.safetensors";

    private readonly TimeProvider clock;
    private readonly RankGroup? ranks;
    private readonly Trainer trainer;
    private string description = "";
    private bool newestIsDamaged;

    private TrainingRun(string folder, ImageSet set, Split split, Trainer trainer, TrainOptions options, RunOptions runOptions, TimeProvider clock, RankGroup? ranks)
    {
        (Folder, Set, Split, this.trainer, Options, RunOptions, this.clock, this.ranks) = (folder, set, split, trainer, options, runOptions, clock, ranks);
        Checkpoints = new CheckpointFiles(folder);
    }

    /// <summary>Where its files lie.</summary>
    public string Folder { get; }

    /// <summary>The images.</summary>
    public ImageSet Set { get; }

    /// <summary>Which of them train, validate and test.</summary>
    public Split Split { get; }

    /// <summary>How the network is trained.</summary>
    public TrainOptions Options { get; }

    /// <summary>What it keeps while it trains.</summary>
    public RunOptions RunOptions { get; }

    /// <summary>The shape (C, H, W) to which the images are brought for the network.</summary>
    public ImageShape Input => trainer.Recognizer.Preprocessing.Input;

    /// <summary>Whether the network learns from all images at once, without an optimizer.</summary>
    public bool IsFitted => trainer.IsFitted;

    /// <summary>What the linear rule does to the learning rate, in a sentence; null: nothing.</summary>
    public string? RateScale => trainer.RateScale;

    /// <summary>What the user should know about the images or about how it was resumed, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    internal CheckpointFiles Checkpoints { get; }

    internal string ModelPath => Path.Combine(Folder, "model.safetensors");

    private string DescriptionPath => Path.Combine(Folder, "run.json");

    internal string StartPath => Path.Combine(Folder, StartFile);

    internal string StepsPath => Path.Combine(Folder, "steps.jsonl");

    internal string LogPath => Path.Combine(Folder, "log.csv");

    /// <summary>Opens the images, splits them and makes the folder; nothing is trained yet.</summary>
    /// <param name="data">The images.</param>
    /// <param name="options">How the network is trained.</param>
    /// <param name="folder">A folder that is new or empty; null: <c>runs/DATE-TIME-MODEL</c>.</param>
    /// <param name="runOptions">What it keeps while it trains; null: the usual.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="settle">Settles options by the images and their parts, such as the search for a plan does; null: they stay.</param>
    /// <param name="ranks">Processes that train the run together, of which rank 0 alone keeps the folder; null: this process trains it alone.</param>
    /// <exception cref="MekikiException">Nothing usable is there, or the folder cannot be made; with ranks, all throw what one throws.</exception>
    public static TrainingRun Create(DataOptions data, TrainOptions options, string? folder = null, RunOptions? runOptions = null, TimeProvider? clock = null, Func<ImageSet, Split, TrainOptions, TrainOptions>? settle = null, RankGroup? ranks = null)
    {
        clock ??= TimeProvider.System;
        if (folder is not null)
            OnFirst(ranks, () => RequireNew(folder));
        var set = Opened(ranks, () => data.Open(options.Threads));
        var split = OnAll(ranks, () => data.Split(set));
        IReadOnlyList<string> partNotes = [];
        if (PretrainedStart.IsWanted(options))
        {
            if (ranks is { Size: > 1 })
                OnAll<int>(ranks, () => throw new MekikiException($"{options.Model}: expected one process, since its last layer is learnt from all images at once, got {ranks.Size:N0} ranks. Train it without mpirun."));
            (split, options, partNotes) = PretrainedStart.Parts(set, split, data, options);
        }

        // A path must mean the same wherever the run is resumed from.
        options = options with { From = options.From is { } from ? Recognizer.IsNamed(from) ? from : Path.GetFullPath(from) : null };
        var given = options.From;
        if (settle is not null)
            options = Settled(ranks, options, o => settle(set, split, o));
        var trainer = OnAll(ranks, () => new Trainer(set, split, options, PartsOf(ranks), clock));
        options = options with { From = given };
        TrainingRun? run = null;
        OnFirst(ranks, () => run = Begin(ref folder, set, split, trainer, data, options, runOptions, clock, ranks, partNotes));
        return run ?? new TrainingRun("", set, split, trainer, options, runOptions ?? new(), clock, ranks);
    }

    // Where training sees other pixels than tests.
    private static IEnumerable<string> Sizes(Trainer trainer)
    {
        var preprocessing = trainer.Recognizer.Preprocessing;
        if (preprocessing.Margin > 0)
            yield return $"Random crops see a margin of {preprocessing.Margin:N0} pixels around the {preprocessing.Width}x{preprocessing.Height} that tests see.";
        if (trainer.TrainSize != (preprocessing.Height, preprocessing.Width))
            yield return $"Training images have {trainer.TrainSize.Width}x{trainer.TrainSize.Height} pixels, those of tests {preprocessing.Width}x{preprocessing.Height}.";
    }

    // The folder, with what stands in it before anything is trained.
    private static TrainingRun Begin(ref string? folder, ImageSet set, Split split, Trainer trainer, DataOptions data, TrainOptions options, RunOptions? runOptions, TimeProvider clock, RankGroup? ranks, IReadOnlyList<string> partNotes)
    {
        string? memory = TrainingMemory.Note(trainer, Machine.This.MemoryBytes);
        using var mine = Claim(ref folder, options.Model, clock);
        var run = new TrainingRun(folder, set, split, trainer, options, runOptions ?? new(), clock, ranks);
        AtomicFile.DeleteStray(folder);
        run.Notes = [.. partNotes, .. TrainingWarnings.Of(set, split, options.Balance), .. Sizes(trainer)];
        if (trainer.Start is { } start)
            run.Notes = [.. run.Notes, options.From is null || start.Drawn.Count > 0 ? start.Note : $"Begins with the weights of {options.From}."];
        if (memory is not null)
            run.Notes = [.. run.Notes, memory];
        // Such a network has no other form than that of a file.
        if (PretrainedStart.IsWanted(options))
            trainer.Recognizer.Save(run.StartPath);
        run.WriteBeginning(data);
        run.description = File.ReadAllText(run.DescriptionPath);
        return run;
    }

    /// <summary>Opens a run that was interrupted; training goes on where it stopped, and ends with the weights that it would have had.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="threads">How many threads prepare images; null: as the run had it. The result does not depend on it.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="source">Where its images lie now, which is kept; null: where they lay.</param>
    /// <param name="ranks">Processes that go on together, as many as one likes; each reads the folder, and rank 0 alone writes there. Null: this process goes on alone.</param>
    /// <exception cref="MekikiException">It is no run, its files are damaged, or its images have changed; with ranks, all throw what one throws.</exception>
    public static TrainingRun Resume(string folder, int? threads = null, TimeProvider? clock = null, string? source = null, RankGroup? ranks = null) =>
        OnAll(ranks, () => Read(folder, threads, clock ?? TimeProvider.System, source, ranks));

    private static TrainingRun Read(string folder, int? threads, TimeProvider clock, string? source, RankGroup? ranks)
    {
        string path = Path.Combine(folder, "run.json");
        var description = RunDescription.Read(path);
        string text = File.ReadAllText(path);
        if (source is not null)
            description = description with { Data = Lasting(description.Data with { Source = source }) };
        var options = description.Options with { Threads = threads ?? description.Options.Threads };
        var set = description.OpenImages(folder, options.Threads);
        if (set.Fingerprint != description.DataFingerprint)
            throw new MekikiException($"{folder}: expected the images that the run began with (sha256 {description.DataFingerprint}), got others in {set.Source} (sha256 {set.Fingerprint}). Restore them, or begin a new run.");
        var split = SplitFile.Read(Path.Combine(folder, "split.csv"), set) with { Groups = description.Data.GroupsOf(set) };
        string? beginning = PretrainedStart.IsWanted(options) ? Path.Combine(folder, StartFile) : null;
        // The weights that it began with are in the checkpoint; the form of a pretrained network is in its own file.
        var trainer = new Trainer(set, split, options with { From = beginning }, PartsOf(ranks), clock);
        // Without a checkpoint it had not come far: it begins anew.
        var (notes, newestIsDamaged) = new CheckpointFiles(folder).Load(trainer, description.FromSha256);
        if (options.From is { } from && beginning is null && trainer.Steps == 0)
        {
            trainer = new Trainer(set, split, options, PartsOf(ranks), clock);
            if (trainer.Start!.Sha256 != description.FromSha256)
                throw new MekikiException($"{folder}: expected the weights that the run began with (sha256 {description.FromSha256}), got others in {from} (sha256 {trainer.Start.Sha256}). Restore them, or begin a new run.");
        }

        if (source is not null && IsFirst(ranks))
        {
            using var mine = RunLock.Take(folder, Unshared);
            description.Write(path);
            text = File.ReadAllText(path);
        }

        var run = new TrainingRun(folder, set, split, trainer, options, description.RunOptions ?? new(), clock, ranks) { description = text, newestIsDamaged = newestIsDamaged };
        run.Notes = [.. notes, .. run.HolesInLogs()];
        if (TrainingMemory.Note(trainer, Machine.This.MemoryBytes) is { } memory)
            run.Notes = [.. run.Notes, memory];
        return run;
    }

    /// <summary>Trains to the end, or until <paramref name="cancellation"/> asks to stop; then the batch is finished, and model and checkpoint are saved.</summary>
    /// <param name="observer">Shows progress; null: nobody looks.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="MekikiException">Another process trains it, a file cannot be written, or the loss is not a number any more; the files before it are whole.</exception>
    public TrainingResult Train(ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        if (!IsFirst(ranks))
        {
            OnFirst(ranks, static () => { });
            return trainer.Run(cancellation);
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        FileStream? mine = null;
        RunRecorder? recorder = null;
        try
        {
            OnFirst(ranks, () =>
            {
                mine = RunLock.Take(Folder, Unshared);
                TidyFolder();
                recorder = new RunRecorder(this, clock, stopping.Cancel);
            });
            return Train(recorder!, observer, stopping.Token);
        }
        finally
        {
            mine?.Dispose();
        }
    }

    private TrainingResult Train(RunRecorder recorder, ITrainingObserver? observer, CancellationToken cancellation)
    {
        TrainingResult result;
        try
        {
            result = observer is null ? trainer.Run(cancellation, recorder) : trainer.Run(cancellation, recorder, observer);
        }
        finally
        {
            recorder.Finish();
            StopRequest.Clear(Folder);
        }

        if (result.Best is null)
            return result;
        var best = Recognizer.Load(ModelPath);
        if (!result.IsInterrupted)
            new RunResult(clock.GetLocalNow(), trainer.Epoch, result.TrainSeconds, result.ImagesTrained, best.WeightsSha256, best.Card.Metrics).Write(Path.Combine(Folder, "result.json"));
        return result with { Recognizer = best };
    }

    // What a killed process left, and what the logs hold beyond the place where the run goes on.
    private void TidyFolder()
    {
        if (!File.Exists(DescriptionPath) || File.ReadAllText(DescriptionPath) != description)
            throw new MekikiException($"{DescriptionPath}: expected the description that the run began with, got another or none: another process changed it meanwhile. Start the command again.");
        Checkpoints.Tidy(newestIsDamaged);
        if (Path.Combine(Folder, RunLock.New) is var left && File.Exists(left))
            AtomicFile.TryDelete(left);
        EpochLog.CutAfter(LogPath, trainer.Epoch);
        StepLog.CutAfter(StepsPath, trainer.Steps);
        if (EventLog.Find(Folder) is { } events)
            EventLog.CutAfter(events, trainer.Steps);
        StopRequest.Clear(Folder);
    }

    private static bool IsFirst(RankGroup? ranks) => ranks is null or { Rank: 0 };

    private static TrainerParts? PartsOf(RankGroup? ranks) => ranks is null ? null : new() { Ranks = ranks };

    private static T OnAll<T>(RankGroup? ranks, Func<T> work) => ranks is null ? work() : ranks.Together(work);

    // Rank 0 does it, and the others wait for that.
    private static void OnFirst(RankGroup? ranks, Action work)
    {
        if (ranks is null)
        {
            work();
            return;
        }

        ranks.FromFirst(() =>
        {
            work();
            return [];
        });
    }

    // Rank 0 first: where ranks share a disk, the others find its cache.
    private static ImageSet Opened(RankGroup? ranks, Func<ImageSet> open)
    {
        if (ranks is null)
            return open();
        ImageSet? first = null;
        OnFirst(ranks, () => first = open());
        return ranks.Together(() => first ?? open());
    }

    // Searches measure, so that rank 0's result counts. A rank that began with other options keeps them, and is refused when training begins.
    private static TrainOptions Settled(RankGroup? ranks, TrainOptions options, Func<TrainOptions, TrainOptions> settle)
    {
        if (ranks is null)
            return settle(options);
        var json = RunDescriptionJson.Default.TrainOptions;
        string[] given = ranks.Gather(JsonSerializer.Serialize(options with { Threads = 0 }, json));
        var settled = JsonSerializer.Deserialize(ranks.FromFirst(() => JsonSerializer.SerializeToUtf8Bytes(settle(options), json)), json)!;
        return given[ranks.Rank] == given[0] ? settled with { Threads = options.Threads } : options;
    }

    // Makes a run's folder and takes its lock before anything is written there: of two processes one goes on. A folder that nobody asked for gives way.
    private static FileStream Claim([NotNull] ref string? folder, string model, TimeProvider clock)
    {
        for (int tries = 1; ; tries++)
        {
            string path = folder ?? NewFolder(model, clock);
            FileStream? mine = null;
            try
            {
                OutputFile.MakeFolder(path);
                mine = RunLock.Take(path, Unshared, RunLock.New);
                RequireNew(path);
                folder = path;
                return mine;
            }
            catch (MekikiException e)
            {
                mine?.Dispose();
                // Another process was quicker.
                if (folder is not null || tries == MostTries || e.InnerException is UnauthorizedAccessException)
                    throw;
            }
        }
    }

    private static void RequireNew(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(path => !IsLeftover(path)))
            throw new MekikiException($"{folder}: expected a new or empty folder, got one with files. Choose another with --out, or go on with a run by --resume.");
    }

    // What a power cut or somebody took from the logs does not come back, and changes no weight.
    private IEnumerable<string> HolesInLogs()
    {
        int rows = EpochLog.RowsUntil(LogPath, trainer.Epoch);
        if (rows < trainer.Epoch)
            yield return $"{LogPath} lacks {trainer.Epoch - rows:N0} of {trainer.Epoch:N0} epochs before the place where the run goes on; they stay missing. The weights do not depend on it.";
        long steps = IsFitted ? trainer.Steps : StepLog.LinesUntil(StepsPath, trainer.Steps);
        if (steps < trainer.Steps)
            yield return $"{StepsPath} lacks {trainer.Steps - steps:N0} of {trainer.Steps:N0} steps before the place where the run goes on; they stay missing. The weights do not depend on it.";
    }

    // A path must mean the same wherever the run is resumed from.
    private static DataOptions Lasting(DataOptions data) => data with
    {
        Source = Full(data.Source),
        Add = data.Add is { } add ? Full(add) : null,
        Labels = data.Labels is { } labels ? Path.GetFullPath(labels) : null,
    };

    private static string Full(string source) => KnownSet.Find(source) is not null || source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source);

    /// <summary>A folder in <c>runs</c> that is not there yet, called by the time and a word.</summary>
    internal static string NewFolder(string word, TimeProvider clock)
    {
        string name = Path.Combine("runs", $"{clock.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{word}"), folder = name;
        for (int i = 2; Directory.Exists(folder); i++)
            folder = $"{name}-{i}";
        return folder;
    }

    // What a process leaves that is killed before its run begins.
    private static bool IsLeftover(string path) =>
        Path.GetFileName(path) is RunLock.New || AtomicFile.IsStray(path)
        || (Path.GetFileName(path) is "split.csv" or "skipped.csv" && !File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "run.json")));

    private void WriteBeginning(DataOptions data)
    {
        string split = Path.Combine(Folder, "split.csv");
        SplitFile.Write(split, Set, Split);
        if (Set.Skipped.Count > 0)
        {
            var text = new StringBuilder("image,reason\n");
            foreach (var skipped in Set.Skipped)
                text.Append(Csv.Quote(skipped.Name)).Append(',').Append(Csv.Quote(skipped.Reason)).Append('\n');
            OutputFile.Write(Path.Combine(Folder, "skipped.csv"), text.ToString());
        }

        // The description is the last: where it is, there is a run.
        var kept = Lasting(data);
        new RunDescription(Machine.Version, clock.GetLocalNow(), Machine.This.ToString(), kept, Set.Fingerprint, Set.Targets.Count, Split.Train.Length, Split.Test.Length, Set.Skipped.Count, Options, RunOptions, trainer.Start?.Sha256, Set.Found)
            .Write(DescriptionPath);
    }
}
