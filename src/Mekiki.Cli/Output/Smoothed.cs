namespace Mekiki.Cli.Output;

/// <summary>A number that jumps from batch to batch, as a mean over about the last twenty: an exponential average, right from the first value on.</summary>
internal struct Smoothed
{
    private const double Past = 0.95;
    private double sum, weight;

    /// <summary>The mean; NaN before the first value.</summary>
    public readonly double Value => sum / weight;

    public void Add(double value) => (sum, weight) = (Past * sum + (1 - Past) * value, Past * weight + (1 - Past));
}
