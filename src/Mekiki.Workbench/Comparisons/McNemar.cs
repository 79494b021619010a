namespace Mekiki.Workbench.Comparisons;

/// <summary>Whether two recognizers, tried on the same images, differ by more than chance.</summary>
/// <remarks>
/// Only images that one of the two has right count: n = b + c. If neither is better, b is binomial with n and 1/2; the exact
/// two-sided p is min(1, 2 Σ_{i ≤ min(b, c)} C(n, i) / 2^n). The statistic is (|b - c| - 1)² / n, about χ² with one degree of freedom.
/// McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947; with the
/// correction for continuity of Edwards, 1948. Differs from the papers: p is the exact one, for any n.
/// </remarks>
/// <param name="OnlyFirst">b: images that only the first has right.</param>
/// <param name="OnlySecond">c: images that only the second has right.</param>
public readonly record struct McNemar(long OnlyFirst, long OnlySecond)
{
    /// <summary>(|b - c| - 1)² / (b + c); 0 without any such image.</summary>
    public double ChiSquared => OnlyFirst + OnlySecond == 0 ? 0 : Math.Pow(Math.Max(0, Math.Abs(OnlyFirst - OnlySecond) - 1), 2) / (OnlyFirst + OnlySecond);

    /// <summary>How probable so large a difference is if neither is better, in [0, 1].</summary>
    public double P
    {
        get
        {
            long n = OnlyFirst + OnlySecond, least = Math.Min(OnlyFirst, OnlySecond);
            double logTerm = n * Math.Log(0.5), sum = 0;
            for (long i = 0; i <= least; i++)
            {
                sum += Math.Exp(logTerm);
                logTerm += Math.Log((double)(n - i) / (i + 1));
            }

            return Math.Min(1, 2 * sum);
        }
    }
}
