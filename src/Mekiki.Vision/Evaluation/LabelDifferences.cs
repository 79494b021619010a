namespace Mekiki.Vision.Evaluation;

/// <summary>Two recognizers on the same images of any number of labels: what each reaches, and whether the difference is more than chance.</summary>
/// <remarks>Both are tried on the same draws of images, or of whole groups: the paired bootstrap. Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 16.</remarks>
/// <param name="MeanAveragePrecision">mAP.</param>
/// <param name="MacroF1">The mean of F1 over labels.</param>
/// <param name="MicroF1">F1 over all decisions together.</param>
/// <param name="AllRight">The share of images for which exactly their labels are predicted.</param>
public sealed record LabelDifferences(PairedDifference MeanAveragePrecision, PairedDifference MacroF1, PairedDifference MicroF1, PairedDifference AllRight)
{
    /// <summary>Compares answers.</summary>
    /// <param name="first">The first one's, one or more.</param>
    /// <param name="second">The second one's for the same images, in the same order.</param>
    /// <param name="seed">Of the bootstrap: equal seeds give equal intervals.</param>
    /// <exception cref="ArgumentException">There is no answer, or there are not as many of the second.</exception>
    public static LabelDifferences Of(LabelAnswers first, LabelAnswers second, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || first.Count != second.Count)
            throw new ArgumentException($"expected one answer or more, and as many of both, got {first.Count:N0} and {second.Count:N0}", nameof(second));
        LabelSample a = new(first), b = new(second);
        double[] ofFirst = a.Compute(a.Ones()), ofSecond = b.Compute(b.Ones());
        double[][] drawn = Bootstrap.Draw(a.GroupOf, a.Groups, w => [.. b.Compute(w).Zip(a.Compute(w), (y, x) => y - x)], seed, first.Labels.Count + second.Labels.Count);
        return new(Difference(LabelSample.MeanAveragePrecision), Difference(LabelSample.MacroF1), Difference(LabelSample.MicroF1), Difference(LabelSample.AllRight));

        PairedDifference Difference(int figure) => new(ofFirst[figure], ofSecond[figure], Bootstrap.IntervalOf(drawn, figure), Bootstrap.ChanceOf(drawn, figure));
    }
}

/// <summary>A figure of two recognizers on the same images.</summary>
/// <param name="First">The first one's.</param>
/// <param name="Second">The second one's.</param>
/// <param name="Interval">Where the second's less the first's lies with 95 % confidence.</param>
/// <param name="P">How probable so large a difference is if neither is better, in (0, 1]: twice the share of draws in which the difference has the other sign or is none.</param>
public readonly record struct PairedDifference(double First, double Second, Interval Interval, double P);
