using System.Collections.Concurrent;
using System.Numerics;

namespace Mekiki.Vision.Classical;

/// <summary>Memory for numbers between two steps, aligned for registers, that tensors can read without a copy: it is used again and again, by any thread.</summary>
internal static class BufferPool
{
    private const int SmallestLog = 12, Sizes = 32;
    private static readonly ConcurrentBag<TensorBuffer>[] kept = [.. Enumerable.Range(0, Sizes).Select(_ => new ConcurrentBag<TensorBuffer>())];

    /// <summary>Whether numbers become NaN when their buffer is given back, so that whoever reads them later is found. Tests set it.</summary>
    internal static bool ErasesOnReturn { get; set; }

    /// <summary>A buffer of at least <paramref name="count"/> numbers, whose content is arbitrary. It is the caller's until the result is disposed; no tensor that reads it may live longer.</summary>
    public static Rented Rent(int count)
    {
        int log = Math.Max(SmallestLog, BitOperations.Log2((uint)Math.Max(1, count - 1)) + 1);
        return new Rented(kept[log].TryTake(out var buffer) ? buffer : new TensorBuffer(1L << log), kept[log]);
    }

    /// <summary>A buffer for a while.</summary>
    internal readonly struct Rented(TensorBuffer buffer, ConcurrentBag<TensorBuffer> home) : IDisposable
    {
        /// <summary>All of its numbers, as many as were asked for or more.</summary>
        public Span<float> Span => buffer.Span;

        /// <summary>The first numbers as a tensor, without a copy.</summary>
        public Tensor ToTensor(Shape shape) => buffer.ToTensor(shape);

        /// <summary>Gives the buffer back.</summary>
        public void Dispose()
        {
            if (ErasesOnReturn)
                buffer.Span.Fill(float.NaN);
            home.Add(buffer);
        }
    }
}
