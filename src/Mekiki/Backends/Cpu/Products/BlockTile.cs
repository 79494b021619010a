using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>
/// A column of tiles of a product, one or two vectors wide, whose rows lie at equal distances:
/// c_j = (c_j +) Σ_run Σ_k a_j[ARuns[run] + k AStep] · b[BRuns[run] + k BStep + 0..columns).
/// </summary>
internal unsafe struct BlockWork
{
    public float* A, B, C;
    public nint ARow, AStep, BStep, CRow;
    public nint* ARuns, BRuns;
    public int Count, RunCount, Tiles;
    public bool Add;

    /// <summary>What each column's sum begins with where nothing is added to C, or null; not in tiles of few rows.</summary>
    public float* Bias;

    /// <summary>Whether results are kept between <see cref="Floor"/> and <see cref="Ceiling"/>; not in tiles of few rows.</summary>
    public bool IsBound;

    public float Floor, Ceiling;

    /// <summary>How far the next tile's rows, and the next panel of B, are asked for ahead at each k, in floats.</summary>
    public nint RowsAhead, PanelAhead;

    /// <summary>Where the next panel lies, from B; 0: nowhere.</summary>
    public nint NextPanel;
}

/// <summary>The loops of <see cref="Tile{V, S}"/> for rows at equal distances, tile after tile in one call.</summary>
internal static unsafe class BlockTile<V, S> where V : struct where S : ISimd<V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows12x2(in BlockWork t)
    {
        nint aStep = t.AStep, bStep = t.BStep;
        float* a0 = t.A, c = t.C, panel = t.B + t.NextPanel;
        for (int tile = 0; tile < t.Tiles; tile++, a0 += 12 * t.ARow, c += 12 * t.CRow)
        {
            AskForResults(c + 12 * t.CRow, t.CRow, 12);
            V c0a, c0b, c1a, c1b, c2a, c2b, c3a, c3b, c4a, c4b, c5a, c5b, c6a, c6b, c7a, c7b, c8a, c8b, c9a, c9b, c10a, c10b, c11a, c11b;
            if (t.Add)
            {
                float* from = c;
                c0a = S.Load(from); c0b = S.Load(from + S.Count); from += t.CRow;
                c1a = S.Load(from); c1b = S.Load(from + S.Count); from += t.CRow;
                c2a = S.Load(from); c2b = S.Load(from + S.Count); from += t.CRow;
                c3a = S.Load(from); c3b = S.Load(from + S.Count); from += t.CRow;
                c4a = S.Load(from); c4b = S.Load(from + S.Count); from += t.CRow;
                c5a = S.Load(from); c5b = S.Load(from + S.Count); from += t.CRow;
                c6a = S.Load(from); c6b = S.Load(from + S.Count); from += t.CRow;
                c7a = S.Load(from); c7b = S.Load(from + S.Count); from += t.CRow;
                c8a = S.Load(from); c8b = S.Load(from + S.Count); from += t.CRow;
                c9a = S.Load(from); c9b = S.Load(from + S.Count); from += t.CRow;
                c10a = S.Load(from); c10b = S.Load(from + S.Count); from += t.CRow;
                c11a = S.Load(from); c11b = S.Load(from + S.Count);
            }
            else if (t.Bias != null)
            {
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Load(t.Bias);
                c0b = c1b = c2b = c3b = c4b = c5b = c6b = c7b = c8b = c9b = c10b = c11b = S.Load(t.Bias + S.Count);
            }
            else
            {
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Zero;
                c0b = c1b = c2b = c3b = c4b = c5b = c6b = c7b = c8b = c9b = c10b = c11b = S.Zero;
            }

            float* a1 = a0 + t.ARow, a2 = a1 + t.ARow, a3 = a2 + t.ARow, a4 = a3 + t.ARow, a5 = a4 + t.ARow, a6 = a5 + t.ARow, a7 = a6 + t.ARow, a8 = a7 + t.ARow, a9 = a8 + t.ARow, a10 = a9 + t.ARow, a11 = a10 + t.ARow;
            float* next = a0 + 12 * t.ARow;
            for (int run = 0; run < t.RunCount; run++)
            {
                nint at = t.ARuns[run];
                float* b = t.B + t.BRuns[run];
                for (int k = t.Count; k > 0; k--, at += aStep, b += bStep, next += t.RowsAhead, panel += t.PanelAhead)
                {
                    AskFor(next, panel);
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

            if (t.IsBound)
            {
                V floor = S.Broadcast(t.Floor), ceiling = S.Broadcast(t.Ceiling);
                c0a = S.Min(ceiling, S.Max(floor, c0a)); c0b = S.Min(ceiling, S.Max(floor, c0b));
                c1a = S.Min(ceiling, S.Max(floor, c1a)); c1b = S.Min(ceiling, S.Max(floor, c1b));
                c2a = S.Min(ceiling, S.Max(floor, c2a)); c2b = S.Min(ceiling, S.Max(floor, c2b));
                c3a = S.Min(ceiling, S.Max(floor, c3a)); c3b = S.Min(ceiling, S.Max(floor, c3b));
                c4a = S.Min(ceiling, S.Max(floor, c4a)); c4b = S.Min(ceiling, S.Max(floor, c4b));
                c5a = S.Min(ceiling, S.Max(floor, c5a)); c5b = S.Min(ceiling, S.Max(floor, c5b));
                c6a = S.Min(ceiling, S.Max(floor, c6a)); c6b = S.Min(ceiling, S.Max(floor, c6b));
                c7a = S.Min(ceiling, S.Max(floor, c7a)); c7b = S.Min(ceiling, S.Max(floor, c7b));
                c8a = S.Min(ceiling, S.Max(floor, c8a)); c8b = S.Min(ceiling, S.Max(floor, c8b));
                c9a = S.Min(ceiling, S.Max(floor, c9a)); c9b = S.Min(ceiling, S.Max(floor, c9b));
                c10a = S.Min(ceiling, S.Max(floor, c10a)); c10b = S.Min(ceiling, S.Max(floor, c10b));
                c11a = S.Min(ceiling, S.Max(floor, c11a)); c11b = S.Min(ceiling, S.Max(floor, c11b));
            }

            float* to = c;
            S.Store(to, c0a); S.Store(to + S.Count, c0b); to += t.CRow;
            S.Store(to, c1a); S.Store(to + S.Count, c1b); to += t.CRow;
            S.Store(to, c2a); S.Store(to + S.Count, c2b); to += t.CRow;
            S.Store(to, c3a); S.Store(to + S.Count, c3b); to += t.CRow;
            S.Store(to, c4a); S.Store(to + S.Count, c4b); to += t.CRow;
            S.Store(to, c5a); S.Store(to + S.Count, c5b); to += t.CRow;
            S.Store(to, c6a); S.Store(to + S.Count, c6b); to += t.CRow;
            S.Store(to, c7a); S.Store(to + S.Count, c7b); to += t.CRow;
            S.Store(to, c8a); S.Store(to + S.Count, c8b); to += t.CRow;
            S.Store(to, c9a); S.Store(to + S.Count, c9b); to += t.CRow;
            S.Store(to, c10a); S.Store(to + S.Count, c10b); to += t.CRow;
            S.Store(to, c11a); S.Store(to + S.Count, c11b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows12x1(in BlockWork t)
    {
        nint aStep = t.AStep, bStep = t.BStep;
        float* a0 = t.A, c = t.C, panel = t.B + t.NextPanel;
        for (int tile = 0; tile < t.Tiles; tile++, a0 += 12 * t.ARow, c += 12 * t.CRow)
        {
            AskForResults(c + 12 * t.CRow, t.CRow, 12);
            V c0a, c1a, c2a, c3a, c4a, c5a, c6a, c7a, c8a, c9a, c10a, c11a;
            if (t.Add)
            {
                float* from = c;
                c0a = S.Load(from); from += t.CRow;
                c1a = S.Load(from); from += t.CRow;
                c2a = S.Load(from); from += t.CRow;
                c3a = S.Load(from); from += t.CRow;
                c4a = S.Load(from); from += t.CRow;
                c5a = S.Load(from); from += t.CRow;
                c6a = S.Load(from); from += t.CRow;
                c7a = S.Load(from); from += t.CRow;
                c8a = S.Load(from); from += t.CRow;
                c9a = S.Load(from); from += t.CRow;
                c10a = S.Load(from); from += t.CRow;
                c11a = S.Load(from);
            }
            else if (t.Bias != null)
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Load(t.Bias);
            else
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = S.Zero;

            float* a1 = a0 + t.ARow, a2 = a1 + t.ARow, a3 = a2 + t.ARow, a4 = a3 + t.ARow, a5 = a4 + t.ARow, a6 = a5 + t.ARow, a7 = a6 + t.ARow, a8 = a7 + t.ARow, a9 = a8 + t.ARow, a10 = a9 + t.ARow, a11 = a10 + t.ARow;
            float* next = a0 + 12 * t.ARow;
            for (int run = 0; run < t.RunCount; run++)
            {
                nint at = t.ARuns[run];
                float* b = t.B + t.BRuns[run];
                for (int k = t.Count; k > 0; k--, at += aStep, b += bStep, next += t.RowsAhead, panel += t.PanelAhead)
                {
                    AskFor(next, panel);
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

            if (t.IsBound)
            {
                V floor = S.Broadcast(t.Floor), ceiling = S.Broadcast(t.Ceiling);
                c0a = S.Min(ceiling, S.Max(floor, c0a));
                c1a = S.Min(ceiling, S.Max(floor, c1a));
                c2a = S.Min(ceiling, S.Max(floor, c2a));
                c3a = S.Min(ceiling, S.Max(floor, c3a));
                c4a = S.Min(ceiling, S.Max(floor, c4a));
                c5a = S.Min(ceiling, S.Max(floor, c5a));
                c6a = S.Min(ceiling, S.Max(floor, c6a));
                c7a = S.Min(ceiling, S.Max(floor, c7a));
                c8a = S.Min(ceiling, S.Max(floor, c8a));
                c9a = S.Min(ceiling, S.Max(floor, c9a));
                c10a = S.Min(ceiling, S.Max(floor, c10a));
                c11a = S.Min(ceiling, S.Max(floor, c11a));
            }

            float* to = c;
            S.Store(to, c0a); to += t.CRow;
            S.Store(to, c1a); to += t.CRow;
            S.Store(to, c2a); to += t.CRow;
            S.Store(to, c3a); to += t.CRow;
            S.Store(to, c4a); to += t.CRow;
            S.Store(to, c5a); to += t.CRow;
            S.Store(to, c6a); to += t.CRow;
            S.Store(to, c7a); to += t.CRow;
            S.Store(to, c8a); to += t.CRow;
            S.Store(to, c9a); to += t.CRow;
            S.Store(to, c10a); to += t.CRow;
            S.Store(to, c11a);
        }
    }

    /// <summary>What is left of the rows when tiles are full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x2(in BlockWork t)
    {
        nint aStep = t.AStep, bStep = t.BStep;
        float* a0 = t.A, c0 = t.C;
        for (int tile = 0; tile < t.Tiles; tile++, a0 += 4 * t.ARow, c0 += 4 * t.CRow)
        {
            float* a1 = a0 + t.ARow, a2 = a1 + t.ARow, a3 = a2 + t.ARow, c1 = c0 + t.CRow, c2 = c1 + t.CRow, c3 = c2 + t.CRow;
            V c0a, c0b, c1a, c1b, c2a, c2b, c3a, c3b;
            if (t.Add)
            {
                c0a = S.Load(c0); c0b = S.Load(c0 + S.Count);
                c1a = S.Load(c1); c1b = S.Load(c1 + S.Count);
                c2a = S.Load(c2); c2b = S.Load(c2 + S.Count);
                c3a = S.Load(c3); c3b = S.Load(c3 + S.Count);
            }
            else
            {
                c0a = c1a = c2a = c3a = c0b = c1b = c2b = c3b = S.Zero;
            }

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

            S.Store(c0, c0a); S.Store(c0 + S.Count, c0b);
            S.Store(c1, c1a); S.Store(c1 + S.Count, c1b);
            S.Store(c2, c2a); S.Store(c2 + S.Count, c2b);
            S.Store(c3, c3a); S.Store(c3 + S.Count, c3b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows6x2(in BlockWork t)
    {
        nint aStep = t.AStep, bStep = t.BStep;
        float* a0 = t.A, c = t.C, panel = t.B + t.NextPanel;
        for (int tile = 0; tile < t.Tiles; tile++, a0 += 6 * t.ARow, c += 6 * t.CRow)
        {
            AskForResults(c + 6 * t.CRow, t.CRow, 6);
            V c0a, c0b, c1a, c1b, c2a, c2b, c3a, c3b, c4a, c4b, c5a, c5b;
            if (t.Add)
            {
                float* from = c;
                c0a = S.Load(from); c0b = S.Load(from + S.Count); from += t.CRow;
                c1a = S.Load(from); c1b = S.Load(from + S.Count); from += t.CRow;
                c2a = S.Load(from); c2b = S.Load(from + S.Count); from += t.CRow;
                c3a = S.Load(from); c3b = S.Load(from + S.Count); from += t.CRow;
                c4a = S.Load(from); c4b = S.Load(from + S.Count); from += t.CRow;
                c5a = S.Load(from); c5b = S.Load(from + S.Count);
            }
            else if (t.Bias != null)
            {
                c0a = c1a = c2a = c3a = c4a = c5a = S.Load(t.Bias);
                c0b = c1b = c2b = c3b = c4b = c5b = S.Load(t.Bias + S.Count);
            }
            else
            {
                c0a = c1a = c2a = c3a = c4a = c5a = S.Zero;
                c0b = c1b = c2b = c3b = c4b = c5b = S.Zero;
            }

            float* a1 = a0 + t.ARow, a2 = a1 + t.ARow, a3 = a2 + t.ARow, a4 = a3 + t.ARow, a5 = a4 + t.ARow;
            float* next = a0 + 6 * t.ARow;
            for (int run = 0; run < t.RunCount; run++)
            {
                nint at = t.ARuns[run];
                float* b = t.B + t.BRuns[run];
                for (int k = t.Count; k > 0; k--, at += aStep, b += bStep, next += t.RowsAhead, panel += t.PanelAhead)
                {
                    AskFor(next, panel);
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

            if (t.IsBound)
            {
                V floor = S.Broadcast(t.Floor), ceiling = S.Broadcast(t.Ceiling);
                c0a = S.Min(ceiling, S.Max(floor, c0a)); c0b = S.Min(ceiling, S.Max(floor, c0b));
                c1a = S.Min(ceiling, S.Max(floor, c1a)); c1b = S.Min(ceiling, S.Max(floor, c1b));
                c2a = S.Min(ceiling, S.Max(floor, c2a)); c2b = S.Min(ceiling, S.Max(floor, c2b));
                c3a = S.Min(ceiling, S.Max(floor, c3a)); c3b = S.Min(ceiling, S.Max(floor, c3b));
                c4a = S.Min(ceiling, S.Max(floor, c4a)); c4b = S.Min(ceiling, S.Max(floor, c4b));
                c5a = S.Min(ceiling, S.Max(floor, c5a)); c5b = S.Min(ceiling, S.Max(floor, c5b));
            }

            float* to = c;
            S.Store(to, c0a); S.Store(to + S.Count, c0b); to += t.CRow;
            S.Store(to, c1a); S.Store(to + S.Count, c1b); to += t.CRow;
            S.Store(to, c2a); S.Store(to + S.Count, c2b); to += t.CRow;
            S.Store(to, c3a); S.Store(to + S.Count, c3b); to += t.CRow;
            S.Store(to, c4a); S.Store(to + S.Count, c4b); to += t.CRow;
            S.Store(to, c5a); S.Store(to + S.Count, c5b);
        }
    }

    /// <summary>Has the next tile's rows and the next panel in the caches: rows are short, and a panel's first tile would wait for each line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AskFor(float* rows, float* panel)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(rows);
        Sse.Prefetch1(panel);
    }

    /// <summary>Has the lines of the next tile's results in the cache: one that is not there holds up the writes behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AskForResults(float* c, nint row, int rows)
    {
        if (!Sse.IsSupported)
            return;
        for (int j = 0; j < rows; j++, c += row)
        {
            Sse.Prefetch0(c);
            Sse.Prefetch0(c + S.Count);
        }
    }
}

/// <summary>Products of small matrices in the cache, at one vector width.</summary>
/// <param name="rows">Rows of a tile.</param>
/// <param name="lanes">Floats of a vector.</param>
/// <param name="wide">Tiles of two vectors.</param>
/// <param name="narrow">Tiles of one vector, or null.</param>
/// <param name="half">Tiles of half a vector, or null.</param>
/// <param name="uneven">Tiles of a vector and a half, or null.</param>
/// <param name="few">Tiles of two vectors and <see cref="TileKernels.FewRows"/> rows.</param>
internal readonly unsafe struct BlockKernels(int rows, int lanes, delegate*<in BlockWork, void> wide, delegate*<in BlockWork, void> narrow, delegate*<in BlockWork, void> half, delegate*<in BlockWork, void> uneven, delegate*<in BlockWork, void> few)
{
    /// <summary>Those of <see cref="VectorWidth.Bits"/>.</summary>
    public static BlockKernels Current => VectorWidth.Bits switch
    {
        _ when VectorWidth.Is512 => new(12, 16, &BlockTile<Vector512<float>, Simd512>.Rows12x2, &BlockTile<Vector512<float>, Simd512>.Rows12x1, &BlockTile<Vector256<float>, Simd256>.Rows12x1, &BlockTile24.Rows12, &BlockTile<Vector512<float>, Simd512>.Rows4x2),
        _ when VectorWidth.Is256 => new(6, 8, &BlockTile<Vector256<float>, Simd256>.Rows6x2, null, null, null, &BlockTile<Vector256<float>, Simd256>.Rows4x2),
        _ when AdvSimd.IsSupported => new(12, 4, &BlockTile<Vector128<float>, Simd128>.Rows12x2, null, null, null, &BlockTile<Vector128<float>, Simd128>.Rows4x2),
        _ => new(6, 4, &BlockTile<Vector128<float>, Simd128>.Rows6x2, null, null, null, &BlockTile<Vector128<float>, Simd128>.Rows4x2),
    };

    /// <summary>The number of rows that whole tiles take.</summary>
    public int Padded(int rowCount) => (rowCount + rows - 1) / rows * rows;

    /// <summary>Columns of a panel; the last panel of a matrix may have half as many, when these are 16.</summary>
    public int Columns => 2 * lanes;

    public int Rows => rows;

    /// <summary>Whether there is a loop for so many columns that computes none in vain.</summary>
    public bool Covers(int columns) => columns == 2 * lanes || (half != null && columns % (lanes / 2) == 0);

    /// <summary>Runs whole tiles of a panel.</summary>
    /// <param name="work">The product.</param>
    /// <param name="columns">As many as a loop covers.</param>
    public void RunWhole(in BlockWork work, int columns)
    {
        var loop = columns == 2 * lanes ? wide : columns > lanes ? uneven : columns == lanes ? narrow : half;
        loop(in work);
    }

    /// <summary>Runs the product for one panel of columns.</summary>
    /// <param name="work">The product; its tiles are set here.</param>
    /// <param name="rowCount">Rows of C; those that fill the last tile are read and written too.</param>
    /// <param name="columns"><see cref="Columns"/>, or half of it.</param>
    public void Run(ref BlockWork work, int rowCount, int columns)
    {
        work.Tiles = (rowCount + rows - 1) / rows;
        if (columns <= lanes)
        {
            narrow(in work);
            return;
        }

        int rest = rowCount % rows;
        bool isFew = rest > 0 && (rest + TileKernels.FewRows - 1) / TileKernels.FewRows * TileKernels.FewRows < rows;
        if (isFew)
            work.Tiles--;
        if (work.Tiles > 0)
            wide(in work);
        if (!isFew)
            return;
        var left = work;
        left.A += work.Tiles * rows * work.ARow;
        left.C += work.Tiles * rows * work.CRow;
        left.Tiles = (rest + TileKernels.FewRows - 1) / TileKernels.FewRows;
        few(in left);
    }
}
