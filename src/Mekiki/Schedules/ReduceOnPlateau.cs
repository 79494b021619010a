namespace Mekiki.Schedules;

/// <summary>A learning rate that shrinks when a figure, such as the validation loss, no longer gets better.</summary>
/// <remarks>It remembers what it saw, so it is no <see cref="Schedule"/>. PyTorch's ReduceLROnPlateau with a relative threshold and no cooldown.</remarks>
/// <example>
/// <code>
/// var plateau = new ReduceOnPlateau(learningRate: 0.1, patience: 3);
/// optimizer.LearningRate = plateau.Next(validationLoss);      // after each epoch
/// </code>
/// </example>
public sealed class ReduceOnPlateau
{
    private const double LeastChange = 1e-8;
    private readonly double factor, threshold, least;
    private readonly int patience;
    private readonly bool largerIsBetter;

    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">At first, 0 or more.</param>
    /// <param name="factor">What it is multiplied by, above 0 and below 1.</param>
    /// <param name="patience">So many figures in a row may be no better before it shrinks, 0 or more.</param>
    /// <param name="threshold">A figure is better only where it is so by this share of the best, in [0, 1).</param>
    /// <param name="largerIsBetter">Whether larger figures are better, as those of accuracy.</param>
    /// <param name="least">The learning rate does not go below this, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ReduceOnPlateau(double learningRate, double factor = 0.1, int patience = 10, double threshold = 1e-4, bool largerIsBetter = false, double least = 0)
    {
        LearningRate = Ranges.NotNegative(learningRate, "Learning rate");
        this.factor = factor is > 0 and < 1 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), $"Factor: expected a number above 0 and below 1, got {factor.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
        this.patience = (int)Ranges.AtLeast(0, patience, "Patience");
        this.threshold = Ranges.Share(threshold, "Threshold");
        this.least = Ranges.NotNegative(least, "Least learning rate");
        this.largerIsBetter = largerIsBetter;
        Best = largerIsBetter ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <summary>The learning rate of now.</summary>
    public double LearningRate { get; private set; }

    /// <summary>The best figure so far; infinite before the first.</summary>
    public double Best { get; private set; }

    /// <summary>How many figures in a row were no better.</summary>
    public int Waited { get; private set; }

    /// <summary>Takes the next figure, and tells the learning rate to go on with.</summary>
    /// <param name="figure">Such as the validation loss after an epoch. One that is no number is no better than any.</param>
    public double Next(double figure)
    {
        bool isBetter = largerIsBetter ? figure > Best * (1 + threshold) : figure < Best * (1 - threshold);
        if (isBetter)
            (Best, Waited) = (figure, 0);
        else
            Waited++;
        if (Waited <= patience)
            return LearningRate;
        Waited = 0;
        double lower = Math.Max(LearningRate * factor, least);
        if (LearningRate - lower > LeastChange)
            LearningRate = lower;
        return LearningRate;
    }

    /// <summary>Goes back to a state that was saved with a run: the values of the properties of the same names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the count is negative.</exception>
    public void Restore(double learningRate, double best, int waited)
    {
        Ranges.NotNegative(learningRate, "Learning rate");
        Ranges.AtLeast(0, waited, "Waited");
        (LearningRate, Best, Waited) = (learningRate, best, waited);
    }
}
