using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;
using Mekiki.Operations;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What S-cells make of excitation e and shunting inhibition v: u = θ/(1-θ) · φ[(1 + e) / (1 + θ · b · v) - 1], φ[x] = max(x, 0).</summary>
/// <remarks>
/// Fukushima, Neurocomputing 51, 2003. With θ = r/(1+r) it is Biological Cybernetics 36, 1980, equation 1, whose
/// 2r/(1+r) goes with a Δb half as large. For strong stimuli u nears (s - θ)/(1 - θ), s the cosine between stimulus and learnt feature.
/// </remarks>
internal unsafe struct SCells : IJob
{
    private const int PositionsPerItem = 64;

    private float* u, v, b;
    private int positions, planes;
    private float threshold;

    /// <summary>Computes the responses, in the place of the excitation.</summary>
    /// <param name="excitation">e, (N, K, H, W); nothing else may use it.</param>
    /// <param name="inhibition">v, (N, 1, H, W).</param>
    /// <param name="b">(K).</param>
    /// <param name="threshold">θ, in (0, 1).</param>
    /// <returns>u, (N, K, H, W).</returns>
    public static Tensor Respond(Tensor excitation, Tensor inhibition, Tensor b, float threshold)
    {
        excitation = LayoutOperation.Images(excitation);
        var job = new SCells { u = excitation.Pointer, v = inhibition.Pointer, b = b.Pointer, planes = excitation.Shape[1], positions = inhibition.Count, threshold = threshold };
        Workers.Run(ref job, (inhibition.Count + PositionsPerItem - 1) / PositionsPerItem);
        GC.KeepAlive(inhibition);
        GC.KeepAlive(b);
        return excitation;
    }

    public void Run(int item)
    {
        for (int p = item * PositionsPerItem; p < Math.Min((item + 1) * PositionsPerItem, positions); p++)
        {
            var cells = new Column { U = u + (nint)p * planes, B = b, Inhibition = threshold * v[p], Gain = threshold / (1 - threshold) };
            Vectors.Run(ref cells, 0, planes);
        }
    }

    private struct Column : IVectorKernel
    {
        public float* U, B;
        public float Inhibition, Gain;

        // (1 + e) / (1 + h) - 1 = (e - h) / (1 + h), without the loss of digits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V inhibition = S.Broadcast(Inhibition), gain = S.Broadcast(Gain), one = S.Broadcast(1);
            for (nint k = from; k < to; k += S.Count)
            {
                V h = S.Mul(inhibition, S.Load(B + k));
                V u = S.Div(S.Sub(S.Load(U + k), h), S.Add(one, h));
                S.Store(U + k, S.Mul(gain, S.Max(u, S.Zero)));
            }
        }
    }
}
