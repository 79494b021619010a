using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Vision.Classical;

/// <summary>What a linear classifier does with long rows of numbers: products, and sums of multiples.</summary>
internal static unsafe class RowKernels
{
    /// <summary>Σ x y.</summary>
    public static float Dot(float* x, float* y, int count)
    {
        var kernel = new DotKernel { X = x, Y = y };
        Vectors.Run(ref kernel, 0, count);
        return kernel.Sum;
    }

    /// <summary>y += scale x.</summary>
    public static void AddScaled(float* x, float scale, float* y, int count)
    {
        var kernel = new AddKernel { X = x, Y = y, Scale = scale };
        Vectors.Run(ref kernel, 0, count);
    }

    private struct DotKernel : IVectorKernel
    {
        public float* X, Y;
        public float Sum;

        // Four sums that do not wait for one another.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V a = S.Zero, b = S.Zero, c = S.Zero, d = S.Zero;
            nint i = from;
            for (; i + 4 * S.Count <= to; i += 4 * S.Count)
            {
                a = S.Fma(S.Load(X + i), S.Load(Y + i), a);
                b = S.Fma(S.Load(X + i + S.Count), S.Load(Y + i + S.Count), b);
                c = S.Fma(S.Load(X + i + 2 * S.Count), S.Load(Y + i + 2 * S.Count), c);
                d = S.Fma(S.Load(X + i + 3 * S.Count), S.Load(Y + i + 3 * S.Count), d);
            }

            for (; i < to; i += S.Count)
                a = S.Fma(S.Load(X + i), S.Load(Y + i), a);
            Sum += S.Sum(S.Add(S.Add(a, b), S.Add(c, d)));
        }
    }

    private struct AddKernel : IVectorKernel
    {
        public float* X, Y;
        public float Scale;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V scale = S.Broadcast(Scale);
            for (nint i = from; i < to; i += S.Count)
                S.Store(Y + i, S.Fma(scale, S.Load(X + i), S.Load(Y + i)));
        }
    }
}
