using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The C-cells of 1980, which respond to a feature near by, whatever its exact place: u = ψ[(1 + p) / (1 + v) - 1].</summary>
/// <remarks>
/// p(n, k) = Σ_ν d(ν) · u_S(n + ν, k), v(n) = (1/K) Σ_k p(n, k), the lateral inhibition, and ψ[x] = x/(α + x) for x above 0,
/// else 0. Fukushima, "Neocognitron", Biological Cybernetics 36, 1980, section 2.
/// </remarks>
internal static class SaturatingCCells
{
    private const int PositionsPerItem = 64;

    /// <summary>Computes their responses.</summary>
    /// <param name="s">Responses of the S-cells, (N, H, W, K).</param>
    /// <param name="d">The connections.</param>
    /// <param name="stride">S-cells from C-cell to C-cell.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <param name="side">C-cells in a row, and rows.</param>
    /// <param name="saturation">α, above 0.</param>
    /// <returns>(N, K, side, side), in [0, 1).</returns>
    public static Tensor Of(SResponses s, Area d, int stride, int margin, int side, float saturation)
    {
        using var u = new AreaSum(d, stride, margin, side, side).Of(s);
        Threads.For((u.Positions + PositionsPerItem - 1) / PositionsPerItem, item =>
        {
            var all = u.All;
            for (int p = item * PositionsPerItem; p < Math.Min((item + 1) * PositionsPerItem, u.Positions); p++)
            {
                var own = all.Slice(p * u.Planes, u.Planes);
                var column = new Column { U = own, Inhibition = Rows.Sum(own) / u.Planes, Saturation = saturation };
                Lanes.Run(ref column, u.Planes);
            }
        });
        return u.ToTensor();
    }

    private ref struct Column : IRowLoop
    {
        public Span<float> U;
        public float Inhibition, Saturation;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float u = ref MemoryMarshal.GetReference(U);
            V inhibition = S.Create(Inhibition), whole = S.Create(1 + Inhibition), saturation = S.Create(Saturation), zero = S.Create(0);
            for (int k = from; k < to; k += S.Count)
            {
                V x = S.Max(S.Divide(S.Subtract(S.Load(ref u, k), inhibition), whole), zero);
                S.Store(S.Divide(x, S.Add(saturation, x)), ref u, k);
            }
        }
    }
}
