using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The C-cells of 1980, which respond to a feature near by, whatever its exact place: u = ψ[(1 + p) / (1 + v) - 1].</summary>
/// <remarks>
/// p(n, k) = Σ_ν d(ν) · u_S(n + ν, k), v(n) = (1/K) Σ_k p(n, k), the lateral inhibition, and ψ[x] = x/(α + x) for x above 0,
/// else 0. Fukushima, "Neocognitron", Biological Cybernetics 36, 1980, section 2.
/// </remarks>
internal unsafe struct SaturatingCCells : IJob
{
    private const int PositionsPerItem = 64;

    private float* u;
    private int positions, planes;
    private float saturation;

    /// <summary>Computes their responses.</summary>
    /// <param name="s">Responses of the S-cells, (N, K, H, W).</param>
    /// <param name="d">The connections.</param>
    /// <param name="stride">S-cells from C-cell to C-cell.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <param name="side">C-cells in a row, and rows.</param>
    /// <param name="saturation">α, above 0.</param>
    /// <returns>(N, K, side, side), in [0, 1).</returns>
    public static Tensor Of(Tensor s, Area d, int stride, int margin, int side, float saturation)
    {
        var u = AreaSum.Of(s, d, stride, margin, side, side);
        var job = new SaturatingCCells { u = u.Pointer, planes = u.Shape[1], positions = u.Shape[0] * side * side, saturation = saturation };
        Workers.Run(ref job, (job.positions + PositionsPerItem - 1) / PositionsPerItem);
        return u;
    }

    public void Run(int item)
    {
        for (int p = item * PositionsPerItem; p < Math.Min((item + 1) * PositionsPerItem, positions); p++)
        {
            var cells = new Column { U = u + (nint)p * planes, Saturation = saturation };
            Vectors.Run(ref cells, 0, planes);
            cells.Inhibition = cells.Sum / planes;
            cells.IsSummed = true;
            Vectors.Run(ref cells, 0, planes);
        }
    }

    private struct Column : IVectorKernel
    {
        public float* U;
        public float Saturation, Sum, Inhibition;
        public bool IsSummed;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            if (!IsSummed)
            {
                V sum = S.Zero;
                for (nint k = from; k < to; k += S.Count)
                    sum = S.Add(sum, S.Load(U + k));
                Sum += S.Sum(sum);
                return;
            }

            V inhibition = S.Broadcast(Inhibition), whole = S.Broadcast(1 + Inhibition), saturation = S.Broadcast(Saturation);
            for (nint k = from; k < to; k += S.Count)
            {
                V x = S.Max(S.Div(S.Sub(S.Load(U + k), inhibition), whole), S.Zero);
                S.Store(U + k, S.Div(x, S.Add(saturation, x)));
            }
        }
    }
}
