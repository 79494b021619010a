using System.Globalization;
using System.Text;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Training;

/// <summary>A training with a folder that keeps all of it: options, split, log, best model, and what is needed to go on.</summary>
/// <remarks>
/// <c>run.json</c> every option, versions and machine; <c>split.csv</c> which image trains and which tests; <c>log.csv</c> a row
/// for each epoch; <c>model.safetensors</c> the best epoch's network; <c>checkpoint.safetensors</c> to go on from;
/// <c>skipped.csv</c> files that could not be read, if any. Each file appears only when whole.
/// </remarks>
public sealed class TrainingRun
{
    private static readonly TimeSpan betweenCheckpoints = TimeSpan.FromMinutes(5);
    private readonly TimeProvider clock;
    private readonly Trainer trainer;

    private TrainingRun(string folder, ImageSet set, Split split, Trainer trainer, TimeProvider clock) =>
        (Folder, Set, Split, this.trainer, this.clock) = (folder, set, split, trainer, clock);

    /// <summary>Where its files lie.</summary>
    public string Folder { get; }

    /// <summary>The images.</summary>
    public ImageSet Set { get; }

    /// <summary>Which of them train and which test.</summary>
    public Split Split { get; }

    /// <summary>How the network is trained.</summary>
    public TrainOptions Options => trainer.Options;

    private string ModelPath => Path.Combine(Folder, "model.safetensors");

    private string CheckpointPath => Path.Combine(Folder, "checkpoint.safetensors");

    private string LogPath => Path.Combine(Folder, "log.csv");

    /// <summary>Opens the images, splits them and makes the folder; nothing is trained yet.</summary>
    /// <param name="data">The images.</param>
    /// <param name="options">How the network is trained.</param>
    /// <param name="folder">A folder that is new or empty; null: <c>runs/DATE-TIME-MODEL</c>.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <exception cref="MekikiException">Nothing usable is there, or the folder cannot be made.</exception>
    public static TrainingRun Create(DataOptions data, TrainOptions options, string? folder = null, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        if (folder is not null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new MekikiException($"{folder}: expected a new or empty folder, got one with files. Choose another with --out, or go on with a run by --resume.");
        var set = data.Open(options.Threads);
        var split = data.Split(set);
        var trainer = new Trainer(set, split, options, clock);
        var run = new TrainingRun(folder ?? NewFolder(options.Model, clock), set, split, trainer, clock);
        RunFile.Guard(run.Folder, () => Directory.CreateDirectory(run.Folder));
        run.WriteBeginning(data);
        return run;
    }

    /// <summary>Opens a run that was interrupted; training goes on where it stopped, and ends with the weights that it would have had.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="threads">How many threads prepare images; null: as the run had it. The result does not depend on it.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <exception cref="MekikiException">It is no run, its files are damaged, or its images have changed.</exception>
    public static TrainingRun Resume(string folder, int? threads = null, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var description = RunDescription.Read(Path.Combine(folder, "run.json"));
        var options = description.Options with { Threads = threads ?? description.Options.Threads };
        var set = description.Data.Open(options.Threads);
        if (set.Fingerprint != description.DataFingerprint)
            throw new MekikiException($"{folder}: expected the images that the run began with (sha256 {description.DataFingerprint}), got others in {set.Source} (sha256 {set.Fingerprint}). Restore them, or begin a new run.");
        var split = SplitFile.Read(Path.Combine(folder, "split.csv"), set);
        var trainer = new Trainer(set, split, options, clock);
        var run = new TrainingRun(folder, set, split, trainer, clock);
        // Without a checkpoint it had not come far: it begins anew.
        if (File.Exists(run.CheckpointPath))
            Checkpoint.Load(trainer, run.CheckpointPath);
        return run;
    }

    /// <summary>Trains to the end, or until <paramref name="cancellation"/> asks to stop; then the batch is finished, and model and checkpoint are saved.</summary>
    /// <param name="observer">Shows progress; null: nobody looks.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="MekikiException">A file cannot be written, or the loss is not a number any more; the files before it are whole.</exception>
    public TrainingResult Train(ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        var files = new Files(this);
        var result = observer is null ? trainer.Run(cancellation, files) : trainer.Run(cancellation, files, observer);
        return result.Best is null ? result : result with { Recognizer = Recognizer.Load(ModelPath) };
    }

    private static string NewFolder(string model, TimeProvider clock)
    {
        string name = Path.Combine("runs", $"{clock.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{model}"), folder = name;
        for (int i = 2; Directory.Exists(folder); i++)
            folder = $"{name}-{i}";
        return folder;
    }

    private void WriteBeginning(DataOptions data)
    {
        // A path must mean the same wherever the run is resumed from.
        var kept = KnownSet.Find(data.Source) is null ? data with { Source = Path.GetFullPath(data.Source) } : data;
        new RunDescription(Machine.Version, clock.GetLocalNow(), Machine.This.ToString(), kept, Set.Fingerprint, Set.Classes.Count, Split.Train.Length, Split.Test.Length, Set.Skipped.Count, Options)
            .Write(Path.Combine(Folder, "run.json"));
        string split = Path.Combine(Folder, "split.csv");
        RunFile.Guard(split, () => SplitFile.Write(split, Set, Split));
        if (Set.Skipped.Count == 0)
            return;
        var text = new StringBuilder("image,reason\n");
        foreach (var skipped in Set.Skipped)
            text.Append(Csv.Quote(skipped.Name)).Append(',').Append(Csv.Quote(skipped.Reason)).Append('\n');
        RunFile.Write(Path.Combine(Folder, "skipped.csv"), text.ToString());
    }

    /// <summary>Writes the log, the best model and checkpoints. The checkpoint comes last: what came before it is written anew if it fails.</summary>
    private sealed class Files(TrainingRun run) : ITrainingObserver
    {
        private long lastCheckpoint = run.clock.GetTimestamp();

        public void OnStep(Trainer trainer, in TrainingStep step)
        {
            if (run.clock.GetElapsedTime(lastCheckpoint) < betweenCheckpoints)
                return;
            SaveCheckpoint(trainer);
        }

        public void OnEpoch(Trainer trainer, EpochResult epoch)
        {
            if (trainer.State.Best == epoch)
                trainer.Recognizer.Save(run.ModelPath);
            EpochLog.Add(run.LogPath, epoch);
            SaveCheckpoint(trainer);
        }

        public void OnInterrupt(Trainer trainer)
        {
            if (trainer.State.Best is null && (trainer.Optimizer is not null || trainer.State.Batch > 0))
                trainer.Recognizer.Save(run.ModelPath);
            SaveCheckpoint(trainer);
        }

        private void SaveCheckpoint(Trainer trainer)
        {
            Checkpoint.Save(trainer, run.CheckpointPath);
            lastCheckpoint = run.clock.GetTimestamp();
        }
    }
}
