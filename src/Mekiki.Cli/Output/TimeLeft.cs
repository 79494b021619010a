using Mekiki.Vision.Training;

namespace Mekiki.Cli.Output;

/// <summary>How long a training goes on after the part of it that is shown: what is left of later epochs, and of their tests, which take as long as the earlier ones did.</summary>
/// <param name="clock">The time.</param>
/// <param name="trainer">The training.</param>
/// <param name="first">The step after which it is watched.</param>
internal sealed class TimeLeft(TimeProvider clock, Trainer trainer, TrainingStep first)
{
    private readonly long started = clock.GetTimestamp();
    private readonly double before = Images(trainer, first);
    private long steppedAt = clock.GetTimestamp();
    private int epoch = first.Epoch, tests;
    private double testSeconds, images = Images(trainer, first);

    /// <summary>Since it is watched.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(started);

    /// <summary>A step was taken.</summary>
    public void OnStep(in TrainingStep step)
    {
        long now = clock.GetTimestamp();
        if (step.Epoch != epoch)
            (epoch, tests, testSeconds) = (step.Epoch, tests + 1, testSeconds + clock.GetElapsedTime(steppedAt, now).TotalSeconds);
        (steppedAt, images) = (now, Images(trainer, step));
    }

    /// <summary>What comes after the running epoch.</summary>
    public TimeSpan AfterEpoch()
    {
        double trained = clock.GetElapsedTime(started, steppedAt).TotalSeconds - testSeconds, rate = (images - before) / Math.Max(trained, 1e-9);
        if (rate <= 0)
            return TimeSpan.Zero;
        double last = (double)trainer.LastStep / trainer.StepsPerEpoch, later = Math.Max(0, last - epoch);
        double seconds = later * trainer.ImagesPerEpoch / rate + (tests == 0 ? 0 : testSeconds / tests * Math.Ceiling(later + 1));
        return TimeSpan.FromSeconds(Math.Min(seconds, 1e7));
    }

    private static double Images(Trainer trainer, in TrainingStep step) => (step.Epoch - 1.0) * trainer.ImagesPerEpoch + step.ImagesDone;
}
