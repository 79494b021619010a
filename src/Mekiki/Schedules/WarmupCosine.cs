namespace Mekiki.Schedules;

/// <summary>A straight line up to the learning rate, then half a cosine wave to the last.</summary>
/// <param name="LearningRate">The highest, 0 or more.</param>
/// <param name="Steps">Steps in all, 1 or more.</param>
/// <param name="Warmup">Steps of the line, 0 to less than <paramref name="Steps"/>; step n of them has the share (n + 1) / (Warmup + 1).</param>
/// <param name="Last">0 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>Goyal et al., "Accurate, Large Minibatch SGD", 2017, arXiv:1706.02677, section 2.2 (the line); <see cref="Cosine"/> (the wave).</remarks>
/// <example>
/// <code>
/// var schedule = new WarmupCosine(LearningRate: 0.1, Steps: 10_000, Warmup: 500);
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
public sealed record WarmupCosine(double LearningRate, long Steps, long Warmup, double Last = 0) : Schedule
{
    /// <summary>The highest learning rate, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>Steps in all, 1 or more.</summary>
    public long Steps { get; } = Ranges.AtLeast(1, Steps, "Steps");

    /// <summary>Steps of the line, 0 to less than <see cref="Steps"/>.</summary>
    public long Warmup { get; } = Warmup >= 0 && Warmup < Steps
        ? Warmup
        : throw new ArgumentOutOfRangeException(nameof(Warmup), $"Warmup: expected 0 to less than the {Steps} steps, got {Warmup}.");

    /// <summary>The last learning rate, 0 or more.</summary>
    public double Last { get; } = Ranges.NotNegative(Last, "Last learning rate");

    /// <inheritdoc/>
    protected override double At(long step) => step < Warmup
        ? LearningRate * (step + 1) / (Warmup + 1)
        : Wave(LearningRate, Last, Math.Min(1, (double)(step - Warmup) / (Steps - Warmup)));
}
