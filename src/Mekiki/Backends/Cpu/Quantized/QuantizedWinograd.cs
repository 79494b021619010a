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
    private const int Positions = 16, TilesPerItem = 24, LeastTiles = 40, LeastChannels = 16;
    private const long KeyBase = 1L << 51;

    /// <summary>Whether it is one, and there is enough to do for the longer weights to pay.</summary>
    public static bool Fits(in QuantizedConvolution s) =>
        s is { KernelHeight: 3, KernelWidth: 3, StrideDown: 1, StrideAcross: 1, Dilation: 1, Groups: 1, Channels: >= LeastChannels } && s.Features >= 16
        && (long)s.Images * ((s.OutHeight + 1) / 2) * ((s.OutWidth + 1) / 2) >= LeastTiles
        // Bytes have twice as many products in a register of the same width.
        && (VectorWidth.Is512 || !ByteInstructions.HasVnni);

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
                    for (int i = 0; i < 4; i++)
                        if (row + i / 2 < OutHeight && column + i % 2 < OutWidth)
                            To.Write(sums + i * columns, feature, (corners[t] + i / 2 * OutWidth + i % 2) * Sizes.Features + feature, features);
                }
            }
        }

        // Bᵀ d B of 4x4 pixels, in each channel.
        private readonly void Transform<W, H>(byte* x, short* to, nint position) where W : struct where H : IShorts<W>
        {
            nint pixel = Sizes.Channels, row = (nint)Sizes.PaddedWidth * Sizes.Channels;
            for (int c = 0; c < Sizes.Channels; c += H.Count)
                for (int column = 0; column < 4; column++)
                {
                    byte* from = x + c;
                    // Column by column of Bᵀ d, made of two columns of d each.
                    var (a, b, isSum) = column switch { 0 => (0, 2, false), 1 => (1, 2, true), 2 => (2, 1, false), _ => (1, 3, false) };
                    W d0 = Two(0), d1 = Two(1), d2 = Two(2), d3 = Two(3);
                    H.Store(to + c + column * position, H.Subtract(d0, d2));
                    H.Store(to + c + (4 + column) * position, H.Add(d1, d2));
                    H.Store(to + c + (8 + column) * position, H.Subtract(d2, d1));
                    H.Store(to + c + (12 + column) * position, H.Subtract(d1, d3));

                    W Two(int r)
                    {
                        W first = H.LoadBytes(from + r * row + a * pixel), second = H.LoadBytes(from + r * row + b * pixel);
                        return isSum ? H.Add(first, second) : H.Subtract(first, second);
                    }
                }
        }

        // Aᵀ m A / 4 + terms: four pixels of a tile.
        private static void Join<V, L>(int* m, nint position, int* terms, int* sums, int columns) where V : struct where L : ILanes<V>
        {
            V term = L.Load(terms);
            V top0 = L.Zero, top1 = L.Zero, bottom0 = L.Zero, bottom1 = L.Zero;
            for (int column = 0; column < 4; column++)
            {
                V m0 = L.Load(m + column * position), m1 = L.Load(m + (4 + column) * position), m2 = L.Load(m + (8 + column) * position), m3 = L.Load(m + (12 + column) * position);
                V top = L.Add(L.Add(m0, m1), m2), bottom = L.Subtract(L.Subtract(m1, m2), m3);
                if (column < 3)
                {
                    top0 = L.Add(top0, top);
                    bottom0 = L.Add(bottom0, bottom);
                }

                if (column == 1)
                    (top1, bottom1) = (L.Add(top1, top), L.Add(bottom1, bottom));
                else if (column > 1)
                    (top1, bottom1) = (L.Subtract(top1, top), L.Subtract(bottom1, bottom));
            }

            L.Store(sums, L.Add(L.Quarter(top0), term));
            L.Store(sums + columns, L.Add(L.Quarter(top1), term));
            L.Store(sums + 2 * columns, L.Add(L.Quarter(bottom0), term));
            L.Store(sums + 3 * columns, L.Add(L.Quarter(bottom1), term));
        }
    }
}
