namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>V-cells, which inhibit the S-cells of a position: v(n) = √(Σ_κ Σ_ν c(ν) · u(n + ν, κ)²), the root of the mean square of what those receive.</summary>
/// <remarks>Fukushima, "Neocognitron", Biological Cybernetics 36, 1980, section 2; the same in Neurocomputing 51, 2003.</remarks>
internal static class VCells
{
    private const int PositionsPerItem = 256;

    /// <summary>Computes their responses.</summary>
    /// <param name="u">What the S-cells receive, (N, C, H, W).</param>
    /// <param name="c">Of each position, how much it counts; for all C planes alike.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <returns>(N, 1, H', W'), as many positions as a convolution with this margin has.</returns>
    public static Tensor Of(Tensor u, Area c, int margin)
    {
        using var x = Cells.Of(u);
        using var squares = new Cells(x.Count, 1, x.Height, x.Width);
        Threads.For((x.Positions + PositionsPerItem - 1) / PositionsPerItem, item =>
        {
            Span<float> all = x.All, of = squares.All;
            for (int p = item * PositionsPerItem; p < Math.Min((item + 1) * PositionsPerItem, of.Length); p++)
                of[p] = Rows.SumOfSquares(all.Slice(p * x.Planes, x.Planes));
        });
        int less = c.Side - 1 - 2 * margin;
        using var sums = AreaSum.Of(squares, c, stride: 1, margin, x.Height - less, x.Width - less);
        return sums.AsTensor().Sqrt();
    }
}
