namespace Mekiki.Schedules;

/// <summary>A learning rate that grows or shrinks by the same factor at each step.</summary>
/// <param name="First">The first learning rate, above 0.</param>
/// <param name="Last">That of the last step, above 0.</param>
/// <param name="Steps">Steps in all, 2 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <remarks>Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, arXiv:1506.01186, section 3.3. Differs from the paper: geometric instead of linear, so that every size is tried.</remarks>
/// <example>
/// <code>
/// var schedule = new Geometric(First: 1e-6, Last: 1, Steps: 200);     // tries learning rates of every size
/// optimizer.LearningRate = schedule.LearningRateAt(optimizer.StepCount);
/// </code>
/// </example>
public sealed record Geometric(double First, double Last, long Steps) : Schedule
{
    /// <summary>The first learning rate, above 0.</summary>
    public double First { get; } = Ranges.Positive(First, "First learning rate");

    /// <summary>The last learning rate, above 0.</summary>
    public double Last { get; } = Ranges.Positive(Last, "Last learning rate");

    /// <summary>Steps in all, 2 or more.</summary>
    public long Steps { get; } = Ranges.AtLeast(2, Steps, "Steps");

    /// <inheritdoc/>
    protected override double At(long step) => First * Math.Pow(Last / First, Math.Min(1, (double)step / (Steps - 1)));
}
