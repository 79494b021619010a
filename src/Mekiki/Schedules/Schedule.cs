namespace Mekiki.Schedules;

/// <summary>The learning rate of each step: a pure function of the step's number.</summary>
/// <remarks><code>optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);</code></remarks>
public abstract record Schedule
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">0 for the first. Steps after the schedule's end have its last value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public double LearningRateAt(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return At(step);
    }

    private protected abstract double At(long step);

    /// <summary>Half a cosine wave from one value to another.</summary>
    /// <param name="from">The value where <paramref name="share"/> is 0.</param>
    /// <param name="to">The value where it is 1.</param>
    /// <param name="share">How much of the way is done, in [0, 1].</param>
    private protected static double Wave(double from, double to, double share) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));

    private protected static double Line(double from, double to, double share) => from + (to - from) * share;
}
