namespace Mekiki.Vision.Evaluation;

/// <summary>Intervals of figures by trying again and again as many groups as there are, drawn with replacement.</summary>
/// <remarks>The percentile interval: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3, with whole groups as the units.</remarks>
internal static class Bootstrap
{
    private const ulong Purpose = 0x424F_4F54_0000_0001; // keeps these draws apart from other uses of a seed
    private const int Most = 2000, Least = 200;
    private const double Work = 2e8;

    /// <summary>The 95 % interval of each figure; of 2,000 draws, and of fewer, 200 at least, for more than 100,000 images.</summary>
    public static Interval[] Intervals(FigureSample sample, ulong seed)
    {
        int images = sample.GroupOf.Length, draws = (int)Math.Clamp(Work / images, Least, Most);
        var values = new double[draws][];
        Parallel.For(0, draws, () => (Weights: new int[images], Counts: new int[sample.Groups]), (draw, _, own) =>
        {
            Array.Clear(own.Counts);
            var generator = new Generator(seed, Purpose, (ulong)draw);
            for (int i = 0; i < own.Counts.Length; i++)
                own.Counts[generator.NextInt32(own.Counts.Length)]++;
            for (int i = 0; i < images; i++)
                own.Weights[i] = own.Counts[sample.GroupOf[i]];
            values[draw] = sample.Compute(own.Weights);
            return own;
        }, _ => { });

        var intervals = new Interval[FigureSample.Count];
        for (int figure = 0; figure < intervals.Length; figure++)
        {
            double[] sorted = [.. values.Select(v => v[figure]).Where(v => !double.IsNaN(v)).Order()];
            intervals[figure] = sorted.Length == 0 ? new(double.NaN, double.NaN) : new(Quantile(sorted, 0.025), Quantile(sorted, 0.975));
        }

        return intervals;
    }

    // Between two values as far as the place lies between theirs.
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + (place - below) * (above - sorted[below]);
    }
}
