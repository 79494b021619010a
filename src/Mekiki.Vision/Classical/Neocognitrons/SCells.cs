using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What S-cells make of excitation e and shunting inhibition v: u = θ/(1-θ) · φ[(1 + e) / (1 + θ · b · v) - 1], φ[x] = max(x, 0).</summary>
/// <remarks>
/// Fukushima, Neurocomputing 51, 2003. With θ = r/(1+r) it is Biological Cybernetics 36, 1980, equation 1, whose
/// 2r/(1+r) goes with a Δb half as large. For strong stimuli u nears (s - θ)/(1 - θ), s the cosine between stimulus and learnt feature.
/// </remarks>
internal static class SCells
{
    private const int PositionsPerItem = 64;

    /// <summary>Computes the responses.</summary>
    /// <param name="excitation">e, (N, K, H, W).</param>
    /// <param name="inhibition">v, (N, 1, H, W).</param>
    /// <param name="b">(K).</param>
    /// <param name="threshold">θ, in (0, 1).</param>
    /// <returns>u, (N, H, W, K).</returns>
    public static Cells Respond(Tensor excitation, Tensor inhibition, Tensor b, float threshold)
    {
        var u = Cells.Of(excitation);
        float[] v = inhibition.ToArray(), strengths = b.ToArray();
        Threads.For((u.Positions + PositionsPerItem - 1) / PositionsPerItem, item =>
        {
            var all = u.All;
            for (int p = item * PositionsPerItem; p < Math.Min((item + 1) * PositionsPerItem, u.Positions); p++)
            {
                var column = new Column { U = all.Slice(p * u.Planes, u.Planes), B = strengths, Inhibition = threshold * v[p], Gain = threshold / (1 - threshold) };
                Lanes.Run(ref column, u.Planes);
            }
        });
        return u;
    }

    private ref struct Column : IRowLoop
    {
        public Span<float> U;
        public ReadOnlySpan<float> B;
        public float Inhibition, Gain;

        // (1 + e) / (1 + h) - 1 = (e - h) / (1 + h), without the loss of digits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(int from, int to) where V : struct where S : ILanes<V>
        {
            ref float cells = ref MemoryMarshal.GetReference(U), b = ref MemoryMarshal.GetReference(B);
            V inhibition = S.Create(Inhibition), gain = S.Create(Gain), one = S.Create(1), zero = S.Create(0);
            for (int k = from; k < to; k += S.Count)
            {
                V h = S.Multiply(inhibition, S.Load(ref b, k));
                V u = S.Divide(S.Subtract(S.Load(ref cells, k), h), S.Add(one, h));
                S.Store(S.Multiply(gain, S.Max(u, zero)), ref cells, k);
            }
        }
    }
}
