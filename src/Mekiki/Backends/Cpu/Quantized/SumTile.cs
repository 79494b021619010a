using System.Runtime.CompilerServices;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Tiles of sums: up to six pixels times two registers of features.</summary>
/// <remarks>12 sums, two registers of weights and one of pixels fill the 16 registers of AVX2 and SSE.</remarks>
internal static unsafe class SumTile<V, L, P, K> where V : struct where P : struct where L : ILanes<V> where K : IProducts<V, P>
{
    public static int Columns => 2 * L.Count;

    /// <summary>sums[r][0..Columns) = terms + Σ_run Σ_k x_r[runs[run] + 4k ..] · weights.</summary>
    /// <param name="x">Where the window of each pixel begins; readable for six.</param>
    /// <param name="pixels">How many pixels are left; up to six of them are computed.</param>
    /// <param name="runs">Bytes from there to each run of the window.</param>
    /// <param name="runCount">How many runs there are.</param>
    /// <param name="quads">Four bytes each, in a run.</param>
    /// <param name="weights">The panel, in the order in which it is read.</param>
    /// <param name="terms">What the sums start from.</param>
    /// <param name="sums">(6, Columns).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(byte** x, int pixels, nint* runs, int runCount, int quads, byte* weights, int* terms, int* sums)
    {
        if (pixels > 4)
            Rows6(x, runs, runCount, quads, weights, terms, sums);
        else if (pixels > 2)
            Rows4(x, runs, runCount, quads, weights, terms, sums);
        else
            Rows2(x, runs, runCount, quads, weights, terms, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(byte** x, nint* runs, int runCount, int quads, byte* weights, int* terms, int* sums)
    {
        V s0a = L.Load(terms), s0b = L.Load(terms + L.Count);
        V s1a = s0a, s2a = s0a, s3a = s0a, s4a = s0a, s5a = s0a;
        V s1b = s0b, s2b = s0b, s3b = s0b, s4b = s0b, s5b = s0b;
        byte* x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3], x4 = x[4], x5 = x[5];
        nint half = K.WeightBytes * L.Count, step = 2 * half;
        for (int run = 0; run < runCount; run++)
        {
            nint at = runs[run];
            for (int k = quads; k > 0; k--, at += 4, weights += step)
            {
                P wa = K.Load(weights), wb = K.Load(weights + half);
                P p0 = K.Broadcast(x0 + at);
                s0a = K.Add(s0a, p0, wa); s0b = K.Add(s0b, p0, wb);
                P p1 = K.Broadcast(x1 + at);
                s1a = K.Add(s1a, p1, wa); s1b = K.Add(s1b, p1, wb);
                P p2 = K.Broadcast(x2 + at);
                s2a = K.Add(s2a, p2, wa); s2b = K.Add(s2b, p2, wb);
                P p3 = K.Broadcast(x3 + at);
                s3a = K.Add(s3a, p3, wa); s3b = K.Add(s3b, p3, wb);
                P p4 = K.Broadcast(x4 + at);
                s4a = K.Add(s4a, p4, wa); s4b = K.Add(s4b, p4, wb);
                P p5 = K.Broadcast(x5 + at);
                s5a = K.Add(s5a, p5, wa); s5b = K.Add(s5b, p5, wb);
            }
        }

        int n = L.Count;
        L.Store(sums, s0a); L.Store(sums + n, s0b);
        L.Store(sums + 2 * n, s1a); L.Store(sums + 3 * n, s1b);
        L.Store(sums + 4 * n, s2a); L.Store(sums + 5 * n, s2b);
        L.Store(sums + 6 * n, s3a); L.Store(sums + 7 * n, s3b);
        L.Store(sums + 8 * n, s4a); L.Store(sums + 9 * n, s4b);
        L.Store(sums + 10 * n, s5a); L.Store(sums + 11 * n, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4(byte** x, nint* runs, int runCount, int quads, byte* weights, int* terms, int* sums)
    {
        V s0a = L.Load(terms), s0b = L.Load(terms + L.Count);
        V s1a = s0a, s2a = s0a, s3a = s0a;
        V s1b = s0b, s2b = s0b, s3b = s0b;
        byte* x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
        nint half = K.WeightBytes * L.Count, step = 2 * half;
        for (int run = 0; run < runCount; run++)
        {
            nint at = runs[run];
            for (int k = quads; k > 0; k--, at += 4, weights += step)
            {
                P wa = K.Load(weights), wb = K.Load(weights + half);
                P p0 = K.Broadcast(x0 + at);
                s0a = K.Add(s0a, p0, wa); s0b = K.Add(s0b, p0, wb);
                P p1 = K.Broadcast(x1 + at);
                s1a = K.Add(s1a, p1, wa); s1b = K.Add(s1b, p1, wb);
                P p2 = K.Broadcast(x2 + at);
                s2a = K.Add(s2a, p2, wa); s2b = K.Add(s2b, p2, wb);
                P p3 = K.Broadcast(x3 + at);
                s3a = K.Add(s3a, p3, wa); s3b = K.Add(s3b, p3, wb);
            }
        }

        int n = L.Count;
        L.Store(sums, s0a); L.Store(sums + n, s0b);
        L.Store(sums + 2 * n, s1a); L.Store(sums + 3 * n, s1b);
        L.Store(sums + 4 * n, s2a); L.Store(sums + 5 * n, s2b);
        L.Store(sums + 6 * n, s3a); L.Store(sums + 7 * n, s3b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows2(byte** x, nint* runs, int runCount, int quads, byte* weights, int* terms, int* sums)
    {
        V s0a = L.Load(terms), s0b = L.Load(terms + L.Count);
        V s1a = s0a;
        V s1b = s0b;
        byte* x0 = x[0], x1 = x[1];
        nint half = K.WeightBytes * L.Count, step = 2 * half;
        for (int run = 0; run < runCount; run++)
        {
            nint at = runs[run];
            for (int k = quads; k > 0; k--, at += 4, weights += step)
            {
                P wa = K.Load(weights), wb = K.Load(weights + half);
                P p0 = K.Broadcast(x0 + at);
                s0a = K.Add(s0a, p0, wa); s0b = K.Add(s0b, p0, wb);
                P p1 = K.Broadcast(x1 + at);
                s1a = K.Add(s1a, p1, wa); s1b = K.Add(s1b, p1, wb);
            }
        }

        int n = L.Count;
        L.Store(sums, s0a); L.Store(sums + n, s0b);
        L.Store(sums + 2 * n, s1a); L.Store(sums + 3 * n, s1b);
    }
}
