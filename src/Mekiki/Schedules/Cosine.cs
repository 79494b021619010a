namespace Mekiki.Schedules;

/// <summary>Half a cosine wave from the first learning rate to the last.</summary>
/// <param name="LearningRate">At first, 0 or more.</param>
/// <param name="Steps">Steps until the last is reached, 1 or more.</param>
/// <param name="Last">0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>
/// Loshchilov, Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, arXiv:1608.03983, equation 5, without restarts.
/// Differs from PyTorch: it does not rise again after the end.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new Cosine(LearningRate: 0.1, Steps: 10_000);
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);      // before each step
/// </code>
/// </example>
public sealed record Cosine(double LearningRate, long Steps, double Last = 0) : Schedule
{
    /// <summary>The learning rate at first, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>Steps until the last learning rate is reached, 1 or more.</summary>
    public long Steps { get; } = Ranges.AtLeast(1, Steps, "Steps");

    /// <summary>The last learning rate, 0 or more.</summary>
    public double Last { get; } = Ranges.NotNegative(Last, "Last learning rate");

    /// <inheritdoc/>
    protected override double At(long step) => Wave(LearningRate, Last, Math.Min(1, (double)step / Steps));
}
