namespace Mekiki.Schedules;

/// <summary>A learning rate that is multiplied by a factor every so many steps.</summary>
/// <example>
/// <code>
/// var schedule = new StepDecay(LearningRate: 0.1, Interval: 30_000, Factor: 0.1);
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
/// <param name="LearningRate">At first, 0 or more.</param>
/// <param name="Interval">Steps between changes, 1 or more.</param>
/// <param name="Factor">What it is multiplied by, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
public sealed record StepDecay(double LearningRate, long Interval, double Factor = 0.1) : Schedule
{
    /// <summary>The learning rate at first, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>Steps between changes, 1 or more.</summary>
    public long Interval { get; } = Ranges.AtLeast(1, Interval, "Interval");

    /// <summary>What the learning rate is multiplied by, above 0.</summary>
    public double Factor { get; } = Ranges.Positive(Factor, "Factor");

    /// <inheritdoc/>
    protected override double At(long step) => LearningRate * Math.Pow(Factor, step / Interval);
}
