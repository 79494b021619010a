using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Σ x², in double precision over blocks of fixed length, which are added in order.</summary>
internal unsafe struct SquareSum : IJob
{
    private const int ChunkLength = 1 << 14, BlockLength = 1 << 10;
    private float* x;
    private double* sums;
    private nint count;

    /// <summary>Over any number of values, on all threads.</summary>
    public static double Of(float* x, nint count)
    {
        int items = (int)((count + ChunkLength - 1) / ChunkLength);
        var sums = CpuStorage.Bytes((long)items * sizeof(double));
        var job = new SquareSum { x = x, sums = (double*)sums.Pointer, count = count };
        Workers.Run(ref job, items);
        double sum = 0;
        for (int i = 0; i < items; i++)
            sum += job.sums[i];
        sums.Release();
        return sum;
    }

    /// <summary>Over few values, in single precision, on the calling thread.</summary>
    public static float OfFew(float* x, nint count)
    {
        var kernel = new Kernel { X = x };
        Vectors.Run(ref kernel, 0, count);
        return kernel.Sum;
    }

    public readonly void Run(int item)
    {
        nint from = (nint)item * ChunkLength, to = Math.Min(from + ChunkLength, count);
        double sum = 0;
        for (; from < to; from += BlockLength)
            sum += OfFew(x + from, Math.Min(BlockLength, to - from));

        sums[item] = sum;
    }

    private struct Kernel : IVectorKernel
    {
        public float* X;
        public float Sum;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V sum = S.Zero;
            for (nint i = from; i < to; i += S.Count)
                sum = S.Fma(S.Load(X + i), S.Load(X + i), sum);
            Sum += S.Sum(sum);
        }
    }
}
