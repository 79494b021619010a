using System.Runtime.CompilerServices;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>F(4x4, 3x3): 36 multiplications for 16 pixels, in place of 144. Pixels become at most 17,340, weights 49 times as large; sums come out up to 576 times.</summary>
/// <remarks>
/// Points 0, ±1, ±2, ∞, with the paper's B. The rows of the paper's G are multiplied by 4, -6, -6, 24, 24 and 1, so that Aᵀ has to give 24 times the sum,
/// or for its rows below 12, 6 and 6 times, in each dimension. Nine of that product is divided by modulo 2^32, where 9 has an inverse; a shift does the rest.
/// </remarks>
internal readonly unsafe struct WinogradForm4 : IWinogradForm
{
    // 9 · Ninth = 1 modulo 2^32.
    private const int Ninth = 954437177;

    /// <inheritdoc/>
    public static int Side => 4;

    /// <inheritdoc/>
    public static ReadOnlySpan<int> G => [1, 0, 0, 1, 1, 1, 1, -1, 1, 1, 2, 4, 1, -2, 4, 0, 0, 1];

    /// <inheritdoc/>
    public static int MostSum => (1 << 25) - 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels<W, H>(byte* x, nint row, nint pixel, short* to, nint position, short* work) where W : struct where H : IShorts<W>
    {
        int n = H.Count;
        for (int i = 0; i < 6; i++, x += pixel)
            Transform<W, H>(H.LoadBytes(x), H.LoadBytes(x + row), H.LoadBytes(x + 2 * row), H.LoadBytes(x + 3 * row), H.LoadBytes(x + 4 * row), H.LoadBytes(x + 5 * row), work + i * n, 6 * n);
        for (int i = 0; i < 6; i++, work += 6 * n, to += 6 * position)
            Transform<W, H>(H.Load(work), H.Load(work + n), H.Load(work + 2 * n), H.Load(work + 3 * n), H.Load(work + 4 * n), H.Load(work + 5 * n), to, position);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sums<V, L>(int* m, nint position, int* terms, int* sums, nint columns) where V : struct where L : ILanes<V>
    {
        Column<V, L>(m, position, out V a0, out V b0, out V c0, out V d0);
        Column<V, L>(m + position, position, out V a1, out V b1, out V c1, out V d1);
        Column<V, L>(m + 2 * position, position, out V a2, out V b2, out V c2, out V d2);
        Column<V, L>(m + 3 * position, position, out V a3, out V b3, out V c3, out V d3);
        Column<V, L>(m + 4 * position, position, out V a4, out V b4, out V c4, out V d4);
        Column<V, L>(m + 5 * position, position, out V a5, out V b5, out V c5, out V d5);
        V term = L.Load(terms);
        Row<V, L>(a0, a1, a2, a3, a4, a5, 3, term, sums, columns);
        Row<V, L>(b0, b1, b2, b3, b4, b5, 2, term, sums + 4 * columns, columns);
        Row<V, L>(c0, c1, c2, c3, c4, c5, 1, term, sums + 8 * columns, columns);
        Row<V, L>(d0, d1, d2, d3, d4, d5, 1, term, sums + 12 * columns, columns);
    }

    // Bᵀ d.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform<W, H>(W d0, W d1, W d2, W d3, W d4, W d5, short* to, nint step) where W : struct where H : IShorts<W>
    {
        W even = H.Subtract(d4, d2), odd = H.Subtract(d3, d1), twice = H.Add(odd, odd);
        W evenFour = H.Subtract(d4, H.Four(d2)), oddFour = H.Subtract(d3, H.Four(d1));
        H.Store(to, H.Add(H.Four(H.Subtract(d0, d2)), even));
        H.Store(to + step, H.Add(evenFour, oddFour));
        H.Store(to + 2 * step, H.Subtract(evenFour, oddFour));
        H.Store(to + 3 * step, H.Add(even, twice));
        H.Store(to + 4 * step, H.Subtract(even, twice));
        H.Store(to + 5 * step, H.Subtract(H.Subtract(d5, d3), H.Add(twice, twice)));
    }

    // A column of Aᵀ m: 24, 12, 6 and 6 times.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<V, L>(int* m, nint position, out V a, out V b, out V c, out V d) where V : struct where L : ILanes<V> =>
        Reduce<V, L>(L.Load(m), L.Load(m + 6 * position), L.Load(m + 12 * position), L.Load(m + 18 * position), L.Load(m + 24 * position), L.Load(m + 30 * position), out a, out b, out c, out d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce<V, L>(V m0, V m1, V m2, V m3, V m4, V m5, out V a, out V b, out V c, out V d) where V : struct where L : ILanes<V>
    {
        V sum = L.Add(m1, m2), difference = L.Subtract(m1, m2), sum2 = L.Add(m3, m4), difference2 = L.Subtract(m3, m4);
        a = L.Add(L.Twice(L.Add(m0, L.Twice(L.Subtract(m0, sum)))), sum2);
        b = L.Subtract(difference2, L.Twice(difference));
        c = L.Subtract(sum2, sum);
        d = L.Subtract(L.Twice(L.Add(L.Add(difference2, m5), L.Twice(m5))), difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<V, L>(V m0, V m1, V m2, V m3, V m4, V m5, int shift, V term, int* sums, nint columns) where V : struct where L : ILanes<V>
    {
        Reduce<V, L>(m0, m1, m2, m3, m4, m5, out V a, out V b, out V c, out V d);
        V ninth = L.Broadcast(Ninth);
        L.Store(sums, L.Add(L.ShiftRight(L.Multiply(a, ninth), shift + 3), term));
        L.Store(sums + columns, L.Add(L.ShiftRight(L.Multiply(b, ninth), shift + 2), term));
        L.Store(sums + 2 * columns, L.Add(L.ShiftRight(L.Multiply(c, ninth), shift + 1), term));
        L.Store(sums + 3 * columns, L.Add(L.ShiftRight(L.Multiply(d, ninth), shift + 1), term));
    }
}
