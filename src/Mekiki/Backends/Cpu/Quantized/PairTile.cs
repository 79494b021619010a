using System.Runtime.CompilerServices;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Products of 16-bit numbers, two at a time, in tiles of sums: places by two registers of features.</summary>
/// <remarks>Twelve places fill 24 of the 32 registers of AVX-512, six 12 of the 16 of AVX2 and SSE.</remarks>
internal static unsafe class PairTile<V, L> where V : struct where L : ILanes<V>
{
    /// <summary>sums[r][0..Columns) = Σ_k x_r[k] · weights[k].</summary>
    /// <param name="x">The first place's numbers, two for each pair.</param>
    /// <param name="step">From there to the next place's.</param>
    /// <param name="places">How many places; 4 divides it.</param>
    /// <param name="pairs">Pairs of numbers.</param>
    /// <param name="weights">(pairs, 2 registers, lanes, 2).</param>
    /// <param name="sums">(places, 2 registers).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(short* x, nint step, int places, int pairs, short* weights, int* sums)
    {
        int left = places;
        for (; left >= 12; left -= 12, x += 12 * step, sums += 24 * L.Count)
            if (L.Count == 16)
                Rows12(x, step, pairs, weights, sums);
            else
            {
                Rows6(x, step, pairs, weights, sums);
                Rows6(x + 6 * step, step, pairs, weights, sums + 12 * L.Count);
            }

        for (; left > 0; left -= 4, x += 4 * step, sums += 8 * L.Count)
            Rows4(x, step, pairs, weights, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12(short* x, nint step, int pairs, short* weights, int* sums)
    {
        V s0a = L.Zero, s1a = L.Zero, s2a = L.Zero, s3a = L.Zero, s4a = L.Zero, s5a = L.Zero, s6a = L.Zero, s7a = L.Zero, s8a = L.Zero, s9a = L.Zero, s10a = L.Zero, s11a = L.Zero;
        V s0b = L.Zero, s1b = L.Zero, s2b = L.Zero, s3b = L.Zero, s4b = L.Zero, s5b = L.Zero, s6b = L.Zero, s7b = L.Zero, s8b = L.Zero, s9b = L.Zero, s10b = L.Zero, s11b = L.Zero;
        int* x0 = (int*)(x), x1 = (int*)(x + step), x2 = (int*)(x + 2 * step), x3 = (int*)(x + 3 * step), x4 = (int*)(x + 4 * step), x5 = (int*)(x + 5 * step), x6 = (int*)(x + 6 * step), x7 = (int*)(x + 7 * step), x8 = (int*)(x + 8 * step), x9 = (int*)(x + 9 * step), x10 = (int*)(x + 10 * step), x11 = (int*)(x + 11 * step);
        int n = L.Count;
        int* w = (int*)weights;
        for (nint k = 0; k < pairs; k++, w += 2 * n)
        {
            V wa = L.Load(w), wb = L.Load(w + n);
            V p0 = L.Broadcast(x0[k]);
            s0a = L.Add(s0a, L.PairProducts(p0, wa)); s0b = L.Add(s0b, L.PairProducts(p0, wb));
            V p1 = L.Broadcast(x1[k]);
            s1a = L.Add(s1a, L.PairProducts(p1, wa)); s1b = L.Add(s1b, L.PairProducts(p1, wb));
            V p2 = L.Broadcast(x2[k]);
            s2a = L.Add(s2a, L.PairProducts(p2, wa)); s2b = L.Add(s2b, L.PairProducts(p2, wb));
            V p3 = L.Broadcast(x3[k]);
            s3a = L.Add(s3a, L.PairProducts(p3, wa)); s3b = L.Add(s3b, L.PairProducts(p3, wb));
            V p4 = L.Broadcast(x4[k]);
            s4a = L.Add(s4a, L.PairProducts(p4, wa)); s4b = L.Add(s4b, L.PairProducts(p4, wb));
            V p5 = L.Broadcast(x5[k]);
            s5a = L.Add(s5a, L.PairProducts(p5, wa)); s5b = L.Add(s5b, L.PairProducts(p5, wb));
            V p6 = L.Broadcast(x6[k]);
            s6a = L.Add(s6a, L.PairProducts(p6, wa)); s6b = L.Add(s6b, L.PairProducts(p6, wb));
            V p7 = L.Broadcast(x7[k]);
            s7a = L.Add(s7a, L.PairProducts(p7, wa)); s7b = L.Add(s7b, L.PairProducts(p7, wb));
            V p8 = L.Broadcast(x8[k]);
            s8a = L.Add(s8a, L.PairProducts(p8, wa)); s8b = L.Add(s8b, L.PairProducts(p8, wb));
            V p9 = L.Broadcast(x9[k]);
            s9a = L.Add(s9a, L.PairProducts(p9, wa)); s9b = L.Add(s9b, L.PairProducts(p9, wb));
            V p10 = L.Broadcast(x10[k]);
            s10a = L.Add(s10a, L.PairProducts(p10, wa)); s10b = L.Add(s10b, L.PairProducts(p10, wb));
            V p11 = L.Broadcast(x11[k]);
            s11a = L.Add(s11a, L.PairProducts(p11, wa)); s11b = L.Add(s11b, L.PairProducts(p11, wb));
        }

        L.Store(sums, s0a); L.Store(sums + n, s0b);
        L.Store(sums + 2 * n, s1a); L.Store(sums + 3 * n, s1b);
        L.Store(sums + 4 * n, s2a); L.Store(sums + 5 * n, s2b);
        L.Store(sums + 6 * n, s3a); L.Store(sums + 7 * n, s3b);
        L.Store(sums + 8 * n, s4a); L.Store(sums + 9 * n, s4b);
        L.Store(sums + 10 * n, s5a); L.Store(sums + 11 * n, s5b);
        L.Store(sums + 12 * n, s6a); L.Store(sums + 13 * n, s6b);
        L.Store(sums + 14 * n, s7a); L.Store(sums + 15 * n, s7b);
        L.Store(sums + 16 * n, s8a); L.Store(sums + 17 * n, s8b);
        L.Store(sums + 18 * n, s9a); L.Store(sums + 19 * n, s9b);
        L.Store(sums + 20 * n, s10a); L.Store(sums + 21 * n, s10b);
        L.Store(sums + 22 * n, s11a); L.Store(sums + 23 * n, s11b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(short* x, nint step, int pairs, short* weights, int* sums)
    {
        V s0a = L.Zero, s1a = L.Zero, s2a = L.Zero, s3a = L.Zero, s4a = L.Zero, s5a = L.Zero;
        V s0b = L.Zero, s1b = L.Zero, s2b = L.Zero, s3b = L.Zero, s4b = L.Zero, s5b = L.Zero;
        int* x0 = (int*)(x), x1 = (int*)(x + step), x2 = (int*)(x + 2 * step), x3 = (int*)(x + 3 * step), x4 = (int*)(x + 4 * step), x5 = (int*)(x + 5 * step);
        int n = L.Count;
        int* w = (int*)weights;
        for (nint k = 0; k < pairs; k++, w += 2 * n)
        {
            V wa = L.Load(w), wb = L.Load(w + n);
            V p0 = L.Broadcast(x0[k]);
            s0a = L.Add(s0a, L.PairProducts(p0, wa)); s0b = L.Add(s0b, L.PairProducts(p0, wb));
            V p1 = L.Broadcast(x1[k]);
            s1a = L.Add(s1a, L.PairProducts(p1, wa)); s1b = L.Add(s1b, L.PairProducts(p1, wb));
            V p2 = L.Broadcast(x2[k]);
            s2a = L.Add(s2a, L.PairProducts(p2, wa)); s2b = L.Add(s2b, L.PairProducts(p2, wb));
            V p3 = L.Broadcast(x3[k]);
            s3a = L.Add(s3a, L.PairProducts(p3, wa)); s3b = L.Add(s3b, L.PairProducts(p3, wb));
            V p4 = L.Broadcast(x4[k]);
            s4a = L.Add(s4a, L.PairProducts(p4, wa)); s4b = L.Add(s4b, L.PairProducts(p4, wb));
            V p5 = L.Broadcast(x5[k]);
            s5a = L.Add(s5a, L.PairProducts(p5, wa)); s5b = L.Add(s5b, L.PairProducts(p5, wb));
        }

        L.Store(sums, s0a); L.Store(sums + n, s0b);
        L.Store(sums + 2 * n, s1a); L.Store(sums + 3 * n, s1b);
        L.Store(sums + 4 * n, s2a); L.Store(sums + 5 * n, s2b);
        L.Store(sums + 6 * n, s3a); L.Store(sums + 7 * n, s3b);
        L.Store(sums + 8 * n, s4a); L.Store(sums + 9 * n, s4b);
        L.Store(sums + 10 * n, s5a); L.Store(sums + 11 * n, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4(short* x, nint step, int pairs, short* weights, int* sums)
    {
        V s0a = L.Zero, s1a = L.Zero, s2a = L.Zero, s3a = L.Zero;
        V s0b = L.Zero, s1b = L.Zero, s2b = L.Zero, s3b = L.Zero;
        int* x0 = (int*)(x), x1 = (int*)(x + step), x2 = (int*)(x + 2 * step), x3 = (int*)(x + 3 * step);
        int n = L.Count;
        int* w = (int*)weights;
        for (nint k = 0; k < pairs; k++, w += 2 * n)
        {
            V wa = L.Load(w), wb = L.Load(w + n);
            V p0 = L.Broadcast(x0[k]);
            s0a = L.Add(s0a, L.PairProducts(p0, wa)); s0b = L.Add(s0b, L.PairProducts(p0, wb));
            V p1 = L.Broadcast(x1[k]);
            s1a = L.Add(s1a, L.PairProducts(p1, wa)); s1b = L.Add(s1b, L.PairProducts(p1, wb));
            V p2 = L.Broadcast(x2[k]);
            s2a = L.Add(s2a, L.PairProducts(p2, wa)); s2b = L.Add(s2b, L.PairProducts(p2, wb));
            V p3 = L.Broadcast(x3[k]);
            s3a = L.Add(s3a, L.PairProducts(p3, wa)); s3b = L.Add(s3b, L.PairProducts(p3, wb));
        }

        L.Store(sums, s0a); L.Store(sums + n, s0b);
        L.Store(sums + 2 * n, s1a); L.Store(sums + 3 * n, s1b);
        L.Store(sums + 4 * n, s2a); L.Store(sums + 5 * n, s2b);
        L.Store(sums + 6 * n, s3a); L.Store(sums + 7 * n, s3b);
    }
}
