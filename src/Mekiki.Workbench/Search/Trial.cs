using Mekiki.Schedules;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Search;

/// <summary>Some steps of a training that is thrown away, to learn something for the one that is kept.</summary>
internal static class Trial
{
    /// <summary>Trains until <paramref name="goOn"/> says no, the loss is not a number, or the options' steps are done.</summary>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="clock">What seconds are measured with.</param>
    /// <param name="schedule">Learning rates instead of the options'; null: theirs.</param>
    /// <param name="goOn">Told of each step; false ends it.</param>
    /// <param name="cancellation">Stops it at once.</param>
    /// <returns>The training, where it ended.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Trainer Run(ImageSet set, Split split, TrainOptions options, TimeProvider clock, Schedule? schedule, Func<TrainingStep, bool> goOn, CancellationToken cancellation)
    {
        // All layers learn, which takes longest.
        var trainer = new Trainer(set, split with { Validation = [] }, options with { Patience = null, MostSeconds = null, Unfreeze = 0 }, schedule is null ? null : new TrainerParts { Schedule = _ => schedule }, clock);
        if (trainer.IsFitted)
            throw new MekikiException($"{options.Model}: expected a network that is trained step by step, got one that learns from all images at once. Leave out --time and --lr find.");
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            trainer.Run(source.Token, new Watch(source, goOn));
        }
        catch (MekikiException) when (schedule is not null)
        {
            // The learning rate went so high that the loss is no number: that is what a range test looks for.
        }

        cancellation.ThrowIfCancellationRequested();
        return trainer;
    }

    /// <summary>How long a test takes for each image.</summary>
    /// <param name="trainer">Whose network is tested.</param>
    /// <param name="set">The images.</param>
    /// <param name="images">Indices of those that are tried, 1 or more; a first batch of them is tried before, untimed.</param>
    /// <param name="clock">What seconds are measured with.</param>
    /// <param name="cancellation">Stops it at once.</param>
    /// <param name="most">If the untimed batch takes longer, its time is the answer, which is too high rather than too low; null: it may take as long as it likes.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static double SecondsPerTest(Trainer trainer, ImageSet set, int[] images, TimeProvider clock, CancellationToken cancellation, TimeSpan? most = null)
    {
        long first = clock.GetTimestamp();
        var batches = new LoaderOptions { BatchSize = trainer.TestBatch, Threads = trainer.Options.Threads };
        trainer.Recognizer.Evaluate(set, images[..Math.Min(batches.BatchSize, images.Length)], batches, cancellation: cancellation);
        if (clock.GetElapsedTime(first) > most)
            return clock.GetElapsedTime(first).TotalSeconds / Math.Min(batches.BatchSize, images.Length);
        long begun = clock.GetTimestamp();
        trainer.Recognizer.Evaluate(set, images, batches, cancellation: cancellation);
        return clock.GetElapsedTime(begun).TotalSeconds / images.Length;
    }

    private sealed class Watch(CancellationTokenSource source, Func<TrainingStep, bool> goOn) : ITrainingObserver
    {
        public void OnStep(Trainer trainer, in TrainingStep step)
        {
            if (!goOn(step))
                source.Cancel();
        }
    }
}
