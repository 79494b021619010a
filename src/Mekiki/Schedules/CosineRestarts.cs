namespace Mekiki.Schedules;

/// <summary>Half a cosine wave from the first learning rate to the last, again and again, each time over more steps.</summary>
/// <param name="LearningRate">At the beginning of each wave, 0 or more.</param>
/// <param name="Steps">Steps of the first wave, 1 or more.</param>
/// <param name="Growth">Each wave takes so many times the steps of the one before, 1 or more.</param>
/// <param name="Last">What a wave goes down to, 0 or more; the next begins instead of reaching it.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>
/// Loshchilov, Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, arXiv:1608.03983, equation 5;
/// PyTorch's CosineAnnealingWarmRestarts, one step at a time.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new CosineRestarts(LearningRate: 0.1, Steps: 1_000, Growth: 2);      // waves of 1,000, 2,000, 4,000, … steps
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
public sealed record CosineRestarts(double LearningRate, long Steps, long Growth = 1, double Last = 0) : Schedule
{
    /// <summary>The learning rate at the beginning of each wave, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>Steps of the first wave, 1 or more.</summary>
    public long Steps { get; } = Ranges.AtLeast(1, Steps, "Steps");

    /// <summary>Each wave takes so many times the steps of the one before, 1 or more.</summary>
    public long Growth { get; } = Ranges.AtLeast(1, Growth, "Growth");

    /// <summary>What a wave goes down to, 0 or more.</summary>
    public double Last { get; } = Ranges.NotNegative(Last, "Last learning rate");

    /// <inheritdoc/>
    protected override double At(long step)
    {
        long length = Steps;
        if (Growth == 1)
            step %= length;
        while (step >= length)
        {
            step -= length;
            // A wave that would be longer than any run has no end.
            length = length > long.MaxValue / Growth ? long.MaxValue : length * Growth;
        }

        return Wave(LearningRate, Last, (double)step / length);
    }
}
