using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>A loop over elements of 8 bits, written once for every register width.</summary>
internal interface IByteKernel
{
    /// <summary>Handles [from, to), a whole number of registers.</summary>
    void Run<V, L>(nint from, nint to) where V : struct where L : ILanes<V>;
}

/// <summary>Runs them.</summary>
internal static class ByteElements
{
    private const int ChunkLength = 1 << 15;

    public static void Run<K>(ref K kernel, nint count) where K : unmanaged, IByteKernel
    {
        var job = new Job<K> { Kernel = kernel, Count = count };
        int items = (int)((count + ChunkLength - 1) / ChunkLength);
        if (items <= 2)
            for (int i = 0; i < items; i++)
                job.Run(i);
        else
            Workers.Run(ref job, items);
    }

    private struct Job<K> : IJob where K : unmanaged, IByteKernel
    {
        public K Kernel;
        public nint Count;

        public void Run(int item)
        {
            nint from = (nint)item * ChunkLength, to = Math.Min(from + ChunkLength, Count), lanes = VectorWidth.Bits / 32, end = from + (to - from) / lanes * lanes;
            if (VectorWidth.Is512)
                Kernel.Run<Vector512<int>, Lanes512>(from, end);
            else if (VectorWidth.Is256)
                Kernel.Run<Vector256<int>, Lanes256>(from, end);
            else if (lanes == 4)
                Kernel.Run<Vector128<int>, Lanes128>(from, end);
            else
                end = from;
            Kernel.Run<int, LanesScalar>(end, to);
        }
    }
}

/// <summary>Real numbers to bytes.</summary>
internal unsafe struct QuantizeKernel : IByteKernel
{
    public float* X;
    public byte* Y;
    public Quantization To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V, L>(nint from, nint to) where V : struct where L : ILanes<V>
    {
        V zero = L.Broadcast(To.Zero);
        for (nint i = from; i < to; i += L.Count)
            L.StoreBytes(Y + i, L.Add(L.Steps(X + i, To.Scale, -To.Zero, 255 - To.Zero), zero));
    }
}

/// <summary>Bytes to real numbers.</summary>
internal unsafe struct DequantizeKernel : IByteKernel
{
    public byte* X;
    public float* Y;
    public Quantization From;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V, L>(nint from, nint to) where V : struct where L : ILanes<V>
    {
        V zero = L.Broadcast(From.Zero);
        for (nint i = from; i < to; i += L.Count)
            L.StoreScaled(Y + i, L.Subtract(L.LoadBytes(X + i), zero), From.Scale);
    }
}

/// <summary>Sums of bytes that stand for real numbers.</summary>
internal unsafe struct AddKernel : IByteKernel
{
    public byte* A, B, Y;
    public int AZero, BZero, Zero, Floor;
    public float AFactor, BFactor;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V, L>(nint from, nint to) where V : struct where L : ILanes<V>
    {
        V aZero = L.Broadcast(AZero), bZero = L.Broadcast(BZero), zero = L.Broadcast(Zero);
        float least = Floor - Zero, most = 255 - Zero;
        for (nint i = from; i < to; i += L.Count)
            L.StoreBytes(Y + i, L.Add(L.Blended(L.Subtract(L.LoadBytes(A + i), aZero), AFactor, L.Subtract(L.LoadBytes(B + i), bZero), BFactor, least, most), zero));
    }
}
