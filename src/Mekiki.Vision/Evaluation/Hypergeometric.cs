namespace Mekiki.Vision.Evaluation;

/// <summary>How many of the marked ones are drawn, where some of all are drawn without replacement.</summary>
internal static class Hypergeometric
{
    /// <summary>P(X ≤ k), X the number of marked ones among <paramref name="drawn"/>.</summary>
    /// <param name="k">0 or more.</param>
    /// <param name="drawn">How many are drawn.</param>
    /// <param name="rest">How many are not drawn.</param>
    /// <param name="marked">How many of all are marked.</param>
    public static double AtMost(int k, int drawn, int rest, int marked)
    {
        double sum = 0, all = LogChoose(drawn + (double)rest, marked);
        for (int x = Math.Max(0, marked - rest); x <= Math.Min(k, Math.Min(drawn, marked)); x++)
            sum += Math.Exp(LogChoose(drawn, x) + LogChoose(rest, marked - x) - all);
        return Math.Min(1, sum);
    }

    /// <summary>Fisher's exact test, two-sided as twice the lesser tail: how probable so extreme a number of marked ones among those drawn is by chance.</summary>
    public static double TwoSided(int k, int drawn, int rest, int marked) =>
        Math.Min(1, 2 * Math.Min(AtMost(k, drawn, rest, marked), 1 - (k == 0 ? 0 : AtMost(k - 1, drawn, rest, marked))));

    private static double LogChoose(double n, double k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    // log n!: Stirling's series, exact to 1e-10 from 20 on.
    private static double LogFactorial(double n)
    {
        if (n < 20)
        {
            double log = 0;
            for (int i = 2; i <= n; i++)
                log += Math.Log(i);
            return log;
        }

        double x = n + 1;
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x) + 1 / (1260 * Math.Pow(x, 5));
    }
}
