using System.Runtime.CompilerServices;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>F(2x2, 3x3): 16 multiplications for 4 pixels, in place of 36. Pixels become at most 1,020, weights 9 times as large; sums come out four times.</summary>
internal readonly unsafe struct WinogradForm2 : IWinogradForm
{
    /// <inheritdoc/>
    public static int Side => 2;

    /// <inheritdoc/>
    public static ReadOnlySpan<int> G => [2, 0, 0, 1, 1, 1, 1, -1, 1, 0, 0, 2];

    /// <inheritdoc/>
    public static int MostSum => (1 << 29) - 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pixels<W, H>(byte* x, nint row, nint pixel, short* to, nint position, short* work) where W : struct where H : IShorts<W>
    {
        // Column by column of Bᵀ d B, made of two columns of d each.
        Column<W, H>(x, x + 2 * pixel, row, to, position, isSum: false);
        Column<W, H>(x + pixel, x + 2 * pixel, row, to + position, position, isSum: true);
        Column<W, H>(x + 2 * pixel, x + pixel, row, to + 2 * position, position, isSum: false);
        Column<W, H>(x + pixel, x + 3 * pixel, row, to + 3 * position, position, isSum: false);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums<V, L>(int* m, nint position, int* terms, int* sums, nint columns) where V : struct where L : ILanes<V>
    {
        V term = L.Load(terms);
        Rows<V, L>(m, position, out V top0, out V bottom0);
        Rows<V, L>(m + position, position, out V top1, out V bottom1);
        Rows<V, L>(m + 2 * position, position, out V top2, out V bottom2);
        Rows<V, L>(m + 3 * position, position, out V top3, out V bottom3);
        L.Store(sums, L.Add(L.ShiftRight(L.Add(L.Add(top0, top1), top2), 2), term));
        L.Store(sums + columns, L.Add(L.ShiftRight(L.Subtract(L.Subtract(top1, top2), top3), 2), term));
        L.Store(sums + 2 * columns, L.Add(L.ShiftRight(L.Add(L.Add(bottom0, bottom1), bottom2), 2), term));
        L.Store(sums + 3 * columns, L.Add(L.ShiftRight(L.Subtract(L.Subtract(bottom1, bottom2), bottom3), 2), term));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<W, H>(byte* a, byte* b, nint row, short* to, nint position, bool isSum) where W : struct where H : IShorts<W>
    {
        W a0 = H.LoadBytes(a), a1 = H.LoadBytes(a + row), a2 = H.LoadBytes(a + 2 * row), a3 = H.LoadBytes(a + 3 * row);
        W b0 = H.LoadBytes(b), b1 = H.LoadBytes(b + row), b2 = H.LoadBytes(b + 2 * row), b3 = H.LoadBytes(b + 3 * row);
        W d0 = isSum ? H.Add(a0, b0) : H.Subtract(a0, b0), d1 = isSum ? H.Add(a1, b1) : H.Subtract(a1, b1);
        W d2 = isSum ? H.Add(a2, b2) : H.Subtract(a2, b2), d3 = isSum ? H.Add(a3, b3) : H.Subtract(a3, b3);
        H.Store(to, H.Subtract(d0, d2));
        H.Store(to + 4 * position, H.Add(d1, d2));
        H.Store(to + 8 * position, H.Subtract(d2, d1));
        H.Store(to + 12 * position, H.Subtract(d1, d3));
    }

    // A column of Aᵀ m.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<V, L>(int* m, nint position, out V top, out V bottom) where V : struct where L : ILanes<V>
    {
        V m0 = L.Load(m), m1 = L.Load(m + 4 * position), m2 = L.Load(m + 8 * position), m3 = L.Load(m + 12 * position);
        top = L.Add(L.Add(m0, m1), m2);
        bottom = L.Subtract(L.Subtract(m1, m2), m3);
    }
}
