using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What S-cells make of excitation e and shunting inhibition v: u = θ/(1-θ) · φ[(1 + e) / (1 + θ · b · v) - 1], φ[x] = max(x, 0).</summary>
/// <remarks>
/// Fukushima, Neurocomputing 51, 2003. With θ = r/(1+r) it is Biological Cybernetics 36, 1980, equation 1, whose
/// 2r/(1+r) goes with a Δb half as large. For strong stimuli u nears (s - θ)/(1 - θ), s the cosine between stimulus and learnt feature.
/// They are computed image by image, when they are read, so that what reads them finds them in the cache.
/// </remarks>
internal sealed class SResponses
{
    private readonly Tensor excitation;     // (N, H, W, K)
    private readonly float[] inhibition, b;
    private readonly float threshold;

    /// <param name="excitation">e, (N, K, H, W).</param>
    /// <param name="inhibition">v, (N, 1, H, W).</param>
    /// <param name="b">(K).</param>
    /// <param name="threshold">θ, in (0, 1).</param>
    public SResponses(Tensor excitation, Tensor inhibition, Tensor b, float threshold)
    {
        (Count, Planes, Height, Width) = (excitation.Shape[0], excitation.Shape[1], excitation.Shape[2], excitation.Shape[3]);
        this.excitation = Cells.Rows(excitation);
        (this.inhibition, this.b, this.threshold) = (inhibition.ToArray(), b.ToArray(), threshold);
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>K.</summary>
    public int Planes { get; }

    /// <summary>H.</summary>
    public int Height { get; }

    /// <summary>W.</summary>
    public int Width { get; }

    /// <summary>Responses of an image, H·W·K.</summary>
    public int Length => Height * Width * Planes;

    /// <summary>Computes the responses to an image.</summary>
    /// <param name="image">Which, in [0, N).</param>
    /// <param name="responses">Receives (H, W, K).</param>
    public void Read(int image, Span<float> responses)
    {
        int positions = Height * Width;
        excitation.CopyTo(responses[..Length], image * Length);
        for (int p = 0; p < positions; p++)
        {
            var column = new Column { U = responses.Slice(p * Planes, Planes), B = b, Inhibition = threshold * inhibition[image * positions + p], Gain = threshold / (1 - threshold) };
            Lanes.Run(ref column, Planes);
        }
    }

    /// <summary>All of them as a tensor, (N, K, H, W).</summary>
    public Tensor ToTensor()
    {
        var all = new TensorBuffer((long)Count * Length);
        Threads.For(Count, n => Read(n, all.Span.Slice(n * Length, Length)));
        return all.ToTensor([Count, Height, Width, Planes]).Permute(0, 3, 1, 2);
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
