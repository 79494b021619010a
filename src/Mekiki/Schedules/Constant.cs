namespace Mekiki.Schedules;

/// <summary>The same learning rate at every step.</summary>
/// <example>
/// <code>
/// optimizer.LearningRate = new Constant(0.001).LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
/// <param name="LearningRate">0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
public sealed record Constant(double LearningRate) : Schedule
{
    /// <summary>The learning rate, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <inheritdoc/>
    protected override double At(long step) => LearningRate;
}
