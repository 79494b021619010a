using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>3x3 convolutions of bytes with four ninths of the multiplications, exact.</summary>
/// <remarks>
/// Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308, F(2x2, 3x3): Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
/// Differs from the paper: G is doubled in both dimensions, so that all numbers are whole, and Y is four times the sum. Transformed pixels
/// (at most 1,020) and weights (at most 2,295) fit into 16 bits; sums are kept modulo 2^32, of which four times the result is less than half.
/// </remarks>
internal static unsafe class QuantizedWinograd
{
    private const int Positions = 16, TilesPerItem = 24, LeastTiles = 24, LeastChannels = 16;
    private const double LeastUse = 0.7;
    private const long KeyBase = 1L << 51;

    /// <summary>Whether it is one, there is enough to do for the longer weights to pay, and most of the tiles are within the images.</summary>
    public static bool Fits(in QuantizedConvolution s) =>
        s is { KernelHeight: 3, KernelWidth: 3, StrideDown: 1, StrideAcross: 1, Dilation: 1, Groups: 1, Channels: >= LeastChannels } && s.Features >= 16
        && TilesOf(s) is >= LeastTiles and var tiles && s.OutputPixels >= LeastUse * 4 * tiles
        // Bytes have twice as many products in a register of the same width.
        && (VectorWidth.Is512 || !ByteInstructions.HasVnni);

    private static long TilesOf(in QuantizedConvolution s) => (long)s.Images * ((s.OutHeight + 1) / 2) * ((s.OutWidth + 1) / 2);

    /// <summary>Computes, as <see cref="QuantizedProduct.Run"/>, but from images without their margin.</summary>
    /// <param name="x">(N, H, W, C).</param>
    /// <param name="weight">The weights.</param>
    /// <param name="s">The sizes.</param>
    /// <param name="margin">What stands around the images.</param>
    /// <param name="terms">Of each feature, what its sums start from.</param>
    /// <param name="to">What becomes of the sums.</param>
    /// <returns>Whether it was computed: not if four times a sum might not fit.</returns>
    public static bool Run(byte* x, CpuStorage weight, in QuantizedConvolution s, byte margin, int* terms, in SumWriter to)
    {
        int lanes = VectorWidth.Bits / 32;
        if (Packed(weight, s, lanes) is not { } packed)
            return false;
        // Tiles are whole: where the result has an odd side, a margin more.
        var wide = s with { Bottom = s.Bottom + s.OutHeight % 2, Right = s.Right + s.OutWidth % 2 };
        var padded = BytePadding.Copy(x, wide, margin);
        int panels = (s.Features + 2 * lanes - 1) / (2 * lanes), down = (s.OutHeight + 1) / 2, across = (s.OutWidth + 1) / 2, tiles = s.Images * down * across;
        using var scratch = new Scratch(panels * 2 * lanes);
        var padding = new Span<int>((int*)scratch.Pointer, panels * 2 * lanes);
        padding.Clear();
        new ReadOnlySpan<int>(terms, s.Features).CopyTo(padding);
        var job = new Job
        {
            X = (byte*)padded.Pointer,
            Weights = (short*)packed.Pointer,
            Terms = (int*)scratch.Pointer,
            Sizes = wide,
            OutHeight = s.OutHeight,
            OutWidth = s.OutWidth,
            Down = down,
            Across = across,
            Tiles = tiles,
            Pairs = (s.Channels + 1) / 2,
            Panels = panels,
            To = to,
        };
        Workers.Run(ref job, (tiles + TilesPerItem - 1) / TilesPerItem, (long)s.OutputPixels * s.Features * s.Depth);
        padded.Release();
        packed.Release();
        return true;
    }

    // (panels, positions, pairs of channels, 2 registers, lanes, 2); an empty block where sums might not fit.
    private static CpuStorage? Packed(CpuStorage weight, in QuantizedConvolution s, int lanes)
    {
        long key = KeyBase + lanes;
        if (weight.Packed(key, []) is not { } packed)
        {
            int version = weight.Version;
            packed = Pack(weight, s, lanes);
            packed.Share();
            weight.Keep(new PackedWeights(key, [], version, packed));
        }

        if (packed.Length > 0)
            return packed;
        packed.Release();
        return null;
    }

    private static CpuStorage Pack(CpuStorage weight, in QuantizedConvolution s, int lanes)
    {
        void* w = weight.Pointer;
        bool isWide = weight.Type == DType.Int32;
        int columns = 2 * lanes, panels = (s.Features + columns - 1) / columns, pairs = (s.Channels + 1) / 2;
        for (int o = 0; o < s.Features; o++)
        {
            long absolute = 0;
            for (int i = 0; i < s.Depth; i++)
                absolute += Math.Abs(QuantizedPanels.At(w, isWide, (long)o * s.Depth + i));
            if (4 * 255 * absolute >= int.MaxValue)
                return CpuStorage.Bytes(0);
        }

        long length = (long)panels * Positions * pairs * 2 * columns;
        var packed = CpuStorage.Bytes(length * sizeof(short));
        var to = (short*)packed.Pointer;
        new Span<short>(to, (int)length).Clear();
        int* g = stackalloc int[9], half = stackalloc int[12];
        for (int o = 0; o < s.Features; o++)
            for (int c = 0; c < s.Channels; c++)
            {
                for (int i = 0; i < 9; i++)
                    g[i] = QuantizedPanels.At(w, isWide, ((long)o * s.Channels + c) * 9 + i);
                for (int i = 0; i < 3; i++)
                {
                    half[i] = 2 * g[i];
                    half[3 + i] = g[i] + g[3 + i] + g[6 + i];
                    half[6 + i] = g[i] - g[3 + i] + g[6 + i];
                    half[9 + i] = 2 * g[6 + i];
                }

                for (int r = 0; r < 4; r++)
                {
                    int a = half[3 * r], b = half[3 * r + 1], d = half[3 * r + 2];
                    Put(4 * r, 2 * a);
                    Put(4 * r + 1, a + b + d);
                    Put(4 * r + 2, a - b + d);
                    Put(4 * r + 3, 2 * d);
                }

                void Put(int position, int value) =>
                    to[(((long)(o / columns) * Positions + position) * pairs + c / 2) * 2 * columns + o % columns * 2 + c % 2] = (short)value;
            }

        return packed;
    }

    private struct Job : IJob
    {
        public byte* X;
        public short* Weights;
        public int* Terms;
        public QuantizedConvolution Sizes;
        public int OutHeight, OutWidth, Down, Across, Tiles, Pairs, Panels;
        public SumWriter To;

        public readonly void Run(int item)
        {
            if (VectorWidth.Is512)
                Run<Vector512<int>, Lanes512, Vector512<short>, Shorts512>(item);
            else if (VectorWidth.Is256)
                Run<Vector256<int>, Lanes256, Vector256<short>, Shorts256>(item);
            else
                Run<Vector128<int>, Lanes128, Vector128<short>, Shorts128>(item);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Run<V, L, W, H>(int item) where V : struct where L : ILanes<V> where W : struct where H : IShorts<W>
        {
            int first = item * TilesPerItem, count = Math.Min(TilesPerItem, Tiles - first), rounded = (count + 11) / 12 * 12, columns = 2 * L.Count;
            // Registers are written whole, so that each place has room for one.
            nint step = (2 * Pairs + H.Count - 1) / H.Count * H.Count, position = rounded * step;
            using var scratch = new Scratch(Positions * position / 2 + Positions * rounded * columns + 4 * columns);
            short* pixels = (short*)scratch.Pointer;
            int* products = (int*)(pixels + Positions * position), sums = products + Positions * rounded * columns;
            nint* corners = stackalloc nint[count];
            for (int t = 0; t < count; t++)
            {
                int tile = first + t, image = tile / (Down * Across), row = tile / Across % Down * 2, column = tile % Across * 2;
                corners[t] = ((nint)image * OutHeight + row) * OutWidth + column;
                Transform<W, H>(X + (((nint)image * Sizes.PaddedHeight + row) * Sizes.PaddedWidth + column) * Sizes.Channels, pixels + t * step, position);
            }

            for (int panel = 0; panel < Panels; panel++)
            {
                short* weights = Weights + (nint)panel * Positions * Pairs * 2 * columns;
                for (int p = 0; p < Positions; p++, weights += (nint)Pairs * 2 * columns)
                    for (int t = 0; t < rounded; t += 12)
                    {
                        short* from = pixels + p * position + t * step;
                        int* into = products + (p * rounded + t) * columns;
                        if (L.Count == 16)
                            PairTile<V, L>.Rows12(from, step, Pairs, weights, into);
                        else
                        {
                            PairTile<V, L>.Rows6(from, step, Pairs, weights, into);
                            PairTile<V, L>.Rows6(from + 6 * step, step, Pairs, weights, into + 6 * columns);
                        }
                    }

                int feature = panel * columns, features = Math.Min(columns, Sizes.Features - feature);
                for (int t = 0; t < count; t++)
                {
                    for (int c = 0; c < columns; c += L.Count)
                        Join<V, L>(products + t * columns + c, rounded * columns, Terms + feature + c, sums + c, columns);
                    int row = (first + t) / Across % Down * 2, column = (first + t) % Across * 2;
                    for (int i = 0; i < 2 && row + i < OutHeight; i++)
                        To.Write(sums + 2 * i * columns, columns, Math.Min(2, OutWidth - column), feature, (corners[t] + i * OutWidth) * Sizes.Features + feature, Sizes.Features, features);
                }
            }
        }

        // Bᵀ d B of 4x4 pixels, in each channel.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Transform<W, H>(byte* x, short* to, nint position) where W : struct where H : IShorts<W>
        {
            nint row = (nint)Sizes.PaddedWidth * Sizes.Channels, pixel = Sizes.Channels;
            for (int c = 0; c < Sizes.Channels; c += H.Count, x += H.Count, to += H.Count)
            {
                // Column by column of Bᵀ d B, made of two columns of d each.
                Column<W, H>(x, x + 2 * pixel, row, to, position, isSum: false);
                Column<W, H>(x + pixel, x + 2 * pixel, row, to + position, position, isSum: true);
                Column<W, H>(x + 2 * pixel, x + pixel, row, to + 2 * position, position, isSum: false);
                Column<W, H>(x + pixel, x + 3 * pixel, row, to + 3 * position, position, isSum: false);
            }
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

        // Aᵀ m A / 4 + terms: four pixels of a tile.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Join<V, L>(int* m, nint position, int* terms, int* sums, int columns) where V : struct where L : ILanes<V>
        {
            V term = L.Load(terms);
            Rows<V, L>(m, position, out V top0, out V bottom0);
            Rows<V, L>(m + position, position, out V top1, out V bottom1);
            Rows<V, L>(m + 2 * position, position, out V top2, out V bottom2);
            Rows<V, L>(m + 3 * position, position, out V top3, out V bottom3);
            L.Store(sums, L.Add(L.Quarter(L.Add(L.Add(top0, top1), top2)), term));
            L.Store(sums + columns, L.Add(L.Quarter(L.Subtract(L.Subtract(top1, top2), top3)), term));
            L.Store(sums + 2 * columns, L.Add(L.Quarter(L.Add(L.Add(bottom0, bottom1), bottom2)), term));
            L.Store(sums + 3 * columns, L.Add(L.Quarter(L.Subtract(L.Subtract(bottom1, bottom2), bottom3)), term));
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
}
