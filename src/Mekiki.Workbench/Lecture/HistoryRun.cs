using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Lecture;

/// <summary>Trains recognizers of several decades on the same images, one after another, within a time, and puts their figures side by side.</summary>
/// <remarks>
/// In the folder: <c>history.csv</c> a row for each, <c>history.png</c> the same as a chart, <c>history.json</c> on what they were
/// trained, and each recognizer's model file. What is done is kept: the same call with the same folder goes on after it. All
/// train on the images as they are, without random changes, and are tested once, at their end, so that the test chooses nothing.
/// <code>
/// var history = HistoryRun.Open(new DataOptions { Source = "hiragana73" }, new HistoryOptions());
/// foreach (var row in history.Train(history.MakePlan()))
///     Console.WriteLine($"{row.Year} {row.Model} {row.Accuracy:P1}");
/// </code>
/// </remarks>
public sealed class HistoryRun
{
    // Estimates are made on a few steps: a part of the time is kept back.
    private const double ShareToPlan = 0.85, LongestTrial = 0.08, ShareOfTrials = 0.3, Patience = 1.5, ForTest = 1.3, MostSlowness = 2;
    private const string Unshared = "a line of history that no other process trains";

    private readonly HistoryOptions options;
    private readonly TimeProvider clock;
    private readonly long begun;
    private readonly List<HistoryRow> rows;
    private readonly double spentBefore;
    private string? table;

    private HistoryRun(string folder, ImageSet set, Split split, HistoryOptions options, IEnumerable<HistoryRow> rows, TimeProvider clock, long begun)
    {
        (Folder, Set, Split, this.options, this.clock, this.begun) = (folder, set, split, options, clock, begun);
        this.rows = [.. rows];
        table = TableText();
        spentBefore = this.rows.Sum(r => r.TrainSeconds + r.MillisecondsPerImage * split.Test.Length / 1000);
    }

    /// <summary>Where its files lie.</summary>
    public string Folder { get; }

    /// <summary>The images.</summary>
    public ImageSet Set { get; }

    /// <summary>Which of them train and which test.</summary>
    public Split Split { get; }

    /// <summary>What is done, from the oldest recognizer to the newest.</summary>
    public IReadOnlyList<HistoryRow> Rows => rows;

    /// <summary>The chart.</summary>
    public string ChartPath => Path.Combine(Folder, "history.png");

    /// <summary>The table.</summary>
    public string TablePath => Path.Combine(Folder, "history.csv");

    private double Left => options.Budget.TotalSeconds - spentBefore - clock.GetElapsedTime(begun).TotalSeconds;

    /// <summary>Opens images and folder; the budget's time begins.</summary>
    /// <param name="data">The images; counts and seed are the options'.</param>
    /// <param name="options">Which recognizers, and how long.</param>
    /// <param name="folder">A new folder, or one that goes on; null: <c>runs/DATE-TIME-history</c>.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <exception cref="MekikiException">Nothing usable is there, or the folder holds other things.</exception>
    public static HistoryRun Open(DataOptions data, HistoryOptions options, string? folder = null, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        long begun = clock.GetTimestamp();
        data = data with { Train = options.Train, Test = options.Test, Seed = options.Seed };
        var set = data.Open(options.Threads);
        var split = data.Split(set);
        folder ??= TrainingRun.NewFolder("history", clock);
        string description = Path.Combine(folder, "history.json");
        if (Directory.Exists(folder) && !File.Exists(description) && Directory.EnumerateFileSystemEntries(folder).Any(path => !IsLeftover(path)))
            throw new MekikiException($"{folder}: expected a new or empty folder, or one of `mekiki history`, got one with other files. Choose another with --out.");
        OutputFile.MakeFolder(folder);
        using var mine = RunLock.Take(folder, Unshared);
        AtomicFile.DeleteStray(folder);
        new HistoryDescription(Machine.Version, Machine.This.ToString(), data, set.Fingerprint).WriteOrMatch(description);
        // For whom there was no time is tried again.
        return new(folder, set, split, options, HistoryTable.Read(Path.Combine(folder, "history.csv")).Where(r => r.Accuracy is not null), clock, begun);
    }

    /// <summary>Tries each recognizer that is not done on a few steps, and shares the time.</summary>
    /// <param name="progress">Told which one is tried.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<Planned> MakePlan(IProgress<ModelEntry>? progress = null, CancellationToken cancellation = default)
    {
        var estimator = new Estimator(Set, Split, OptionsOf, clock);
        var most = options.Budget * LongestTrial;
        long trials = clock.GetTimestamp();
        double forTrials = Left * ShareOfTrials;
        var estimates = new List<Estimate>();
        foreach (var entry in options.Models.Where(name => rows.All(r => r.Model != name)).Select(Catalogue.Find).OrderBy(Order))
        {
            progress?.Report(entry);
            double left = Math.Min(Left, forTrials - clock.GetElapsedTime(trials).TotalSeconds);
            estimates.Add(left > 0
                ? estimator.Of(entry, TimeSpan.FromSeconds(Math.Min(left, most.TotalSeconds)), cancellation)
                : new(entry, 0, 0, "there is no time left to find out how long it takes"));
            Forget();
        }

        return Plan.Share(estimates, Left * ShareToPlan);
    }

    /// <summary>Trains and tests, one recognizer after another; each row is in the folder when it is given. After each, what is left of the time is shared anew among the later ones.</summary>
    /// <param name="plan">What <see cref="MakePlan"/> gave.</param>
    /// <param name="observer">Shows progress; null: nobody looks.</param>
    /// <param name="cancellation">Stops it; rows that were given are kept.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="MekikiException">A file cannot be written, or another process trains there.</exception>
    public IEnumerable<HistoryRow> Train(IReadOnlyList<Planned> plan, ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var mine = RunLock.Take(Folder, Unshared);
        if (TableText() != table)
            throw new MekikiException($"{TablePath}: expected the table that was there at the beginning, got another: another process changed it meanwhile. Start the command again.");
        // A process that was killed may have left an old chart, or none.
        if (rows.Count > 0)
            Draw();
        double planned = 0, spent = 0;
        for (int i = 0; i < plan.Count; i++)
        {
            var rest = i == 0 ? plan : ShareAnew(plan.Skip(i), planned > 0 ? spent / planned : 1);
            if (rest[0].Epochs == 0)
                continue;
            // Who is slower than planned takes of what is left over, but not from those who come later.
            double wanted = rest[0].Seconds, later = rest.Skip(1).Sum(p => p.Seconds), left = Math.Max(0, Left);
            double share = left >= wanted + later ? Math.Min(left - later, Patience * wanted + 1) : left * wanted / (wanted + later);
            var row = TrainOne(rest[0], share, observer, cancellation);
            // By the first estimates, to which slowness applies each time.
            (planned, spent) = (planned + (plan[i] with { Epochs = rest[0].Epochs }).Seconds, spent + Math.Max(0, left - Left));
            rows.Add(row);
            rows.Sort((a, b) => Order(Catalogue.Find(a.Model)).CompareTo(Order(Catalogue.Find(b.Model))));
            HistoryTable.Write(TablePath, rows);
            table = TableText();
            Draw();
            Forget();
            yield return row;
        }
    }

    private string? TableText() => File.Exists(TablePath) ? File.ReadAllText(TablePath) : null;

    private void Draw() => HistoryChart.Write(ChartPath, rows, $"{Set.Source}: {Split.Train.Length:N0} train, {Split.Test.Length:N0} test");

    // What a process leaves that is killed before the folder has its description.
    private static bool IsLeftover(string path) => Path.GetFileName(path) is RunLock.Name || AtomicFile.IsStray(path);

    // Slowness: how long those took that are done, over what was expected; other work may have disturbed the trials or them.
    private IReadOnlyList<Planned> ShareAnew(IEnumerable<Planned> rest, double slowness)
    {
        slowness = Math.Clamp(slowness, 1 / MostSlowness, MostSlowness);
        // Who was said to be left out is left out.
        return Plan.Share([.. rest.Select(p => p.Estimate with { Problem = p.Epochs == 0 ? p.Reason : p.Estimate.Problem, EpochSeconds = p.Estimate.EpochSeconds * slowness, TestSeconds = p.Estimate.TestSeconds * slowness })], Left * ShareToPlan);
    }

    private HistoryRow TrainOne(Planned planned, double seconds, ITrainingObserver? observer, CancellationToken cancellation)
    {
        var entry = planned.Estimate.Entry;
        long start = clock.GetTimestamp();
        // The test that counts comes when training has ended, or was stopped.
        var trainer = new Trainer(Set, Split with { Test = Split.Test[..Math.Min(64, Split.Test.Length)] }, OptionsOf(entry, planned.Epochs), clock: clock);
        // Without its test a training is worth nothing.
        double slowness = Math.Max(1, planned.Seconds / Math.Max(seconds, 1e-3));
        double forTraining = Math.Max(0, seconds - ForTest * slowness * planned.Estimate.TestSeconds);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(forTraining), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        var result = observer is null ? trainer.Run(either.Token) : trainer.Run(either.Token, new WithoutTest(observer));
        cancellation.ThrowIfCancellationRequested();
        double trained = result.IsInterrupted ? clock.GetElapsedTime(start).TotalSeconds : result.TrainSeconds;
        var row = new HistoryRow(entry.Year, entry.Name, Parameters(result.Recognizer.Network), planned.Epochs, trained, 0, null, null, result.IsInterrupted);
        return result.IsInterrupted && entry.IsFitted
            ? row
            : Test(result.Recognizer, row, Left, cancellation);
    }

    private HistoryRow Test(Recognizer recognizer, HistoryRow row, double seconds, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Max(0, seconds)), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        long start = clock.GetTimestamp();
        try
        {
            var result = recognizer.Evaluate(Set, Split.Test, new LoaderOptions { BatchSize = 64, Threads = options.Threads }, null, either.Token);
            double milliseconds = clock.GetElapsedTime(start).TotalMilliseconds / Split.Test.Length;
            recognizer.Save(Path.Combine(Folder, $"{row.Model}.safetensors"));
            return row with { MillisecondsPerImage = milliseconds, Accuracy = result.Accuracy, BalancedAccuracy = result.BalancedAccuracy };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return row with { IsStopped = true };
        }
    }

    private TrainOptions OptionsOf(ModelEntry entry, int epochs)
    {
        var fitted = new TrainOptions { Model = entry.Name, TestOnce = true, Seed = options.Seed, Threads = options.Threads };
        return entry.IsFitted ? fitted : fitted with { Epochs = epochs, Schedule = "one-cycle", Augmentation = "none" };
    }

    private static (int Year, int Place) Order(ModelEntry entry) => (entry.Year, Catalogue.All.TakeWhile(m => m != entry).Count());

    // Recognizers that learn from all images at once keep what they learn in buffers.
    private static long Parameters(Module network) =>
        network.ParameterCount() is > 0 and var count ? count : network.StateDict().Sum(s => (long)s.Tensor.Count);

    // The weights of a network may be half a gigabyte, of which the collector knows nothing.
    private static void Forget()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
