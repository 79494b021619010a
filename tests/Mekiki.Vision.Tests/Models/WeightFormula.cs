using System.Text;
using Mekiki.Files;

namespace Mekiki.Vision.Tests.Models;

/// <summary>The weights and images with which the reference logits were computed: hashes of tensor's name and place.</summary>
internal static class WeightFormula
{
    /// <summary>Elements in [low, high): Murmur3's finalizer over j · 2654435761 + crc32(name).</summary>
    public static float[] Fill(string name, int count, double low, double high)
    {
        uint start = Crc32.Of(Encoding.UTF8.GetBytes(name));
        var values = new float[count];
        Parallel.For(0, (count + 0xFFFF) / 0x10000, block =>
        {
            for (int j = block * 0x10000; j < Math.Min(count, (block + 1) * 0x10000); j++)
            {
                uint x = unchecked((uint)j * 2654435761u + start);
                x ^= x >> 16;
                x *= 0x85EBCA6B;
                x ^= x >> 13;
                x *= 0xC2B2AE35;
                x ^= x >> 16;
                values[j] = (float)(x / 4294967296.0 * (high - low) + low);
            }
        });
        return values;
    }

    /// <summary>The tensor of a state-dict key.</summary>
    /// <param name="key">PyTorch's key.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="gain">2 for residual networks of many blocks, 6 for the others.</param>
    public static Tensor Of(string key, int[] shape, int gain)
    {
        if (key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            return Tensor.From([0L], []);
        int count = shape.Aggregate(1, (a, b) => a * b);
        double bound = Math.Sqrt(gain / (count / (double)shape[0]));
        (double low, double high) =
            shape.Length == 1 && (key.EndsWith("running_var", StringComparison.Ordinal) || key.EndsWith("weight", StringComparison.Ordinal)) ? (0.9, 1.1)
            : shape.Length == 1 ? (-0.1, 0.1)
            : (-bound, bound);
        return Tensor.From(Fill(key, count, low, high), shape);
    }
}
