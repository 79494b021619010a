using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Norms of single examples, and images of other sizes.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage NormalizeRows(in RowNormSizes s, Storage x, Storage? gamma, Storage? beta, out Storage statistics)
    {
        double[] from = Of(x), y = new double[x.Length], kept = new double[2 * s.Rows];
        for (int i = 0; i < s.Rows; i++)
        {
            double mean = 0, variance = 0;
            for (int j = 0; j < s.Columns; j++)
                mean += from[i * s.Columns + j] / s.Columns;
            for (int j = 0; j < s.Columns; j++)
                variance += Math.Pow(from[i * s.Columns + j] - mean, 2) / s.Columns;
            (kept[2 * i], kept[2 * i + 1]) = (mean, 1 / Math.Sqrt(variance + s.Epsilon));
            for (int j = 0; j < s.Columns; j++)
            {
                int p = (i % s.Groups * s.Columns + j) / s.Repeat;
                y[i * s.Columns + j] = (from[i * s.Columns + j] - mean) * kept[2 * i + 1] * (gamma is null ? 1 : Of(gamma)[p]) + (beta is null ? 0 : Of(beta)[p]);
            }
        }

        statistics = Store(kept);
        return Store(y);
    }

    /// <inheritdoc/>
    /// <remarks>With n = (x - mean) / deviation and g = gamma dy: dx = (g - mean(g) - n mean(n g)) / deviation.</remarks>
    public override Storage NormalizeRowsGradient(in RowNormSizes s, Storage x, Storage? gamma, Storage statistics, Storage dy, out Storage? dGamma, out Storage? dBeta)
    {
        double[] dx = new double[x.Length], byScale = new double[s.Parameters], byShift = new double[s.Parameters];
        for (int i = 0; i < s.Rows; i++)
        {
            double mean = Of(statistics)[2 * i], inverse = Of(statistics)[2 * i + 1], sum = 0, dot = 0;
            for (int j = 0; j < s.Columns; j++)
            {
                int at = i * s.Columns + j, p = (i % s.Groups * s.Columns + j) / s.Repeat;
                double normal = (Of(x)[at] - mean) * inverse, g = Of(dy)[at] * (gamma is null ? 1 : Of(gamma)[p]);
                sum += g / s.Columns;
                dot += g * normal / s.Columns;
                byScale[p] += Of(dy)[at] * normal;
                byShift[p] += Of(dy)[at];
            }

            for (int j = 0; j < s.Columns; j++)
            {
                int at = i * s.Columns + j, p = (i % s.Groups * s.Columns + j) / s.Repeat;
                dx[at] = inverse * (Of(dy)[at] * (gamma is null ? 1 : Of(gamma)[p]) - sum - (Of(x)[at] - mean) * inverse * dot);
            }
        }

        (dGamma, dBeta) = gamma is null ? (null, null) : (Store(byScale), Store(byShift));
        return Store(dx);
    }

    /// <inheritdoc/>
    public override Storage Resample(in ResampleSizes s, Storage x)
    {
        var y = new double[s.OutputLength];
        foreach (var (to, from, share) in Shares(s))
            y[to] += share * (from < 0 ? s.Value : Of(x)[from]);
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage ResampleGradient(in ResampleSizes s, Storage dy)
    {
        var dx = new double[s.InputLength];
        foreach (var (to, from, share) in Shares(s))
            if (from >= 0)
                dx[from] += share * Of(dy)[to];
        return Store(dx);
    }

    /// <summary>Which element of the result takes which share of which element; -1: of the constant.</summary>
    private static List<(int To, int From, double Share)> Shares(in ResampleSizes s)
    {
        var all = new List<(int, int, double)>();
        for (int plane = 0, to = 0; plane < s.Images * s.Channels; plane++)
            for (int i = 0; i < s.Rows.Count; i++)
                for (int j = 0; j < s.Columns.Count; j++, to++)
                {
                    if (s.Rows.Firsts[i] < 0 || s.Columns.Firsts[j] < 0)
                    {
                        all.Add((to, -1, 1));
                        continue;
                    }

                    double down = s.Rows.Shares[i], right = s.Columns.Shares[j];
                    int first = (plane * s.Height + s.Rows.Firsts[i]) * s.Width, second = (plane * s.Height + s.Rows.Seconds[i]) * s.Width;
                    all.Add((to, first + s.Columns.Firsts[j], (1 - down) * (1 - right)));
                    all.Add((to, first + s.Columns.Seconds[j], (1 - down) * right));
                    all.Add((to, second + s.Columns.Firsts[j], down * (1 - right)));
                    all.Add((to, second + s.Columns.Seconds[j], down * right));
                }

        // A share of 0 reads nothing: infinity times 0 is no number.
        all.RemoveAll(taken => taken.Item3 == 0);
        return all;
    }
}
