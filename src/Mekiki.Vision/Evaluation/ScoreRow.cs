namespace Mekiki.Vision.Evaluation;

/// <summary>The scores of one image, a row of (N, K).</summary>
internal static class ScoreRow
{
    /// <summary>The class with the largest score; of equal ones, the first; a score that is not a number is least.</summary>
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++)
            if (row[c] > row[best] || float.IsNaN(row[best]))
                best = c;
        return best;
    }

    /// <summary>e^s / Σ e^s, with the largest s taken off first.</summary>
    public static void Softmax(ReadOnlySpan<float> scores, Span<float> into)
    {
        float largest = float.NegativeInfinity;
        foreach (float score in scores)
            largest = Math.Max(largest, score);
        double sum = 0;
        for (int c = 0; c < scores.Length; c++)
            sum += into[c] = MathF.Exp(scores[c] - largest);
        for (int c = 0; c < scores.Length; c++)
            into[c] = (float)(into[c] / sum);
    }

    /// <summary>1 / (1 + e^-s) of each.</summary>
    public static void Sigmoid(ReadOnlySpan<float> scores, Span<float> into)
    {
        for (int c = 0; c < scores.Length; c++)
            into[c] = (float)(1 / (1 + Math.Exp(-(double)scores[c])));
    }

    /// <summary>The probabilities of classes, or of labels each by itself.</summary>
    public static void Probabilities(bool ofLabels, ReadOnlySpan<float> scores, Span<float> into)
    {
        if (ofLabels)
            Sigmoid(scores, into);
        else
            Softmax(scores, into);
    }

    /// <summary>log Σ e^s, with the largest s taken off first.</summary>
    public static double LogSumExp(ReadOnlySpan<float> scores)
    {
        double largest = scores[ArgMax(scores)], sum = 0;
        foreach (float score in scores)
            sum += Math.Exp(score - largest);
        return largest + Math.Log(sum);
    }
}
