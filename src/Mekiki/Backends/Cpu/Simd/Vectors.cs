using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Simd;

/// <summary>A loop over elements or channels, written once for every register width.</summary>
internal interface IVectorKernel
{
    /// <summary>Handles [from, to), a whole number of registers.</summary>
    void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>;
}

/// <summary>Runs a <see cref="IVectorKernel"/> with the registers of <see cref="VectorWidth.Bits"/>, and what is left over one by one.</summary>
internal static class Vectors
{
    private const int ChunkLength = 1 << 14;

    /// <summary>Floats of a register.</summary>
    public static int Lanes => VectorWidth.Bits / 32;

    /// <summary>Handles [from, to) on the calling thread.</summary>
    public static void Run<K>(ref K kernel, nint from, nint to) where K : struct, IVectorKernel
    {
        int lanes = Lanes;
        nint end = to - (to - from) % lanes;
        if (end > from)
        {
            if (VectorWidth.Is512)
                kernel.Run<Vector512<float>, Simd512>(from, end);
            else if (VectorWidth.Is256)
                kernel.Run<Vector256<float>, Simd256>(from, end);
            else if (lanes == 4)
                kernel.Run<Vector128<float>, Simd128>(from, end);
            else
                end = from;
        }

        if (to > end)
            kernel.Run<float, SimdScalar>(end, to);
    }

    /// <summary>Handles [0, count) on all threads, in chunks of fixed length.</summary>
    public static void RunParallel<K>(ref K kernel, nint count) where K : unmanaged, IVectorKernel
    {
        if (count <= 2 * ChunkLength)
        {
            Run(ref kernel, 0, count);
            return;
        }

        var job = new Job<K> { Kernel = kernel, Count = count };
        Workers.Run(ref job, (int)((count + ChunkLength - 1) / ChunkLength));
    }

    private struct Job<K> : IJob where K : unmanaged, IVectorKernel
    {
        public K Kernel;
        public nint Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int item)
        {
            nint from = (nint)item * ChunkLength;
            Vectors.Run(ref Kernel, from, Math.Min(from + ChunkLength, Count));
        }
    }
}
