using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Search;

/// <summary>How much training fits into a time: measured on this machine, with these options, before it begins.</summary>
/// <remarks>
/// The plan is a number of steps, which the run keeps with its options: so it is resumed to the same bits, however fast the
/// machine is then. If the machine becomes slower than it was, training ends when its share of the time is over.
/// Li, Yumer, Ramanan, "Budgeted Training: Rethinking Deep Neural Network Training Under Resource Constraints", 2020,
/// arXiv:1905.04753: schedules are to end when the budget does.
/// </remarks>
/// <param name="Options">The options, with epochs, steps and the most seconds set.</param>
/// <param name="ImagesPerSecond">How fast it trained when it was measured.</param>
/// <param name="TrainSeconds">What training is expected to take.</param>
/// <param name="TestSeconds">What all tests are expected to take.</param>
public sealed record TimePlan(TrainOptions Options, double ImagesPerSecond, double TrainSeconds, double TestSeconds)
{
    // What is kept back for files, and because machines are not always equally fast.
    private const double Reserve = 0.05, ReserveSeconds = 0.5;
    private const int LeastSteps = 5, TestedImages = 512;

    /// <summary>Measures, and plans.</summary>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts.</param>
    /// <param name="options">How the network is trained; its epochs do not matter.</param>
    /// <param name="time">The time that is left, measuring and tests included.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="MekikiException">Not even one step fits.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TimePlan Make(ImageSet set, Split split, TrainOptions options, TimeSpan time, TimeProvider? clock = null, CancellationToken cancellation = default)
    {
        clock ??= TimeProvider.System;
        long begun = clock.GetTimestamp(), warm = 0;
        // The first steps compile code and fill caches; the second half of the trial is measured.
        double trial = Math.Clamp(time.TotalSeconds * 0.06, 0.5, 6);
        int measured = 0, images = 0, before = 0;
        options = options with { TestOnce = true, Steps = null };
        var trainer = Trial.Run(set, split, options with { Epochs = int.MaxValue / 2 }, clock, null, step =>
        {
            before = step.Batch == 1 ? 0 : before;
            if (clock.GetElapsedTime(begun).TotalSeconds < trial / 2)
                (warm, before) = (clock.GetTimestamp(), step.ImagesDone);
            else
            {
                (measured, images) = (measured + 1, images + step.ImagesDone - before);
                before = step.ImagesDone;
            }

            return measured < LeastSteps || clock.GetElapsedTime(begun).TotalSeconds < trial;
        }, cancellation);
        double rate = images / Math.Max(1e-9, clock.GetElapsedTime(warm == 0 ? begun : warm).TotalSeconds);

        double perTest = Trial.SecondsPerTest(trainer, set, split.Test[..Math.Min(TestedImages, split.Test.Length)], clock, cancellation);
        double left = (time - clock.GetElapsedTime(begun)).TotalSeconds * (1 - Reserve) - ReserveSeconds;
        double finalTest = perTest * split.Test.Length, perChoice = perTest * split.Validation.Length;
        double perEpoch = trainer.ImagesPerEpoch / rate;
        // With a validation part every epoch is followed by a trial of it, a last one that is not whole too, if any of it fits.
        double whole = Math.Floor((left - finalTest) / (perEpoch + perChoice)), rest = left - finalTest - whole * (perEpoch + perChoice) - perChoice;
        long steps = (long)((whole + Math.Max(0, rest) / perEpoch) * trainer.StepsPerEpoch);
        if (steps < 1)
            throw new MekikiException(FormattableString.Invariant($"--time: expected time for one step and the test, at least {Math.Ceiling(time.TotalSeconds - left + finalTest + perChoice + 1 / rate * options.ImagesPerStep())} seconds, got {time.TotalSeconds:0}. Give more time, or fewer images to test (--test)."));
        double train = steps * perEpoch / trainer.StepsPerEpoch;
        int epochs = (int)((steps + trainer.StepsPerEpoch - 1) / trainer.StepsPerEpoch);
        return new(options with { Epochs = epochs, Steps = steps, MostSeconds = Math.Round(train * (1 + Reserve / 2), 3) }, rate, train, finalTest + perChoice * epochs);
    }
}
