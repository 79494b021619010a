namespace Mekiki.Vision.Evaluation;

/// <summary>A figure and where it lies with 95 % confidence.</summary>
/// <param name="Value">What was measured.</param>
/// <param name="Interval">Where it lies if images of the same kind are tried again.</param>
public readonly record struct Estimate(double Value, Interval Interval);
