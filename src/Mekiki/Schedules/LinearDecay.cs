namespace Mekiki.Schedules;

/// <summary>A constant learning rate at first, and from then on a straight line to 0.</summary>
/// <example>
/// <code>
/// var schedule = new LinearDecay(LearningRate: 0.001, Steps: 10_000, Start: 0.5);
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
/// <param name="LearningRate">At first, 0 or more.</param>
/// <param name="Steps">Steps in all, 1 or more; the line would reach 0 at the step after the last.</param>
/// <param name="Start">Share of the steps before the line begins, in [0, 1).</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
public sealed record LinearDecay(double LearningRate, long Steps, double Start = 0.5) : Schedule
{
    /// <summary>The learning rate at first, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>Steps in all, 1 or more.</summary>
    public long Steps { get; } = Ranges.AtLeast(1, Steps, "Steps");

    /// <summary>Share of the steps before the line begins, in [0, 1).</summary>
    public double Start { get; } = Ranges.Share(Start, "Start");

    /// <inheritdoc/>
    protected override double At(long step)
    {
        double first = Start * Steps;
        return LearningRate * Math.Clamp((Steps - step) / (Steps - first), 0, 1);
    }
}
