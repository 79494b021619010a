namespace Mekiki.Schedules;

/// <summary>The learning rate of each step: a pure function of the step's number.</summary>
/// <example>
/// <code>
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// A schedule of one's own derives from this record and says what <see cref="At"/> is:
/// <code>
/// sealed record Halving(double First, long Every) : Schedule
/// {
///     protected override double At(long step) => First * Math.Pow(0.5, step / Every);
/// }
/// </code>
/// </example>
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

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">0 for the first; never negative.</param>
    /// <returns>0 or more.</returns>
    protected abstract double At(long step);

    /// <summary>Half a cosine wave from one value to another.</summary>
    /// <param name="from">The value where <paramref name="share"/> is 0.</param>
    /// <param name="to">The value where it is 1.</param>
    /// <param name="share">How much of the way is done, in [0, 1].</param>
    protected static double Wave(double from, double to, double share) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));

    /// <summary>A straight line from one value to another.</summary>
    /// <param name="from">The value where <paramref name="share"/> is 0.</param>
    /// <param name="to">The value where it is 1.</param>
    /// <param name="share">How much of the way is done, in [0, 1].</param>
    protected static double Line(double from, double to, double share) => from + (to - from) * share;
}
