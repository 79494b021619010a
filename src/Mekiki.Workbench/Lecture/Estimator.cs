using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Search;

namespace Mekiki.Workbench.Lecture;

/// <summary>Tells from a few steps how long a recognizer will take.</summary>
/// <param name="set">The images.</param>
/// <param name="split">Which of them train and which test.</param>
/// <param name="options">How it will be trained.</param>
/// <param name="clock">What seconds are measured with.</param>
internal sealed class Estimator(ImageSet set, Split split, Func<ModelEntry, int, TrainOptions> options, TimeProvider clock)
{
    private const int TestImages = 128, ShareOfFit = 20;
    private static readonly TimeSpan mostSteps = TimeSpan.FromSeconds(3);

    /// <param name="entry">The recognizer.</param>
    /// <param name="most">How long it may be tried. A step, or a batch that is tested, is finished first.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Estimate Of(ModelEntry entry, TimeSpan most, CancellationToken cancellation)
    {
        try
        {
            return entry.IsFitted ? OfFit(entry, most, cancellation) : OfSteps(entry, most, cancellation);
        }
        catch (MekikiException e)
        {
            return new(entry, 0, 0, e.CommandLineMessage);
        }
    }

    private Estimate OfSteps(ModelEntry entry, TimeSpan most, CancellationToken cancellation)
    {
        long begun = clock.GetTimestamp();
        var trainer = new Trainer(set, split with { Test = split.Test[..1] }, options(entry, 1), clock: clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var steps = new StepClock(clock, most < mostSteps ? most : mostSteps, enough);
        trainer.Run(enough.Token, steps);
        cancellation.ThrowIfCancellationRequested();
        return new(entry, steps.SecondsPerStep * trainer.StepsPerEpoch, TestSeconds(trainer, most - clock.GetElapsedTime(begun), cancellation));
    }

    private Estimate OfFit(ModelEntry entry, TimeSpan most, CancellationToken cancellation)
    {
        int count = Math.Clamp(split.Train.Length / ShareOfFit, Math.Min(2 * set.Classes.Count, split.Train.Length), split.Train.Length);
        long begun = clock.GetTimestamp();
        var few = Split.Stratified(set, 0, count, 1);
        var trainer = new Trainer(set, few, options(entry, 1), clock: clock);
        using var enough = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, enough.Token);
        var result = trainer.Run(either.Token);
        cancellation.ThrowIfCancellationRequested();
        if (result.IsInterrupted)
            return new(entry, 0, 0, FormattableString.Invariant($"learns from {count:N0} of the images for more than {most.TotalSeconds:0.#} s"));
        double test = TestSeconds(trainer, most - clock.GetElapsedTime(begun), cancellation);
        // When it has learnt, it is tried on the first thousand of its own images.
        double trial = test * Math.Min(Trainer.MostTried, split.Train.Length) / split.Test.Length;
        return new(entry, result.TrainSeconds * split.Train.Length / count + trial, test);
    }

    private double TestSeconds(Trainer trainer, TimeSpan most, CancellationToken cancellation) =>
        Trial.SecondsPerTest(trainer, set, split.Test[..Math.Min(TestImages, split.Test.Length)], clock, cancellation, most) * split.Test.Length;

    /// <summary>Times steps after the first two, which are slower than all others, and stops after ten or when the time is over.</summary>
    private sealed class StepClock(TimeProvider clock, TimeSpan most, CancellationTokenSource enough) : ITrainingObserver
    {
        private const int Slow = 2, Wanted = 10;
        private readonly long begun = clock.GetTimestamp();
        private long first;
        private int steps;
        private double total, timed;

        public double SecondsPerStep => steps > Slow ? timed / (steps - Slow) : total / Math.Max(1, steps);

        public void OnStep(Trainer trainer, in TrainingStep step)
        {
            long now = clock.GetTimestamp();
            steps++;
            total = clock.GetElapsedTime(begun, now).TotalSeconds;
            if (steps <= Slow)
                first = now;
            timed = clock.GetElapsedTime(first, now).TotalSeconds;
            if (steps == Wanted || clock.GetElapsedTime(begun, now) > most)
                enough.Cancel();
        }
    }
}
