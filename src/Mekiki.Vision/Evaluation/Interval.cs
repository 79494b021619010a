namespace Mekiki.Vision.Evaluation;

/// <summary>Where a figure lies with 95 % confidence, given that it was measured on a part of all images.</summary>
/// <example>
/// <code>
/// var interval = Interval.Wilson(share: 0.998, images: 12782);
/// Console.WriteLine($"{interval.Low:P2} to {interval.High:P2}");
/// </code>
/// </example>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>The 97.5 % point of the normal distribution: 95 % lie between minus and plus this.</summary>
    internal const double Z = 1.959963984540054;

    /// <summary>Of a share of independent images.</summary>
    /// <remarks>
    /// (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n), z = 1.96. Wilson, "Probable Inference, the Law of Succession, and Statistical
    /// Inference", JASA 22, 1927. Unlike p ± z √(p(1 - p)/n) it is right near 0 and 1 and for few images.
    /// </remarks>
    /// <param name="share">p, in [0, 1].</param>
    /// <param name="images">n; not necessarily whole, see <see cref="OfGroups"/>. 0: nothing is known, [0, 1].</param>
    public static Interval Wilson(double share, double images)
    {
        if (!(images > 0))
            return new(0, 1);
        double z2 = Z * Z / images, middle = share + z2 / 2, half = Z * Math.Sqrt(share * (1 - share) / images + z2 / (4 * images));
        return new(Math.Max(0, (middle - half) / (1 + z2)), Math.Min(1, (middle + half) / (1 + z2)));
    }

    /// <summary>Of a share of images that come in groups, which are independent.</summary>
    /// <remarks>
    /// The variance is G/(G - 1) Σ_g (Σ_{i in g} (e_i - ē))² / N²; Wilson's interval is then of so many independent images as would have it:
    /// p(1 - p) / variance. Liang, Zeger, "Longitudinal Data Analysis Using Generalized Linear Models", Biometrika 73, 1986; effective
    /// sample size: Kish, "Survey Sampling", 1965, section 8.2. Without any error, or without any success, nothing is known of the
    /// variance: then each group counts as one image.
    /// </remarks>
    /// <param name="isRight">Of each image, whether it counts.</param>
    /// <param name="groups">Of each image, its group, 0 or more.</param>
    /// <exception cref="ArgumentException">There are not as many groups as images.</exception>
    public static Interval OfGroups(ReadOnlySpan<bool> isRight, ReadOnlySpan<int> groups)
    {
        if (isRight.Length != groups.Length)
            throw new ArgumentException($"expected a group for each of {isRight.Length:N0} images, got {groups.Length:N0}", nameof(groups));
        double right = 0;
        foreach (bool one in isRight)
            right += one ? 1 : 0;
        if (isRight.Length == 0)
            return new(0, 1);
        double share = right / isRight.Length;
        var values = new double[isRight.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = isRight[i] ? 1 : 0;
        var (variance, count) = MeanVariance(values, groups);
        double effective = share is 0 or 1 ? count : variance > 0 ? share * (1 - share) / variance : count;
        return Wilson(share, Math.Min(effective, isRight.Length));
    }

    /// <summary>Of a mean of values of images that come in groups, which are independent: mean ± 1.96 standard errors, the variance as in <see cref="OfGroups"/>.</summary>
    /// <param name="values">Of each image.</param>
    /// <param name="groups">Of each image, its group, 0 or more.</param>
    internal static Interval OfMean(ReadOnlySpan<double> values, ReadOnlySpan<int> groups)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        double mean = sum / Math.Max(1, values.Length), half = Z * Math.Sqrt(MeanVariance(values, groups).Variance);
        return new(mean - half, mean + half);
    }

    // The variance of the mean, and the number of groups.
    private static (double Variance, int Groups) MeanVariance(ReadOnlySpan<double> values, ReadOnlySpan<int> groups)
    {
        double mean = 0;
        foreach (double value in values)
            mean += value;
        mean /= Math.Max(1, values.Length);
        var sums = new Dictionary<int, double>();
        for (int i = 0; i < values.Length; i++)
            sums[groups[i]] = sums.GetValueOrDefault(groups[i]) + values[i] - mean;
        double squares = 0;
        foreach (double sum in sums.Values)
            squares += sum * sum;
        int count = sums.Count;
        return (count < 2 ? 0 : (double)count / (count - 1) * squares / ((double)values.Length * values.Length), count);
    }
}
