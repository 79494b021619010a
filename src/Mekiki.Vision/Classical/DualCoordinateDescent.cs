namespace Mekiki.Vision.Classical;

/// <summary>Solves a linear support vector machine by its dual, one vector at a time.</summary>
/// <remarks>
/// Hsieh, Chang, Lin, Keerthi, Sundararajan, "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008:
/// algorithm 3 (with shrinking, section 3.2) in random order (section 3.1), the bias as one more feature of value 1.
/// </remarks>
internal sealed class DualCoordinateDescent
{
    private readonly float[][] rows;
    private readonly int[] labels;
    private readonly double[] lengths;     // Q̄_ii = |x|² + 1 + D_ii
    private readonly SvmOptions options;
    private readonly ulong seed;
    private readonly double diagonal, most;

    public DualCoordinateDescent(float[][] rows, int[] labels, SvmOptions options, ulong seed)
    {
        (this.rows, this.labels, this.options, this.seed) = (rows, labels, options, seed);
        diagonal = options.IsSquared ? 1 / (2 * options.C) : 0;
        most = options.IsSquared ? double.PositiveInfinity : options.C;
        lengths = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            lengths[i] = Rows.Dot(rows[i], rows[i]) + 1.0 + diagonal;
    }

    /// <summary>Finds w and b of a class against all others.</summary>
    /// <param name="positive">The class.</param>
    /// <param name="weight">Receives w; it begins with zeros.</param>
    /// <param name="cancellation">Ends it after a pass, with whatever it has.</param>
    /// <returns>b.</returns>
    public float Solve(int positive, Span<float> weight, CancellationToken cancellation)
    {
        double[] alpha = new double[rows.Length];
        int[] order = [.. Enumerable.Range(0, rows.Length)];
        int active = order.Length;
        double bias = 0, shrinkAbove = double.PositiveInfinity, shrinkBelow = double.NegativeInfinity;
        for (int pass = 0; pass < options.Passes && !cancellation.IsCancellationRequested; pass++)
        {
            var generator = new Generator([seed, (ulong)positive, (ulong)pass]);
            generator.Shuffle(order.AsSpan(0, active));
            double largest = double.NegativeInfinity, least = double.PositiveInfinity;
            for (int s = 0; s < active; s++)
            {
                int i = order[s];
                double y = labels[i] == positive ? 1 : -1;
                var x = rows[i];
                double gradient = y * (Rows.Dot(weight, x) + bias) - 1 + diagonal * alpha[i];
                if ((alpha[i] == 0 && gradient > shrinkAbove) || (alpha[i] == most && gradient < shrinkBelow))
                {
                    (order[s], order[active - 1]) = (order[active - 1], order[s]);
                    active--;
                    s--;
                    continue;
                }

                double projected = alpha[i] == 0 ? Math.Min(gradient, 0) : alpha[i] == most ? Math.Max(gradient, 0) : gradient;
                (largest, least) = (Math.Max(largest, projected), Math.Min(least, projected));
                if (Math.Abs(projected) <= 1e-12)
                    continue;
                double before = alpha[i];
                alpha[i] = Math.Clamp(before - gradient / lengths[i], 0, most);
                double change = (alpha[i] - before) * y;
                Rows.AddScaled(x, (float)change, weight);
                bias += change;
            }

            if (largest - least > options.Tolerance)
            {
                (shrinkAbove, shrinkBelow) = (largest > 0 ? largest : double.PositiveInfinity, least < 0 ? least : double.NegativeInfinity);
                continue;
            }

            if (active == order.Length)
                break;
            // The end among those that are left: once more with all.
            (active, shrinkAbove, shrinkBelow) = (order.Length, double.PositiveInfinity, double.NegativeInfinity);
        }

        return (float)bias;
    }
}
