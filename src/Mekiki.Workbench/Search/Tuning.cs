using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Search;

/// <summary>Looks for good options by successive halving: many are trained shortly, the better third of them three times as long, and so on.</summary>
/// <remarks>
/// Jamieson, Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", AISTATS 2016, figure 3, with thirds
/// as in Li et al., "Hyperband", JMLR 18, 2018. Differs from the papers: each rung trains anew, because the learning rate's schedule
/// spans the rung's own steps. Options are judged by the validation part; the test part is not touched.
/// </remarks>
public sealed class Tuning : IDisposable
{
    private const int Keep = 3, LeastSteps = 20;
    private const string LockFile = "tune.lock";
    private const ulong Purpose = 0x5455_4E45_0000_0001; // keeps these draws apart from other uses of a seed
    private static readonly int[] batches = [32, 64, 128];
    private static readonly double[] smoothings = [0, 0.05, 0.1], averages = [0, 0.99, 0.998];
    private static readonly string[] schedules = ["one-cycle", "cosine", "warmup"];

    private readonly ImageSet set;
    private readonly Split split;
    private readonly TrainOptions start;
    private readonly TimeProvider clock;
    private readonly List<TrialResult> table = [];
    private FileStream? mine;

    /// <summary>Prepares a search.</summary>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts, with a validation part.</param>
    /// <param name="start">Model, epochs and seed; what is searched replaces the rest.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <exception cref="MekikiException">There is no validation part, or the model is <see cref="IFitted"/>: it has no such options.</exception>
    public Tuning(ImageSet set, Split split, TrainOptions start, TimeProvider? clock = null)
    {
        if (split.Validation.Length == 0)
            throw new MekikiException("--validation: expected images to judge by, got none. Keep some, such as 0.1.");
        if (Catalogue.Find(start.Model).IsFitted)
            throw new MekikiException($"--model: expected a network that is trained step by step, got {start.Model}, which learns from all images at once: there is nothing to search. Train it as it is.");
        (this.set, this.start, this.clock) = (set, start, clock ?? TimeProvider.System);
        // What judges takes the place of the test part, so that nothing can look at that.
        this.split = split with { Test = split.Validation, Validation = [] };
    }

    /// <summary>All that was tried, in order.</summary>
    public IReadOnlyList<TrialResult> Table => table;

    /// <summary>The best of the longest rung so far; null before any trial has ended.</summary>
    public TrialResult? Best => table.Where(t => t.Rung == table[^1].Rung).OrderByDescending(t => t.Accuracy).ThenBy(t => t.Loss).FirstOrDefault();

    /// <summary>Searches for as long as <paramref name="budget"/>.</summary>
    /// <param name="budget">The time, above 0.</param>
    /// <param name="candidates">How many options are tried at first; a power of three uses the time best.</param>
    /// <param name="progress">Told of each trial; null: nobody looks.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The best options of the longest rung, with the epochs of the start.</returns>
    /// <exception cref="MekikiException">The time was too short for a single trial.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; <see cref="Table"/> and <see cref="Best"/> tell what it had found.</exception>
    public TrainOptions Search(TimeSpan budget, int candidates = 27, IProgress<TrialResult>? progress = null, CancellationToken cancellation = default)
    {
        long begun = clock.GetTimestamp();
        var running = Enumerable.Range(0, candidates).Select(Draw).ToList();
        int rungs = 1 + (int)Math.Round(Math.Log(candidates, Keep)), images = LeastSteps * batches[^1];
        // A first training tells how fast it goes, so that every rung may take an equal share of the time. A start that cannot be trained is a mistake.
        var measured = Try(running[0], 0, images, budget.TotalSeconds, mayFail: false, cancellation);
        if (measured is not null)
            images = (int)Math.Clamp(images * ((budget - clock.GetElapsedTime(begun)).TotalSeconds / rungs / candidates / Math.Max(measured.Seconds, 1e-3)), images / 4, 1e9);
        for (int rung = 0; rung < rungs && running.Count > 0; rung++)
        {
            var results = new List<TrialResult>();
            foreach (var options in running)
            {
                double left = (budget - clock.GetElapsedTime(begun)).TotalSeconds;
                if (left <= 0 || Try(options, rung, images, left, mayFail: true, cancellation) is not { } result)
                    break;
                results.Add(result);
                table.Add(result);
                progress?.Report(result);
            }

            int kept = Math.Max(1, running.Count / Keep);
            running = [.. results.OrderByDescending(r => r.Accuracy).ThenBy(r => r.Loss).Take(kept).Select(r => r.Options)];
            images = (int)Math.Min((long)images * Keep, int.MaxValue / Keep);
        }

        // It counts if nothing else fitted.
        if (table.Count == 0 && measured is not null)
        {
            table.Add(measured);
            progress?.Report(measured);
        }

        return Best?.Options ?? throw new MekikiException($"--time: expected time for a trial, got {budget.TotalSeconds:0} seconds. Give more.");
    }

    /// <summary>Writes all that was tried so far into <c>tune.csv</c> and the best of it into <c>preset.json</c>; each appears only when whole. Called after each trial, it leaves what a killed search had found.</summary>
    /// <param name="folder">Their folder; it is made, and no other search may write to it before this one is disposed of.</param>
    /// <exception cref="MekikiException">They cannot be written, or another search writes there.</exception>
    public void Save(string folder)
    {
        OutputFile.MakeFolder(folder);
        mine ??= RunLock.Take(folder, "a folder that no other search writes to", LockFile);
        AtomicFile.DeleteStray(folder);
        var text = new StringBuilder("rung,images,learning_rate,weight_decay,label_smoothing,augmentation,batch,schedule,ema,validation_accuracy,validation_loss,seconds\n");
        foreach (var t in table)
            text.Append(CultureInfo.InvariantCulture, $"{t.Rung},{t.Images},{t.Options.LearningRate:0.#######},{t.Options.WeightDecay:0.#####},{t.Options.LabelSmoothing},{t.Options.Augmentation},{t.Options.BatchSize},{t.Options.Schedule},{t.Options.Ema},{t.Accuracy:0.######},{t.Loss:0.######},{t.Seconds:0.###}\n");
        OutputFile.Write(Path.Combine(folder, "tune.csv"), text.ToString());
        if (Best is { } best)
            PresetFile.Write(Path.Combine(folder, "preset.json"), best.Options);
    }

    /// <summary>Lets other searches write to the folder.</summary>
    public void Dispose() => mine?.Dispose();

    // The first is the start itself; the others are drawn.
    private TrainOptions Draw(int number)
    {
        if (number == 0)
            return start;
        var generator = new Generator(start.Seed, Purpose, (ulong)number);
        string[] augmentations = [.. Augmentation.All.Select(a => a.Name).Where(n => n != "chapter")];
        return start with
        {
            LearningRate = Rounded(LogUniform(3e-4, 2e-2)),
            WeightDecay = generator.NextDouble() < 0.5 ? 0 : Rounded(LogUniform(1e-3, 1e-1)),
            LabelSmoothing = smoothings[generator.NextInt32(smoothings.Length)],
            Augmentation = augmentations[generator.NextInt32(augmentations.Length)],
            BatchSize = batches[generator.NextInt32(batches.Length)],
            Schedule = schedules[generator.NextInt32(schedules.Length)],
            Ema = averages[generator.NextInt32(averages.Length)],
        };

        double LogUniform(double least, double most) => least * Math.Pow(most / least, generator.NextDouble());

        static double Rounded(double value) => double.Parse(value.ToString("0.##e0", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    // Null when the time is over before its end. If it may fail, a loss that is no number is the worst result.
    private TrialResult? Try(TrainOptions options, int rung, int images, double mostSeconds, bool mayFail, CancellationToken cancellation)
    {
        long begun = clock.GetTimestamp();
        int steps = Math.Max(1, images / options.ImagesPerStep()), perEpoch = Math.Max(1, split.Train.Length / options.ImagesPerStep());
        double accuracy = 0, loss = double.PositiveInfinity;
        try
        {
            var trainer = new Trainer(set, split, options with { Epochs = (steps + perEpoch - 1) / perEpoch, Steps = steps, TestOnce = true, Patience = null, MostSeconds = mostSeconds }, clock: clock);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var result = trainer.Run(over.Token, new Cut(over));
            cancellation.ThrowIfCancellationRequested();
            if (trainer.IsCut || result.Best?.Test is not { } judged)
                return null;
            (accuracy, loss) = (judged.Accuracy, judged.Loss);
        }
        catch (MekikiException) when (mayFail)
        {
        }

        return new(rung, images, options, accuracy, loss, clock.GetElapsedTime(begun).TotalSeconds);
    }

    /// <summary>A training whose time is over is not tried to the end: nobody would read the result.</summary>
    private sealed class Cut(CancellationTokenSource over) : ITrainingObserver
    {
        public void OnTest(Trainer trainer, int done)
        {
            if (trainer.IsCut)
                over.Cancel();
        }
    }
}
