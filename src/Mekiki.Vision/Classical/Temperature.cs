namespace Mekiki.Vision.Classical;

/// <summary>The factor that makes of scores the logits of honest probabilities.</summary>
/// <remarks>Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 4.2: its 1/T. The loss is convex in it.</remarks>
internal static class Temperature
{
    private const double Least = -3, Most = 7;     // logarithms
    private const int Steps = 60;

    /// <param name="scores">(N, K), of vectors that the scores were not learnt from.</param>
    /// <param name="labels">(N).</param>
    /// <param name="classes">K.</param>
    /// <returns>The factor in [0.05, 1097] with the least negative log-likelihood.</returns>
    public static float Fit(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes)
    {
        // The minimum of a convex function lies in the two thirds beside the lesser value.
        double low = Least, high = Most;
        for (int i = 0; i < Steps; i++)
        {
            double third = (high - low) / 3;
            if (Loss(scores, labels, classes, Math.Exp(low + third)) <= Loss(scores, labels, classes, Math.Exp(high - third)))
                high -= third;
            else
                low += third;
        }

        return (float)Math.Exp((low + high) / 2);
    }

    /// <summary>The mean negative log-likelihood, in nats, with a factor.</summary>
    public static double Loss(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes, double factor)
    {
        double loss = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            var own = scores.Slice(row * classes, classes);
            double largest = double.NegativeInfinity, sum = 0;
            foreach (float score in own)
                largest = Math.Max(largest, score);
            foreach (float score in own)
                sum += Math.Exp(factor * (score - largest));
            loss += Math.Log(sum) - factor * (own[labels[row]] - largest);
        }

        return loss / labels.Length;
    }
}
