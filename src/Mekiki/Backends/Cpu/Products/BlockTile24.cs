using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>The loop of <see cref="BlockTile{V, S}"/> for 24 columns, as many networks have them: a register of 512 bits and one of 256, and rows are read once.</summary>
internal static unsafe class BlockTile24
{
    private const int Half = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows12(in BlockWork t)
    {
        nint aStep = t.AStep, bStep = t.BStep;
        float* a0 = t.A, c = t.C, panel = t.B + t.NextPanel;
        for (int tile = 0; tile < t.Tiles; tile++, a0 += 12 * t.ARow, c += 12 * t.CRow)
        {
            BlockTile<Vector512<float>, Simd512>.AskForResults(c + 12 * t.CRow, t.CRow, 12);
            Vector512<float> c0a, c1a, c2a, c3a, c4a, c5a, c6a, c7a, c8a, c9a, c10a, c11a;
            Vector256<float> c0b, c1b, c2b, c3b, c4b, c5b, c6b, c7b, c8b, c9b, c10b, c11b;
            if (t.Add)
            {
                float* from = c;
                c0a = Vector512.Load(from); c0b = Vector256.Load(from + Half); from += t.CRow;
                c1a = Vector512.Load(from); c1b = Vector256.Load(from + Half); from += t.CRow;
                c2a = Vector512.Load(from); c2b = Vector256.Load(from + Half); from += t.CRow;
                c3a = Vector512.Load(from); c3b = Vector256.Load(from + Half); from += t.CRow;
                c4a = Vector512.Load(from); c4b = Vector256.Load(from + Half); from += t.CRow;
                c5a = Vector512.Load(from); c5b = Vector256.Load(from + Half); from += t.CRow;
                c6a = Vector512.Load(from); c6b = Vector256.Load(from + Half); from += t.CRow;
                c7a = Vector512.Load(from); c7b = Vector256.Load(from + Half); from += t.CRow;
                c8a = Vector512.Load(from); c8b = Vector256.Load(from + Half); from += t.CRow;
                c9a = Vector512.Load(from); c9b = Vector256.Load(from + Half); from += t.CRow;
                c10a = Vector512.Load(from); c10b = Vector256.Load(from + Half); from += t.CRow;
                c11a = Vector512.Load(from); c11b = Vector256.Load(from + Half);
            }
            else if (t.Bias != null)
            {
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = Vector512.Load(t.Bias);
                c0b = c1b = c2b = c3b = c4b = c5b = c6b = c7b = c8b = c9b = c10b = c11b = Vector256.Load(t.Bias + Half);
            }
            else
            {
                c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = c8a = c9a = c10a = c11a = Vector512<float>.Zero;
                c0b = c1b = c2b = c3b = c4b = c5b = c6b = c7b = c8b = c9b = c10b = c11b = Vector256<float>.Zero;
            }

            float* a1 = a0 + t.ARow, a2 = a1 + t.ARow, a3 = a2 + t.ARow, a4 = a3 + t.ARow, a5 = a4 + t.ARow, a6 = a5 + t.ARow, a7 = a6 + t.ARow, a8 = a7 + t.ARow, a9 = a8 + t.ARow, a10 = a9 + t.ARow, a11 = a10 + t.ARow;
            float* next = a0 + 12 * t.ARow;
            for (int run = 0; run < t.RunCount; run++)
            {
                nint at = t.ARuns[run];
                float* b = t.B + t.BRuns[run];
                for (int k = t.Count; k > 0; k--, at += aStep, b += bStep, next += t.RowsAhead, panel += t.PanelAhead)
                {
                    BlockTile<Vector512<float>, Simd512>.AskFor(next, panel);
                    var ba = Vector512.Load(b);
                    var bb = Vector256.Load(b + Half);
                    var x0 = Vector512.Create(a0[at]);
                    c0a = Vector512.MultiplyAddEstimate(x0, ba, c0a); c0b = Vector256.MultiplyAddEstimate(x0.GetLower(), bb, c0b);
                    var x1 = Vector512.Create(a1[at]);
                    c1a = Vector512.MultiplyAddEstimate(x1, ba, c1a); c1b = Vector256.MultiplyAddEstimate(x1.GetLower(), bb, c1b);
                    var x2 = Vector512.Create(a2[at]);
                    c2a = Vector512.MultiplyAddEstimate(x2, ba, c2a); c2b = Vector256.MultiplyAddEstimate(x2.GetLower(), bb, c2b);
                    var x3 = Vector512.Create(a3[at]);
                    c3a = Vector512.MultiplyAddEstimate(x3, ba, c3a); c3b = Vector256.MultiplyAddEstimate(x3.GetLower(), bb, c3b);
                    var x4 = Vector512.Create(a4[at]);
                    c4a = Vector512.MultiplyAddEstimate(x4, ba, c4a); c4b = Vector256.MultiplyAddEstimate(x4.GetLower(), bb, c4b);
                    var x5 = Vector512.Create(a5[at]);
                    c5a = Vector512.MultiplyAddEstimate(x5, ba, c5a); c5b = Vector256.MultiplyAddEstimate(x5.GetLower(), bb, c5b);
                    var x6 = Vector512.Create(a6[at]);
                    c6a = Vector512.MultiplyAddEstimate(x6, ba, c6a); c6b = Vector256.MultiplyAddEstimate(x6.GetLower(), bb, c6b);
                    var x7 = Vector512.Create(a7[at]);
                    c7a = Vector512.MultiplyAddEstimate(x7, ba, c7a); c7b = Vector256.MultiplyAddEstimate(x7.GetLower(), bb, c7b);
                    var x8 = Vector512.Create(a8[at]);
                    c8a = Vector512.MultiplyAddEstimate(x8, ba, c8a); c8b = Vector256.MultiplyAddEstimate(x8.GetLower(), bb, c8b);
                    var x9 = Vector512.Create(a9[at]);
                    c9a = Vector512.MultiplyAddEstimate(x9, ba, c9a); c9b = Vector256.MultiplyAddEstimate(x9.GetLower(), bb, c9b);
                    var x10 = Vector512.Create(a10[at]);
                    c10a = Vector512.MultiplyAddEstimate(x10, ba, c10a); c10b = Vector256.MultiplyAddEstimate(x10.GetLower(), bb, c10b);
                    var x11 = Vector512.Create(a11[at]);
                    c11a = Vector512.MultiplyAddEstimate(x11, ba, c11a); c11b = Vector256.MultiplyAddEstimate(x11.GetLower(), bb, c11b);
                }
            }

            if (t.IsBound)
            {
                Vector512<float> floor = Vector512.Create(t.Floor), ceiling = Vector512.Create(t.Ceiling);
                c0a = Simd512.Min(ceiling, Simd512.Max(floor, c0a)); c0b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c0b));
                c1a = Simd512.Min(ceiling, Simd512.Max(floor, c1a)); c1b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c1b));
                c2a = Simd512.Min(ceiling, Simd512.Max(floor, c2a)); c2b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c2b));
                c3a = Simd512.Min(ceiling, Simd512.Max(floor, c3a)); c3b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c3b));
                c4a = Simd512.Min(ceiling, Simd512.Max(floor, c4a)); c4b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c4b));
                c5a = Simd512.Min(ceiling, Simd512.Max(floor, c5a)); c5b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c5b));
                c6a = Simd512.Min(ceiling, Simd512.Max(floor, c6a)); c6b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c6b));
                c7a = Simd512.Min(ceiling, Simd512.Max(floor, c7a)); c7b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c7b));
                c8a = Simd512.Min(ceiling, Simd512.Max(floor, c8a)); c8b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c8b));
                c9a = Simd512.Min(ceiling, Simd512.Max(floor, c9a)); c9b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c9b));
                c10a = Simd512.Min(ceiling, Simd512.Max(floor, c10a)); c10b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c10b));
                c11a = Simd512.Min(ceiling, Simd512.Max(floor, c11a)); c11b = Simd256.Min(ceiling.GetLower(), Simd256.Max(floor.GetLower(), c11b));
            }

            float* to = c;
            c0a.Store(to); c0b.Store(to + Half); to += t.CRow;
            c1a.Store(to); c1b.Store(to + Half); to += t.CRow;
            c2a.Store(to); c2b.Store(to + Half); to += t.CRow;
            c3a.Store(to); c3b.Store(to + Half); to += t.CRow;
            c4a.Store(to); c4b.Store(to + Half); to += t.CRow;
            c5a.Store(to); c5b.Store(to + Half); to += t.CRow;
            c6a.Store(to); c6b.Store(to + Half); to += t.CRow;
            c7a.Store(to); c7b.Store(to + Half); to += t.CRow;
            c8a.Store(to); c8b.Store(to + Half); to += t.CRow;
            c9a.Store(to); c9b.Store(to + Half); to += t.CRow;
            c10a.Store(to); c10b.Store(to + Half); to += t.CRow;
            c11a.Store(to); c11b.Store(to + Half);
        }
    }
}
