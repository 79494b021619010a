using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Threading;
using Mekiki.Operations;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>V-cells, which inhibit the S-cells of a position: v(n) = √(Σ_κ Σ_ν c(ν) · u(n + ν, κ)²), the root of the mean square of what those receive.</summary>
/// <remarks>Fukushima, "Neocognitron", Biological Cybernetics 36, 1980, section 2; the same in Neurocomputing 51, 2003.</remarks>
internal unsafe struct VCells : IJob
{
    private const int PositionsPerItem = 256;

    private float* x, y;
    private int positions, planes;

    /// <summary>Computes their responses.</summary>
    /// <param name="u">What the S-cells receive, (N, C, H, W).</param>
    /// <param name="c">Of each position, how much it counts; for all C planes alike.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <returns>(N, 1, H', W'), as many positions as a convolution with this margin has.</returns>
    public static Tensor Of(Tensor u, Area c, int margin)
    {
        u = LayoutOperation.Images(u);
        var squares = Tensor.Empty([u.Shape[0], 1, u.Shape[2], u.Shape[3]], Backends.Layout.ChannelsLast);
        var job = new VCells { x = u.Pointer, y = squares.Pointer, planes = u.Shape[1], positions = squares.Count };
        Workers.Run(ref job, (squares.Count + PositionsPerItem - 1) / PositionsPerItem);
        GC.KeepAlive(u);
        int less = c.Side - 1 - 2 * margin;
        return AreaSum.Of(squares, c, stride: 1, margin, u.Shape[2] - less, u.Shape[3] - less).Sqrt();
    }

    public readonly void Run(int item)
    {
        for (int p = item * PositionsPerItem; p < Math.Min((item + 1) * PositionsPerItem, positions); p++)
            y[p] = SquareSum.OfFew(x + (nint)p * planes, planes);
    }
}
