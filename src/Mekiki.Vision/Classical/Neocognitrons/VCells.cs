namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>V-cells, which inhibit the S-cells of a position: v(n) = √(Σ_κ Σ_ν c(ν) · u(n + ν, κ)²), the root of the mean square of what those receive.</summary>
/// <remarks>Fukushima, "Neocognitron", Biological Cybernetics 36, 1980, section 2; the same in Neurocomputing 51, 2003.</remarks>
internal static class VCells
{
    /// <summary>Computes their responses.</summary>
    /// <param name="u">What the S-cells receive, (N, C, H, W).</param>
    /// <param name="c">Of each position, how much it counts; for all C planes alike.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <returns>(N, 1, H', W'), as many positions as a convolution with this margin has.</returns>
    public static Tensor Of(Tensor u, Area c, int margin)
    {
        int planes = u.Shape[1], height = u.Shape[2], width = u.Shape[3], less = c.Side - 1 - 2 * margin;
        var x = Cells.Rows(u);
        var area = new AreaSum(c, stride: 1, margin, height - less, width - less);
        using var sums = new Cells(u.Shape[0], 1, height - less, width - less);
        Threads.For(u.Shape[0], n =>
        {
            using var memory = BufferPool.Rent(height * width * (planes + 1));
            Span<float> image = memory.Span[..(height * width * planes)], squares = memory.Span.Slice(image.Length, height * width);
            x.CopyTo(image, n * image.Length);
            for (int p = 0; p < squares.Length; p++)
                squares[p] = Rows.SumOfSquares(image.Slice(p * planes, planes));
            area.Write(squares, height, width, 1, sums.Image(n));
        });
        return sums.AsTensor().Sqrt();
    }
}
