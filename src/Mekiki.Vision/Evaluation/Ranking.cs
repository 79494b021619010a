namespace Mekiki.Vision.Evaluation;

/// <summary>How well a score separates two kinds of images.</summary>
public static class Ranking
{
    /// <summary>The area under the ROC curve: how probable it is that a positive image has a higher score than a negative one; equal scores count one half.</summary>
    /// <remarks>Mann, Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other", 1947: U / (positives x negatives).</remarks>
    /// <param name="positive">The scores of positive images.</param>
    /// <param name="negative">The scores of negative images.</param>
    /// <returns>In [0, 1]; 0.5 for a score that separates nothing, and NaN where one kind is absent.</returns>
    public static double Auroc(ReadOnlySpan<double> positive, ReadOnlySpan<double> negative)
    {
        if (positive.IsEmpty || negative.IsEmpty)
            return double.NaN;
        double[] p = positive.ToArray(), n = negative.ToArray();
        Array.Sort(p);
        Array.Sort(n);
        double wins = 0;
        for (int i = 0, below = 0, notAbove = 0; i < p.Length; i++)
        {
            while (below < n.Length && n[below] < p[i])
                below++;
            notAbove = Math.Max(notAbove, below);
            while (notAbove < n.Length && n[notAbove] <= p[i])
                notAbove++;
            wins += below + (notAbove - below) / 2.0;
        }

        return wins / ((double)p.Length * n.Length);
    }

    /// <summary>The share of negative images that are accepted by the threshold that accepts 95 % of the positive ones (FPR95).</summary>
    /// <remarks>Liang, Li, Srikant, "Enhancing the Reliability of Out-of-distribution Image Detection in Neural Networks", ICLR 2018, section 4.</remarks>
    /// <param name="positive">The scores of positive images.</param>
    /// <param name="negative">The scores of negative images.</param>
    /// <returns>In [0, 1]; NaN where one kind is absent.</returns>
    public static double FalseAcceptance(ReadOnlySpan<double> positive, ReadOnlySpan<double> negative)
    {
        if (positive.IsEmpty || negative.IsEmpty)
            return double.NaN;
        double threshold = Threshold(positive, 0.95);
        int accepted = 0;
        foreach (double score in negative)
            accepted += score >= threshold ? 1 : 0;
        return (double)accepted / negative.Length;
    }

    /// <summary>The highest threshold that so large a share of weighted scores reaches.</summary>
    /// <param name="scores">One or more.</param>
    /// <param name="share">In (0, 1].</param>
    internal static double Threshold(IReadOnlyList<(double Score, int Weight)> scores, double share)
    {
        double enough = share * scores.Sum(s => (double)s.Weight) - 1e-9, reached = 0;
        var sorted = scores.OrderByDescending(s => s.Score).ToArray();
        foreach (var (score, weight) in sorted)
            if ((reached += weight) >= enough)
                return score;
        return sorted[^1].Score;
    }

    /// <summary>The highest threshold that so large a share of scores reaches.</summary>
    /// <param name="scores">One or more.</param>
    /// <param name="share">In (0, 1].</param>
    internal static double Threshold(ReadOnlySpan<double> scores, double share)
    {
        double[] sorted = scores.ToArray();
        Array.Sort(sorted);
        int accepted = Math.Clamp((int)Math.Ceiling(share * sorted.Length - 1e-9), 1, sorted.Length);
        return sorted[sorted.Length - accepted];
    }
}
