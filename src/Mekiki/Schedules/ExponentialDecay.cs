namespace Mekiki.Schedules;

/// <summary>A learning rate that is multiplied by the same factor at each step.</summary>
/// <param name="LearningRate">At first, 0 or more.</param>
/// <param name="Factor">What it is multiplied by, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>PyTorch's ExponentialLR: LearningRate · Factorˢᵗᵉᵖ.</remarks>
/// <example>
/// <code>
/// var schedule = new ExponentialDecay(LearningRate: 0.1, Factor: 0.999);
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
public sealed record ExponentialDecay(double LearningRate, double Factor) : Schedule
{
    /// <summary>The learning rate at first, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>What the learning rate is multiplied by at each step, above 0.</summary>
    public double Factor { get; } = Ranges.Positive(Factor, "Factor");

    /// <inheritdoc/>
    protected override double At(long step) => LearningRate * Math.Pow(Factor, step);
}
