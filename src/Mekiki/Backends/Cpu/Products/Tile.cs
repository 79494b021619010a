using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>What the accumulators of a tile start from.</summary>
internal enum TileStart
{
    /// <summary>0.</summary>
    Zero,

    /// <summary>The bias of each column.</summary>
    Bias,

    /// <summary>What stands in C.</summary>
    Sum,
}

/// <summary>One tile of a product: c_j[0..columns) = start + Σ_run Σ_k a_j[ARuns[run] + k AStep] · b[BRuns[run] + k BStep + 0..columns).</summary>
internal unsafe struct TileWork
{
    public float** A, C;
    public float* B, Bias;
    public nint* ARuns, BRuns;
    public nint AStep, BStep;
    public int Count, RunCount;
    public TileStart Start;

    /// <summary>What is asked for ahead at each k, from the last row, in floats: what the next tile reads.</summary>
    public nint Ahead;
}

/// <summary>The one multiply-add loop behind convolutions and matrix products: a tile of sums held in registers.</summary>
/// <remarks>
/// Rows are places in memory (pixels of a convolution, rows of a matrix), columns are lanes of vectors; each step loads the
/// columns' vectors once and one value for each row. Twelve rows of two vectors fill 24 of the 32 registers of AVX-512 and
/// NEON; six rows fill 12 of the 16 of AVX2 and SSE.
/// </remarks>
internal static unsafe class Tile<V, S> where V : struct where S : ISimd<V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows12x2(in TileWork t)
    {
        V c0a, c0b, c1a, c1b, c2a, c2b, c3a, c3b, c4a, c4b, c5a, c5b, c6a, c6b, c7a, c7b, c8a, c8b, c9a, c9b, c10a, c10b, c11a, c11b;
        switch (t.Start)
        {
            case TileStart.Zero:
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Zero;
                c0b = c1b = c2b = c3b = c4b = c5b = c6b = c7b = c8b = c9b = c10b = c11b = S.Zero;
                break;
            case TileStart.Bias:
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Load(t.Bias);
                c0b = c1b = c2b = c3b = c4b = c5b = c6b = c7b = c8b = c9b = c10b = c11b = S.Load(t.Bias + S.Count);
                break;
            default:
                c0a = S.Load(t.C[0]); c0b = S.Load(t.C[0] + S.Count);
                c1a = S.Load(t.C[1]); c1b = S.Load(t.C[1] + S.Count);
                c2a = S.Load(t.C[2]); c2b = S.Load(t.C[2] + S.Count);
                c3a = S.Load(t.C[3]); c3b = S.Load(t.C[3] + S.Count);
                c4a = S.Load(t.C[4]); c4b = S.Load(t.C[4] + S.Count);
                c5a = S.Load(t.C[5]); c5b = S.Load(t.C[5] + S.Count);
                c6a = S.Load(t.C[6]); c6b = S.Load(t.C[6] + S.Count);
                c7a = S.Load(t.C[7]); c7b = S.Load(t.C[7] + S.Count);
                c8a = S.Load(t.C[8]); c8b = S.Load(t.C[8] + S.Count);
                c9a = S.Load(t.C[9]); c9b = S.Load(t.C[9] + S.Count);
                c10a = S.Load(t.C[10]); c10b = S.Load(t.C[10] + S.Count);
                c11a = S.Load(t.C[11]); c11b = S.Load(t.C[11] + S.Count);
                break;
        }

        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3], a4 = t.A[4], a5 = t.A[5], a6 = t.A[6], a7 = t.A[7], a8 = t.A[8], a9 = t.A[9], a10 = t.A[10], a11 = t.A[11], ahead = a11 + t.Ahead;
        nint aStep = t.AStep, bStep = t.BStep;
        for (int run = 0; run < t.RunCount; run++)
        {
            nint at = t.ARuns[run];
            float* b = t.B + t.BRuns[run];
            for (int k = t.Count; k > 0; k--, at += aStep, b += bStep)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(ahead + at);
                V ba = S.Load(b), bb = S.Load(b + S.Count);
                V x0 = S.Broadcast(a0[at]);
                c0a = S.Fma(x0, ba, c0a); c0b = S.Fma(x0, bb, c0b);
                V x1 = S.Broadcast(a1[at]);
                c1a = S.Fma(x1, ba, c1a); c1b = S.Fma(x1, bb, c1b);
                V x2 = S.Broadcast(a2[at]);
                c2a = S.Fma(x2, ba, c2a); c2b = S.Fma(x2, bb, c2b);
                V x3 = S.Broadcast(a3[at]);
                c3a = S.Fma(x3, ba, c3a); c3b = S.Fma(x3, bb, c3b);
                V x4 = S.Broadcast(a4[at]);
                c4a = S.Fma(x4, ba, c4a); c4b = S.Fma(x4, bb, c4b);
                V x5 = S.Broadcast(a5[at]);
                c5a = S.Fma(x5, ba, c5a); c5b = S.Fma(x5, bb, c5b);
                V x6 = S.Broadcast(a6[at]);
                c6a = S.Fma(x6, ba, c6a); c6b = S.Fma(x6, bb, c6b);
                V x7 = S.Broadcast(a7[at]);
                c7a = S.Fma(x7, ba, c7a); c7b = S.Fma(x7, bb, c7b);
                V x8 = S.Broadcast(a8[at]);
                c8a = S.Fma(x8, ba, c8a); c8b = S.Fma(x8, bb, c8b);
                V x9 = S.Broadcast(a9[at]);
                c9a = S.Fma(x9, ba, c9a); c9b = S.Fma(x9, bb, c9b);
                V x10 = S.Broadcast(a10[at]);
                c10a = S.Fma(x10, ba, c10a); c10b = S.Fma(x10, bb, c10b);
                V x11 = S.Broadcast(a11[at]);
                c11a = S.Fma(x11, ba, c11a); c11b = S.Fma(x11, bb, c11b);
            }
        }

        S.Store(t.C[0], c0a); S.Store(t.C[0] + S.Count, c0b);
        S.Store(t.C[1], c1a); S.Store(t.C[1] + S.Count, c1b);
        S.Store(t.C[2], c2a); S.Store(t.C[2] + S.Count, c2b);
        S.Store(t.C[3], c3a); S.Store(t.C[3] + S.Count, c3b);
        S.Store(t.C[4], c4a); S.Store(t.C[4] + S.Count, c4b);
        S.Store(t.C[5], c5a); S.Store(t.C[5] + S.Count, c5b);
        S.Store(t.C[6], c6a); S.Store(t.C[6] + S.Count, c6b);
        S.Store(t.C[7], c7a); S.Store(t.C[7] + S.Count, c7b);
        S.Store(t.C[8], c8a); S.Store(t.C[8] + S.Count, c8b);
        S.Store(t.C[9], c9a); S.Store(t.C[9] + S.Count, c9b);
        S.Store(t.C[10], c10a); S.Store(t.C[10] + S.Count, c10b);
        S.Store(t.C[11], c11a); S.Store(t.C[11] + S.Count, c11b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows12x1(in TileWork t)
    {
        V c0a, c1a, c2a, c3a, c4a, c5a, c6a, c7a, c8a, c9a, c10a, c11a;
        switch (t.Start)
        {
            case TileStart.Zero:
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Zero;
                break;
            case TileStart.Bias:
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Load(t.Bias);
                break;
            default:
                c0a = S.Load(t.C[0]);
                c1a = S.Load(t.C[1]);
                c2a = S.Load(t.C[2]);
                c3a = S.Load(t.C[3]);
                c4a = S.Load(t.C[4]);
                c5a = S.Load(t.C[5]);
                c6a = S.Load(t.C[6]);
                c7a = S.Load(t.C[7]);
                c8a = S.Load(t.C[8]);
                c9a = S.Load(t.C[9]);
                c10a = S.Load(t.C[10]);
                c11a = S.Load(t.C[11]);
                break;
        }

        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3], a4 = t.A[4], a5 = t.A[5], a6 = t.A[6], a7 = t.A[7], a8 = t.A[8], a9 = t.A[9], a10 = t.A[10], a11 = t.A[11], ahead = a11 + t.Ahead;
        nint aStep = t.AStep, bStep = t.BStep;
        for (int run = 0; run < t.RunCount; run++)
        {
            nint at = t.ARuns[run];
            float* b = t.B + t.BRuns[run];
            for (int k = t.Count; k > 0; k--, at += aStep, b += bStep)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(ahead + at);
                V ba = S.Load(b);
                c0a = S.Fma(S.Broadcast(a0[at]), ba, c0a);
                c1a = S.Fma(S.Broadcast(a1[at]), ba, c1a);
                c2a = S.Fma(S.Broadcast(a2[at]), ba, c2a);
                c3a = S.Fma(S.Broadcast(a3[at]), ba, c3a);
                c4a = S.Fma(S.Broadcast(a4[at]), ba, c4a);
                c5a = S.Fma(S.Broadcast(a5[at]), ba, c5a);
                c6a = S.Fma(S.Broadcast(a6[at]), ba, c6a);
                c7a = S.Fma(S.Broadcast(a7[at]), ba, c7a);
                c8a = S.Fma(S.Broadcast(a8[at]), ba, c8a);
                c9a = S.Fma(S.Broadcast(a9[at]), ba, c9a);
                c10a = S.Fma(S.Broadcast(a10[at]), ba, c10a);
                c11a = S.Fma(S.Broadcast(a11[at]), ba, c11a);
            }
        }

        S.Store(t.C[0], c0a);
        S.Store(t.C[1], c1a);
        S.Store(t.C[2], c2a);
        S.Store(t.C[3], c3a);
        S.Store(t.C[4], c4a);
        S.Store(t.C[5], c5a);
        S.Store(t.C[6], c6a);
        S.Store(t.C[7], c7a);
        S.Store(t.C[8], c8a);
        S.Store(t.C[9], c9a);
        S.Store(t.C[10], c10a);
        S.Store(t.C[11], c11a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows6x2(in TileWork t)
    {
        V c0a, c0b, c1a, c1b, c2a, c2b, c3a, c3b, c4a, c4b, c5a, c5b;
        switch (t.Start)
        {
            case TileStart.Zero:
                c0a = c1a = c2a = c3a = c4a = c5a = S.Zero;
                c0b = c1b = c2b = c3b = c4b = c5b = S.Zero;
                break;
            case TileStart.Bias:
                c0a = c1a = c2a = c3a = c4a = c5a = S.Load(t.Bias);
                c0b = c1b = c2b = c3b = c4b = c5b = S.Load(t.Bias + S.Count);
                break;
            default:
                c0a = S.Load(t.C[0]); c0b = S.Load(t.C[0] + S.Count);
                c1a = S.Load(t.C[1]); c1b = S.Load(t.C[1] + S.Count);
                c2a = S.Load(t.C[2]); c2b = S.Load(t.C[2] + S.Count);
                c3a = S.Load(t.C[3]); c3b = S.Load(t.C[3] + S.Count);
                c4a = S.Load(t.C[4]); c4b = S.Load(t.C[4] + S.Count);
                c5a = S.Load(t.C[5]); c5b = S.Load(t.C[5] + S.Count);
                break;
        }

        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3], a4 = t.A[4], a5 = t.A[5], ahead = a5 + t.Ahead;
        nint aStep = t.AStep, bStep = t.BStep;
        for (int run = 0; run < t.RunCount; run++)
        {
            nint at = t.ARuns[run];
            float* b = t.B + t.BRuns[run];
            for (int k = t.Count; k > 0; k--, at += aStep, b += bStep)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(ahead + at);
                V ba = S.Load(b), bb = S.Load(b + S.Count);
                V x0 = S.Broadcast(a0[at]);
                c0a = S.Fma(x0, ba, c0a); c0b = S.Fma(x0, bb, c0b);
                V x1 = S.Broadcast(a1[at]);
                c1a = S.Fma(x1, ba, c1a); c1b = S.Fma(x1, bb, c1b);
                V x2 = S.Broadcast(a2[at]);
                c2a = S.Fma(x2, ba, c2a); c2b = S.Fma(x2, bb, c2b);
                V x3 = S.Broadcast(a3[at]);
                c3a = S.Fma(x3, ba, c3a); c3b = S.Fma(x3, bb, c3b);
                V x4 = S.Broadcast(a4[at]);
                c4a = S.Fma(x4, ba, c4a); c4b = S.Fma(x4, bb, c4b);
                V x5 = S.Broadcast(a5[at]);
                c5a = S.Fma(x5, ba, c5a); c5b = S.Fma(x5, bb, c5b);
            }
        }

        S.Store(t.C[0], c0a); S.Store(t.C[0] + S.Count, c0b);
        S.Store(t.C[1], c1a); S.Store(t.C[1] + S.Count, c1b);
        S.Store(t.C[2], c2a); S.Store(t.C[2] + S.Count, c2b);
        S.Store(t.C[3], c3a); S.Store(t.C[3] + S.Count, c3b);
        S.Store(t.C[4], c4a); S.Store(t.C[4] + S.Count, c4b);
        S.Store(t.C[5], c5a); S.Store(t.C[5] + S.Count, c5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows6x1(in TileWork t)
    {
        V c0a, c1a, c2a, c3a, c4a, c5a;
        switch (t.Start)
        {
            case TileStart.Zero:
                c0a = c1a = c2a = c3a = c4a = c5a = S.Zero;
                break;
            case TileStart.Bias:
                c0a = c1a = c2a = c3a = c4a = c5a = S.Load(t.Bias);
                break;
            default:
                c0a = S.Load(t.C[0]);
                c1a = S.Load(t.C[1]);
                c2a = S.Load(t.C[2]);
                c3a = S.Load(t.C[3]);
                c4a = S.Load(t.C[4]);
                c5a = S.Load(t.C[5]);
                break;
        }

        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3], a4 = t.A[4], a5 = t.A[5], ahead = a5 + t.Ahead;
        nint aStep = t.AStep, bStep = t.BStep;
        for (int run = 0; run < t.RunCount; run++)
        {
            nint at = t.ARuns[run];
            float* b = t.B + t.BRuns[run];
            for (int k = t.Count; k > 0; k--, at += aStep, b += bStep)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(ahead + at);
                V ba = S.Load(b);
                c0a = S.Fma(S.Broadcast(a0[at]), ba, c0a);
                c1a = S.Fma(S.Broadcast(a1[at]), ba, c1a);
                c2a = S.Fma(S.Broadcast(a2[at]), ba, c2a);
                c3a = S.Fma(S.Broadcast(a3[at]), ba, c3a);
                c4a = S.Fma(S.Broadcast(a4[at]), ba, c4a);
                c5a = S.Fma(S.Broadcast(a5[at]), ba, c5a);
            }
        }

        S.Store(t.C[0], c0a);
        S.Store(t.C[1], c1a);
        S.Store(t.C[2], c2a);
        S.Store(t.C[3], c3a);
        S.Store(t.C[4], c4a);
        S.Store(t.C[5], c5a);
    }
    /// <summary>What is left of the rows when tiles are full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x2(in TileWork t)
    {
        V c0a, c0b, c1a, c1b, c2a, c2b, c3a, c3b;
        switch (t.Start)
        {
            case TileStart.Zero:
                c0a = c1a = c2a = c3a = c0b = c1b = c2b = c3b = S.Zero;
                break;
            case TileStart.Bias:
                c0a = c1a = c2a = c3a = S.Load(t.Bias);
                c0b = c1b = c2b = c3b = S.Load(t.Bias + S.Count);
                break;
            default:
                c0a = S.Load(t.C[0]); c0b = S.Load(t.C[0] + S.Count);
                c1a = S.Load(t.C[1]); c1b = S.Load(t.C[1] + S.Count);
                c2a = S.Load(t.C[2]); c2b = S.Load(t.C[2] + S.Count);
                c3a = S.Load(t.C[3]); c3b = S.Load(t.C[3] + S.Count);
                break;
        }

        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
        nint aStep = t.AStep, bStep = t.BStep;
        for (int run = 0; run < t.RunCount; run++)
        {
            nint at = t.ARuns[run];
            float* b = t.B + t.BRuns[run];
            for (int k = t.Count; k > 0; k--, at += aStep, b += bStep)
            {
                V ba = S.Load(b), bb = S.Load(b + S.Count);
                V x0 = S.Broadcast(a0[at]);
                c0a = S.Fma(x0, ba, c0a); c0b = S.Fma(x0, bb, c0b);
                V x1 = S.Broadcast(a1[at]);
                c1a = S.Fma(x1, ba, c1a); c1b = S.Fma(x1, bb, c1b);
                V x2 = S.Broadcast(a2[at]);
                c2a = S.Fma(x2, ba, c2a); c2b = S.Fma(x2, bb, c2b);
                V x3 = S.Broadcast(a3[at]);
                c3a = S.Fma(x3, ba, c3a); c3b = S.Fma(x3, bb, c3b);
            }
        }

        S.Store(t.C[0], c0a); S.Store(t.C[0] + S.Count, c0b);
        S.Store(t.C[1], c1a); S.Store(t.C[1] + S.Count, c1b);
        S.Store(t.C[2], c2a); S.Store(t.C[2] + S.Count, c2b);
        S.Store(t.C[3], c3a); S.Store(t.C[3] + S.Count, c3b);
    }
}
