using System.Text;

namespace Mekiki.Schedules;

/// <summary>A learning rate that is multiplied by a factor at given steps.</summary>
/// <param name="LearningRate">At first, 0 or more.</param>
/// <param name="Milestones">The steps at which it changes, 1 or more, ascending.</param>
/// <param name="Factor">What it is multiplied by, above 0.</param>
/// <exception cref="ArgumentException">A milestone is below 1, or not above the one before.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>PyTorch's MultiStepLR.</remarks>
/// <example>
/// <code>
/// var schedule = new MultiStep(LearningRate: 0.1, Milestones: [30_000, 60_000]);      // 0.1, 0.01, 0.001
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
public sealed record MultiStep(double LearningRate, IReadOnlyList<long> Milestones, double Factor = 0.1) : Schedule
{
    private readonly long[] milestones = Checked(Milestones);

    /// <summary>The learning rate at first, 0 or more.</summary>
    public double LearningRate { get; } = Ranges.NotNegative(LearningRate, "Learning rate");

    /// <summary>The steps at which the learning rate changes, ascending.</summary>
    public IReadOnlyList<long> Milestones => milestones;

    /// <summary>What the learning rate is multiplied by, above 0.</summary>
    public double Factor { get; } = Ranges.Positive(Factor, "Factor");

    /// <inheritdoc/>
    public bool Equals(MultiStep? other) =>
        other is not null && LearningRate.Equals(other.LearningRate) && Factor.Equals(other.Factor) && milestones.AsSpan().SequenceEqual(other.milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LearningRate, Factor, milestones.Length, milestones.Length == 0 ? 0 : milestones[0]);

    /// <inheritdoc/>
    protected override double At(long step)
    {
        int passed = 0;
        while (passed < milestones.Length && milestones[passed] <= step)
            passed++;
        return LearningRate * Math.Pow(Factor, passed);
    }

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"LearningRate = {LearningRate}, Milestones = [{string.Join(", ", milestones)}], Factor = {Factor}");
        return true;
    }

    private static long[] Checked(IReadOnlyList<long> milestones)
    {
        ArgumentNullException.ThrowIfNull(milestones, nameof(Milestones));
        for (int i = 0; i < milestones.Count; i++)
            if (milestones[i] < 1 || (i > 0 && milestones[i] <= milestones[i - 1]))
                throw new ArgumentException($"Milestones: expected steps of 1 or more, each above the one before, got {string.Join(", ", milestones)}.", nameof(Milestones));
        return [.. milestones];
    }
}
