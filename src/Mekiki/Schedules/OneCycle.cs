namespace Mekiki.Schedules;

/// <summary>One rise to the highest learning rate and one fall to almost nothing.</summary>
/// <param name="Highest">The highest learning rate, 0 or more.</param>
/// <param name="Steps">Steps in all, 2 or more.</param>
/// <param name="Rise">Share of the steps that rises, in [0, 1).</param>
/// <param name="FirstDivisor">The first learning rate is the highest divided by this, above 0.</param>
/// <param name="LastDivisor">The last is the first divided by this, above 0.</param>
/// <param name="Anneal">The form of the rise and the fall.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>
/// Smith, Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018, arXiv:1708.07120.
/// As PyTorch's OneCycleLR with two phases. Differs from it: momentum stays as it is (cycle_momentum=False).
/// </remarks>
/// <example>
/// <code>
/// var schedule = new OneCycle(Highest: 0.004, Steps: 5 * 1_000);      // 5 epochs of 1,000 steps
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
public sealed record OneCycle(double Highest, long Steps, double Rise = 0.3, double FirstDivisor = 25, double LastDivisor = 1e4, Anneal Anneal = Anneal.Cosine) : Schedule
{
    /// <summary>The highest learning rate, 0 or more.</summary>
    public double Highest { get; } = Ranges.NotNegative(Highest, "Highest learning rate");

    /// <summary>Steps in all, 2 or more.</summary>
    public long Steps { get; } = Ranges.AtLeast(2, Steps, "Steps");

    /// <summary>Share of the steps that rises, in [0, 1).</summary>
    public double Rise { get; } = Ranges.Share(Rise, "Rise");

    /// <summary>The first learning rate is the highest divided by this, above 0.</summary>
    public double FirstDivisor { get; } = Ranges.Positive(FirstDivisor, "First divisor");

    /// <summary>The last learning rate is the first divided by this, above 0.</summary>
    public double LastDivisor { get; } = Ranges.Positive(LastDivisor, "Last divisor");

    /// <inheritdoc/>
    protected override double At(long step)
    {
        double top = Rise * Steps - 1, end = Steps - 1, first = Highest / FirstDivisor;
        return step < top
            ? Between(first, Highest, step / top)
            : Between(Highest, first / LastDivisor, Math.Min(1, (step - top) / (end - top)));
    }

    private double Between(double from, double to, double share) => Anneal == Anneal.Linear ? Line(from, to, share) : Wave(from, to, share);
}

/// <summary>The form of a way from one learning rate to another.</summary>
public enum Anneal
{
    /// <summary>Half a cosine wave.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,
}
