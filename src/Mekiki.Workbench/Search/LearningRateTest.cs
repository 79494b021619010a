using Mekiki.Schedules;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Search;

/// <summary>The learning rate range test: a few steps with a rate that grows from step to step, and the rate at which the loss falls fastest.</summary>
/// <remarks>
/// Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, arXiv:1506.01186, section 3.3. Differs from the paper: rates
/// grow geometrically; losses are smoothed (0.9 of the past); the steepest place is suggested instead of being read off a plot.
/// </remarks>
/// <param name="Tried">The rates that were tried, with the smoothed loss after each.</param>
/// <param name="Suggestion">The rate where the loss falls fastest.</param>
public sealed record LearningRateTest(IReadOnlyList<TriedRate> Tried, double Suggestion)
{
    private const double First = 1e-5, Last = 1, Past = 0.9, Diverged = 3;
    private const int MostSteps = 120, Beginning = 10;

    /// <summary>Tries rates on a network that is thrown away; the same seed suggests the same.</summary>
    /// <param name="set">The images.</param>
    /// <param name="split">Their parts; only the training part is used.</param>
    /// <param name="options">How the network is trained.</param>
    /// <param name="clock">What seconds are measured with; null: the system's.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="MekikiException">There were too few steps, or the loss fell nowhere.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LearningRateTest Run(ImageSet set, Split split, TrainOptions options, TimeProvider? clock = null, CancellationToken cancellation = default)
    {
        var schedule = new Geometric(First, Last, MostSteps);
        var tried = new List<TriedRate>();
        double mean = 0, least = double.PositiveInfinity;
        int perEpoch = Math.Max(1, split.Train.Length / options.ImagesPerStep()), epochs = (MostSteps + perEpoch - 1) / perEpoch;
        Trial.Run(set, split, options with { Epochs = epochs + 1, Steps = null, TestOnce = true }, clock ?? TimeProvider.System, schedule, step =>
        {
            mean = Past * mean + (1 - Past) * step.Loss;
            double smooth = mean / (1 - Math.Pow(Past, tried.Count + 1));
            tried.Add(new(schedule.LearningRateAt(tried.Count), smooth));
            least = Math.Min(least, smooth);
            return tried.Count < MostSteps && (tried.Count < Beginning || smooth < Diverged * least);
        }, cancellation);
        return new(tried, Steepest(tried));
    }

    /// <summary>The rate in the middle of the three steps over which the loss falls most, before it is least.</summary>
    internal static double Steepest(IReadOnlyList<TriedRate> tried)
    {
        const int Reach = 2;
        int lowest = 0;
        for (int i = 1; i < tried.Count; i++)
            if (tried[i].Loss < tried[lowest].Loss)
                lowest = i;
        int best = -1;
        double fall = 0;
        // The first smoothed losses rest on few steps and jump.
        for (int i = Math.Max(Beginning, Reach); i + Reach <= lowest; i++)
            if (tried[i - Reach].Loss - tried[i + Reach].Loss is var here && here > fall)
                (best, fall) = (i, here);
        return best >= 0 ? tried[best].LearningRate
            : throw new MekikiException($"--lr find: expected a loss that falls at some learning rate, got none in {tried.Count} steps. Give a number, such as 0.001.");
    }
}

/// <summary>A learning rate and what the loss was with it.</summary>
/// <param name="LearningRate">The rate of the step.</param>
/// <param name="Loss">The mean of the losses until then, the latest counting most.</param>
public readonly record struct TriedRate(double LearningRate, double Loss);
