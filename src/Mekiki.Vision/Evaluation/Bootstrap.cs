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
        double[][] drawn = Draw(sample.GroupOf, sample.Groups, w => sample.Compute(w), seed);
        return [.. Enumerable.Range(0, FigureSample.Count).Select(figure => IntervalOf(drawn, figure))];
    }

    /// <summary>The figures of each draw.</summary>
    /// <param name="groupOf">Of each image, its group in [0, <paramref name="groups"/>).</param>
    /// <param name="groups">How many groups there are.</param>
    /// <param name="compute">All figures, where an image counts as often as its weight says.</param>
    /// <param name="seed">Equal seeds give equal draws.</param>
    /// <param name="cost">Work for each image.</param>
    public static double[][] Draw(int[] groupOf, int groups, Func<int[], double[]> compute, ulong seed, int cost = 1)
    {
        int images = groupOf.Length, draws = (int)Math.Clamp(Work / images / cost, Least, Most);
        var values = new double[draws][];
        Parallel.For(0, draws, () => (Weights: new int[images], Counts: new int[groups]), (draw, _, own) =>
        {
            Array.Clear(own.Counts);
            var generator = new Generator(seed, Purpose, (ulong)draw);
            for (int i = 0; i < own.Counts.Length; i++)
                own.Counts[generator.NextInt32(own.Counts.Length)]++;
            for (int i = 0; i < images; i++)
                own.Weights[i] = own.Counts[groupOf[i]];
            values[draw] = compute(own.Weights);
            return own;
        }, _ => { });
        return values;
    }

    /// <summary>The 95 % interval of a figure of draws; draws without it do not count.</summary>
    public static Interval IntervalOf(double[][] drawn, int figure)
    {
        double[] sorted = [.. drawn.Select(v => v[figure]).Where(v => !double.IsNaN(v)).Order()];
        return sorted.Length == 0 ? new(double.NaN, double.NaN) : new(Quantile(sorted, 0.025), Quantile(sorted, 0.975));
    }

    /// <summary>How probable it is that a difference is none: twice the share of draws, with one more that is none, on the rarer side of 0.</summary>
    public static double ChanceOf(double[][] drawn, int figure)
    {
        double[] values = [.. drawn.Select(v => v[figure]).Where(v => !double.IsNaN(v))];
        int rarer = Math.Min(values.Count(v => v <= 0), values.Count(v => v >= 0));
        return Math.Min(1, 2.0 * (rarer + 1) / (values.Length + 1));
    }

    /// <summary>Groups with numbers from 0 on, in the order in which they come.</summary>
    public static (int[] GroupOf, int Groups) GroupsOf(ReadOnlySpan<int> groups)
    {
        var index = new Dictionary<int, int>();
        var groupOf = new int[groups.Length];
        for (int i = 0; i < groups.Length; i++)
            if (!index.TryGetValue(groups[i], out groupOf[i]))
                index[groups[i]] = groupOf[i] = index.Count;
        return (groupOf, index.Count);
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
