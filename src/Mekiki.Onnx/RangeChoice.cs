namespace Mekiki.Onnx;

/// <summary>The ways to choose 8-bit numbers for values that were seen.</summary>
internal static class RangeChoice
{
    private const int Trials = 100;
    private const double LeftOut = 1e-4, LeastShare = 0.2;

    /// <summary>The way of a method: of the least value, the largest, and how many lie in each of equal parts between them.</summary>
    public static Func<float, float, long[], Quantization> Of(RangeMethod method) => method switch
    {
        RangeMethod.Percentile => Percentile,
        RangeMethod.Mse => LeastError,
        _ => static (least, most, _) => Quantization.OfRange(least, most),
    };

    private static Quantization Percentile(float least, float most, long[] counts)
    {
        double width = ((double)most - least) / counts.Length;
        long cut = (long)(counts.Sum() * LeftOut), below = 0, above = 0;
        int first = 0, last = counts.Length - 1;
        while (first < last && below + counts[first] <= cut)
            below += counts[first++];
        while (last > first && above + counts[last] <= cut)
            above += counts[last--];
        return Quantization.OfRange((float)(least + first * width), (float)(least + (last + 1) * width));
    }

    // Within the range an error is uniform, scale² / 12; beyond it is the distance.
    private static Quantization LeastError(float least, float most, long[] counts)
    {
        double width = ((double)most - least) / counts.Length, bestError = double.PositiveInfinity;
        var best = Quantization.OfRange(least, most);
        for (int trial = Trials; trial > 0; trial--)
        {
            float share = (float)(LeastShare + (1 - LeastShare) * trial / Trials);
            var tried = Quantization.OfRange(least * share, most * share);
            double error = 0, low = tried.Real(0), high = tried.Real(255), inside = (double)tried.Scale * tried.Scale / 12;
            for (int b = 0; b < counts.Length; b++)
            {
                double x = least + (b + 0.5) * width, outside = x < low ? low - x : x > high ? x - high : 0;
                error += counts[b] * (outside > 0 ? outside * outside : inside);
            }

            if (error < bestError)
                (best, bestError) = (tried, error);
        }

        return best;
    }
}
