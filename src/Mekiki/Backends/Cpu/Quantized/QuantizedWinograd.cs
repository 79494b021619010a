using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>3x3 convolutions of bytes with a quarter or four ninths of the multiplications, exact.</summary>
/// <remarks>
/// Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308, F(m x m, 3x3): Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
/// Differs from the paper: the rows of G are multiplied so that all numbers are whole, and Aᵀ makes up for it, so that Y comes out a number of times.
/// Transformed pixels and weights fit into 16 bits; sums are kept modulo 2^32, of which so many times the result is less than half.
/// </remarks>
internal static unsafe class QuantizedWinograd
{
    private const int LeastChannels = 16, LeastTiles = 12, TilesOfBlock = 24, MostTilesOfBlock = 48, PixelBytes = 256 << 10;

    // How many times fewer multiplications pay for the transforms.
    private const double LeastGain = 1.6;

    private const long KeyBase = 1L << 51;

    /// <summary>Computes, as <see cref="QuantizedProduct.Run"/>, but from images without their margin.</summary>
    /// <param name="x">(N, H, W, C).</param>
    /// <param name="weight">The weights.</param>
    /// <param name="s">The sizes.</param>
    /// <param name="margin">What stands around the images.</param>
    /// <param name="terms">Of each feature, what its sums start from.</param>
    /// <param name="to">What becomes of the sums.</param>
    /// <returns>Whether it was computed: not where another way is faster, or so many times a sum might not fit.</returns>
    public static bool TryRun(byte* x, CpuStorage weight, in QuantizedConvolution s, byte margin, int* terms, in SumWriter to)
    {
        if (s is not { KernelHeight: 3, KernelWidth: 3, StrideDown: 1, StrideAcross: 1, Dilation: 1, Groups: 1, Channels: >= LeastChannels, Features: >= 16 })
            return false;
        // Bytes have twice as many products in a register of the same width.
        double direct = 9.0 * s.OutputPixels / (ByteInstructions.HasVnni && !VectorWidth.Is512 ? 2 : 1), large = Multiplications<WinogradForm4>(s), small = Multiplications<WinogradForm2>(s);
        return (large < Math.Min(direct / LeastGain, small) && TryRun<WinogradForm4>(x, weight, s, margin, terms, to))
            || (small <= direct / LeastGain && TryRun<WinogradForm2>(x, weight, s, margin, terms, to));
    }

    // Of each channel and feature; too many where there are too few tiles for longer weights to pay.
    private static double Multiplications<F>(in QuantizedConvolution s) where F : IWinogradForm =>
        TilesOf(s, F.Side) is >= LeastTiles and var tiles ? (double)tiles * (F.Side + 2) * (F.Side + 2) : double.PositiveInfinity;

    private static long TilesOf(in QuantizedConvolution s, int side) => (long)s.Images * ((s.OutHeight + side - 1) / side) * ((s.OutWidth + side - 1) / side);

    private static bool TryRun<F>(byte* x, CpuStorage weight, in QuantizedConvolution s, byte margin, int* terms, in SumWriter to) where F : IWinogradForm
    {
        int lanes = VectorWidth.Bits / 32, columns = 2 * lanes;
        if (Packed<F>(weight, s, lanes) is not { } packed)
            return false;
        int panels = (s.Features + columns - 1) / columns, down = (s.OutHeight + F.Side - 1) / F.Side, across = (s.OutWidth + F.Side - 1) / F.Side, tiles = s.Images * down * across;
        // Tiles are whole: where the result's side is none of theirs, a margin more.
        var wide = s with { Bottom = s.Bottom + down * F.Side - s.OutHeight, Right = s.Right + across * F.Side - s.OutWidth };
        var padded = BytePadding.Copy(x, wide, margin);
        using var scratch = new Scratch(panels * columns);
        var padding = new Span<int>((int*)scratch.Pointer, panels * columns);
        padding.Clear();
        new ReadOnlySpan<int>(terms, s.Features).CopyTo(padding);
        int positions = (F.Side + 2) * (F.Side + 2), most = Math.Clamp(PixelBytes / (positions * s.Channels * sizeof(short)), TilesOfBlock, MostTilesOfBlock);
        int parts = Math.Max(1, (tiles + most / 2) / most), block = ((tiles + parts - 1) / parts + 3) / 4 * 4, blocks = (tiles + block - 1) / block;
        // Items of one block transform its pixels again, so that there are no more than threads need.
        int panelsPerItem = Math.Clamp(panels * blocks / (Workers.Current > 1 ? 2 * Workers.Current : 1), 1, panels), itemsPerBlock = (panels + panelsPerItem - 1) / panelsPerItem;
        var job = new Job<F>
        {
            X = (byte*)padded.Pointer,
            Weights = (short*)packed.Pointer,
            Terms = (int*)scratch.Pointer,
            Sizes = wide,
            Height = s.WrittenHeight,
            Width = s.WrittenWidth,
            Down = down,
            Across = across,
            Tiles = tiles,
            Block = block,
            Pairs = (s.Channels + 1) / 2,
            Panels = panels,
            PanelsPerItem = panelsPerItem,
            ItemsPerBlock = itemsPerBlock,
            To = to,
        };
        Workers.Run(ref job, blocks * itemsPerBlock, (long)s.OutputPixels * s.Features * s.Depth);
        padded.Release();
        packed.Release();
        return true;
    }

    // (panels, positions, pairs of channels, 2 registers, lanes, 2); an empty block where sums might not fit.
    private static CpuStorage? Packed<F>(CpuStorage weight, in QuantizedConvolution s, int lanes) where F : IWinogradForm
    {
        long key = KeyBase + F.Side * 64 + lanes;
        if (weight.Packed(key, []) is not { } packed)
        {
            int version = weight.Version;
            packed = Pack<F>(weight, s, lanes);
            packed.Share();
            weight.Keep(new PackedWeights(key, [], version, packed));
        }

        if (packed.Length > 0)
            return packed;
        packed.Release();
        return null;
    }

    private static CpuStorage Pack<F>(CpuStorage weight, in QuantizedConvolution s, int lanes) where F : IWinogradForm
    {
        void* w = weight.Pointer;
        bool isWide = weight.Type == DType.Int32;
        int side = F.Side + 2, positions = side * side, columns = 2 * lanes, panels = (s.Features + columns - 1) / columns, pairs = (s.Channels + 1) / 2;
        for (int o = 0; o < s.Features; o++)
        {
            long above = 0, below = 0;
            for (int i = 0; i < s.Depth; i++)
            {
                int value = QuantizedPanels.At(w, isWide, (long)o * s.Depth + i);
                above += Math.Max(value, 0);
                below -= Math.Min(value, 0);
            }

            if (255 * Math.Max(above, below) > F.MostSum)
                return CpuStorage.Bytes(0);
        }

        long length = (long)panels * positions * pairs * 2 * columns;
        var packed = CpuStorage.Bytes(length * sizeof(short));
        var to = (short*)packed.Pointer;
        new Span<short>(to, (int)length).Clear();
        var g = F.G;
        int* taps = stackalloc int[9], half = stackalloc int[3 * side];
        for (int o = 0; o < s.Features; o++)
            for (int c = 0; c < s.Channels; c++)
            {
                for (int i = 0; i < 9; i++)
                    taps[i] = QuantizedPanels.At(w, isWide, ((long)o * s.Channels + c) * 9 + i);
                for (int r = 0; r < side; r++)
                    for (int i = 0; i < 3; i++)
                        half[3 * r + i] = g[3 * r] * taps[i] + g[3 * r + 1] * taps[3 + i] + g[3 * r + 2] * taps[6 + i];
                short* first = to + ((long)(o / columns) * positions * pairs + c / 2) * 2 * columns + o % columns * 2 + c % 2;
                for (int r = 0; r < side; r++)
                    for (int i = 0; i < side; i++, first += (nint)pairs * 2 * columns)
                        *first = (short)(half[3 * r] * g[3 * i] + half[3 * r + 1] * g[3 * i + 1] + half[3 * r + 2] * g[3 * i + 2]);
            }

        return packed;
    }

    private struct Job<F> : IJob where F : IWinogradForm
    {
        public byte* X;
        public short* Weights;
        public int* Terms;
        public QuantizedConvolution Sizes;
        public int Height, Width, Down, Across, Tiles, Block, Pairs, Panels, PanelsPerItem, ItemsPerBlock;
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

        // An odd number of cache lines, so that the positions of one tile do not all fall on the same few lines of the cache.
        private static nint OddLines(nint bytes) => ((bytes + 63) / 64 | 1) * 64;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Run<V, L, W, H>(int item) where V : struct where L : ILanes<V> where W : struct where H : IShorts<W>
        {
            int first = item / ItemsPerBlock * Block, count = Math.Min(Block, Tiles - first), rounded = (count + 3) / 4 * 4, columns = 2 * L.Count, positions = (F.Side + 2) * (F.Side + 2);
            int firstPanel = item % ItemsPerBlock * PanelsPerItem, lastPanel = Math.Min(firstPanel + PanelsPerItem, Panels);
            // Registers are written whole, so that each place has room for one.
            nint step = (2 * Pairs + H.Count - 1) / H.Count * H.Count, position = OddLines(rounded * step * sizeof(short)) / sizeof(short), product = OddLines((nint)rounded * columns * sizeof(int)) / sizeof(int);
            using var scratch = new Scratch(positions * (position / 2 + product) + F.Side * F.Side * columns);
            int* products = (int*)scratch.Pointer, sums = products + positions * product;
            short* pixels = (short*)(sums + F.Side * F.Side * columns);
            nint row = (nint)Sizes.PaddedWidth * Sizes.Channels;
            for (int t = 0; t < count; t++)
            {
                int tile = first + t, image = tile / (Down * Across), y = tile / Across % Down * F.Side, x = tile % Across * F.Side;
                byte* from = X + ((nint)image * Sizes.PaddedHeight + y) * row + (nint)x * Sizes.Channels;
                for (int c = 0; c < Sizes.Channels; c += H.Count)
                    F.Pixels<W, H>(from + c, row, Sizes.Channels, pixels + t * step + c, position, (short*)products);
            }

            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                short* weights = Weights + (nint)panel * positions * Pairs * 2 * columns;
                for (int p = 0; p < positions; p++, weights += (nint)Pairs * 2 * columns)
                    PairTile<V, L>.Rows(pixels + p * position, step, rounded, Pairs, weights, products + p * product);
                int feature = panel * columns, features = Math.Min(columns, Sizes.Features - feature);
                for (int t = 0; t < count; t++)
                {
                    for (int c = 0; c < columns; c += L.Count)
                        F.Sums<V, L>(products + t * columns + c, product, Terms + feature + c, sums + c, columns);
                    if (Sizes.IsHalved)
                        Halve<V, L>(sums, columns);
                    int side = Sizes.IsHalved ? F.Side / 2 : F.Side;
                    int tile = first + t, image = tile / (Down * Across), y = tile / Across % Down * side, x = tile % Across * side;
                    nint corner = ((nint)image * Height + y) * Width + x;
                    for (int i = 0; i < side && y + i < Height; i++)
                        To.Write(sums + side * i * columns, columns, Math.Min(side, Width - x), feature, (corner + i * Width) * Sizes.Features + feature, Sizes.Features, features);
                }
            }
        }

        // 2x2 maxima of a tile, in its place.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Halve<V, L>(int* sums, nint columns) where V : struct where L : ILanes<V>
        {
            int* to = sums;
            for (int down = 0; down < F.Side; down += 2)
                for (int across = 0; across < F.Side; across += 2, to += columns)
                    for (int c = 0; c < columns; c += L.Count)
                    {
                        int* from = sums + (down * F.Side + across) * columns + c, below = from + F.Side * columns;
                        L.Store(to + c, L.Max(L.Max(L.Load(from), L.Load(from + columns)), L.Max(L.Load(below), L.Load(below + columns))));
                    }
        }
    }
}
