using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Input connections of planes that learn a feature at once: a = c(ν) · X(ν, κ) / |X|, where |X|² = Σ c(ν) · X(ν, κ)².</summary>
/// <remarks>
/// Then e = s · v, s the cosine between stimulus and feature under the weights c, and b = 1; both are multiplied by a gain, the
/// papers' q, which tells how strong a stimulus must be. Fukushima, Neurocomputing 51, 2003.
/// </remarks>
internal sealed class Connections(SLayer layer)
{
    private readonly List<float> a = [];

    /// <summary>How many planes have learnt.</summary>
    public int Planes { get; private set; }

    /// <summary>Adds a plane for what a cell receives.</summary>
    /// <param name="u">Responses of the layer before to one stimulus, (C, H, W) in that order.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="top">The area's first row; it may lie outside.</param>
    /// <param name="left">The area's first column.</param>
    /// <remarks>A cell that receives nothing adds none.</remarks>
    public void Learn(ReadOnlySpan<float> u, int height, int width, int top, int left)
    {
        int side = layer.C.Side, first = a.Count, planes = layer.Connections / (side * side);
        double norm = 0;
        for (int k = 0; k < planes; k++)
            for (int i = 0; i < side; i++)
                for (int j = 0; j < side; j++)
                {
                    int y = top + i, x = left + j;
                    float value = (uint)y < (uint)height && (uint)x < (uint)width ? u[(k * height + y) * width + x] : 0;
                    float c = layer.C.Strengths[i * side + j];
                    norm += (double)c * value * value;
                    a.Add(c * value);
                }

        if (norm == 0)
        {
            CollectionsMarshal.SetCount(a, first);
            return;
        }

        float scale = (float)(1 / Math.Sqrt(norm));
        foreach (ref float value in CollectionsMarshal.AsSpan(a)[first..])
            value *= scale;
        Planes++;
    }

    /// <summary>The connections of planes as weights of a convolution, (K - first, C, h, w).</summary>
    public Tensor Weights(int first = 0)
    {
        int side = layer.C.Side;
        return Tensor.From(CollectionsMarshal.AsSpan(a)[(first * layer.Connections)..], [Planes - first, layer.Connections / (side * side), side, side]);
    }

    /// <summary>Gives the layer all planes.</summary>
    public void ConnectTo(SLayer layer, float gain)
    {
        float[] excitatory = [.. a], inhibitory = new float[Planes];
        foreach (ref float value in excitatory.AsSpan())
            value *= gain;
        inhibitory.AsSpan().Fill(gain);
        layer.Connect(excitatory, inhibitory);
    }
}
