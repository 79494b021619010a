using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Which instructions products of bytes use.</summary>
internal static class ByteInstructions
{
    /// <summary>Whether AVX-VNNI may be used where the processor has it; tests switch it off and compare.</summary>
    public static bool IsVnniEnabled { get; set; } = true;

    /// <summary>Whether bytes are multiplied by AVX-VNNI.</summary>
    public static bool HasVnni => AvxVnni.IsSupported && IsVnniEnabled;
}

/// <summary>Convolutions and linear layers as sums of products over channels-last bytes: pixels by features, in tiles.</summary>
internal static unsafe class QuantizedProduct
{
    private const int MostWeightBytes = 96 << 10, MostPixels = 192, LeastPixels = 24, WantedItems = 16;

    /// <summary>Lanes of the registers of sums.</summary>
    private static int Lanes(bool isPairs) => VectorWidth.Bits == 128 ? 4 : !isPairs || VectorWidth.Is256 ? 8 : 16;

    /// <summary>Computes.</summary>
    /// <param name="x">(N, H + margins, W + margins, C).</param>
    /// <param name="weight">The weights.</param>
    /// <param name="s">The sizes.</param>
    /// <param name="terms">Of each feature, what its sums start from.</param>
    /// <param name="to">What becomes of the sums; its result is (N, H', W', O).</param>
    public static void Run(byte* x, CpuStorage weight, in QuantizedConvolution s, int* terms, in SumWriter to)
    {
        bool isWide = weight.Type == DType.Int32, isPairs = isWide || !ByteInstructions.HasVnni;
        int lanes = Lanes(isPairs), columns = 2 * lanes;
        var panels = Packed(weight, isWide, s, lanes, isPairs);
        int panelsOfGroup = (s.GroupFeatures + columns - 1) / columns, panelCount = s.Groups * panelsOfGroup;
        long panelBytes = QuantizedPanels.PanelBytes(s, columns, isPairs);
        // Maxima take the four pixels of a window one after the other; 12 divides blocks, so that windows are whole.
        int pixels = s.IsHalved ? s.Images * s.WrittenHeight * s.WrittenWidth * 4 : s.OutputPixels, block = Math.Clamp((pixels / WantedItems + 11) / 12 * 12, LeastPixels, MostPixels);
        int panelsPerItem = (int)Math.Clamp(MostWeightBytes / panelBytes, 1, panelCount);
        // The bias of the last panel is read whole.
        using var scratch = new Scratch(panelCount * columns);
        int* padded = (int*)scratch.Pointer;
        for (int g = 0; g < s.Groups; g++)
            for (int i = 0; i < panelsOfGroup * columns; i++)
                padded[g * panelsOfGroup * columns + i] = i < s.GroupFeatures ? terms[g * s.GroupFeatures + i] : 0;
        var (runCount, bytes) = QuantizedPanels.Runs(s);
        nint* runs = stackalloc nint[runCount];
        bool isMerged = runCount == s.KernelHeight && s is { Dilation: 1, Groups: 1 };
        for (int r = 0; r < runCount; r++)
        {
            int down = isMerged ? r : r / s.KernelWidth, across = isMerged ? 0 : r % s.KernelWidth;
            runs[r] = (nint)s.Channels * s.Dilation * ((nint)down * s.PaddedWidth + across);
        }

        var job = new Job
        {
            X = x,
            Panels = (byte*)panels.Pointer,
            PanelBytes = (nint)panelBytes,
            Terms = padded,
            Runs = runs,
            RunCount = runCount,
            Quads = (bytes + 3) / 4,
            Sizes = s,
            To = to,
            Lanes = lanes,
            IsPairs = isPairs,
            Pixels = pixels,
            Block = block,
            PanelsOfGroup = panelsOfGroup,
            PanelCount = panelCount,
            PanelsPerItem = panelsPerItem,
            ItemsOfBlock = (panelCount + panelsPerItem - 1) / panelsPerItem,
        };
        Workers.Run(ref job, (pixels + block - 1) / block * job.ItemsOfBlock, (long)pixels * s.Features * s.Depth);
        panels.Release();
    }

    private static CpuStorage Packed(CpuStorage weight, bool isWide, in QuantizedConvolution s, int lanes, bool isPairs)
    {
        long key = (((long)s.Groups * 16 + s.Dilation) * 2 + (isPairs ? 1 : 0)) * 1024 + lanes;
        if (weight.Packed(key, []) is { } kept)
            return kept;
        int version = weight.Version;
        var made = QuantizedPanels.Pack(weight.Pointer, isWide, s, lanes, isPairs);
        made.Share();
        weight.Keep(new PackedWeights(key, [], version, made));
        return made;
    }

    private struct Job : IJob
    {
        public byte* X, Panels;
        public int* Terms;
        public nint* Runs;
        public nint PanelBytes;
        public int RunCount, Quads, Pixels, Lanes, Block, PanelsOfGroup, PanelCount, PanelsPerItem, ItemsOfBlock;
        public bool IsPairs;
        public QuantizedConvolution Sizes;
        public SumWriter To;

        public readonly void Run(int item)
        {
            if (!IsPairs && Lanes == 8)
                Run<Vector256<int>, Lanes256, Vector256<int>, ByteProducts256>(item);
            else if (!IsPairs)
                Run<Vector128<int>, Lanes128, Vector128<int>, ByteProducts128>(item);
            else if (Lanes == 16)
                Run<Vector512<int>, Lanes512, Pair<Vector512<int>>, PairProducts<Vector512<int>, Lanes512>>(item);
            else if (Lanes == 8)
                Run<Vector256<int>, Lanes256, Pair<Vector256<int>>, PairProducts<Vector256<int>, Lanes256>>(item);
            else
                Run<Vector128<int>, Lanes128, Pair<Vector128<int>>, PairProducts<Vector128<int>, Lanes128>>(item);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Run<V, L, P, K>(int item) where V : struct where P : struct where L : ILanes<V> where K : IProducts<V, P>
        {
            int begin = item / ItemsOfBlock * Block, end = Math.Min(begin + Block, Pixels), columns = SumTile<V, L, P, K>.Columns;
            int firstPanel = item % ItemsOfBlock * PanelsPerItem, lastPanel = Math.Min(firstPanel + PanelsPerItem, PanelCount);
            byte** places = stackalloc byte*[(Block + 5) / 6 * 6];
            FindPlaces(begin, end, places);
            int* sums = stackalloc int[(Block + 5) / 6 * 6 * columns];
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                int group = panel / PanelsOfGroup, within = panel % PanelsOfGroup * columns, feature = group * Sizes.GroupFeatures + within;
                int count = Math.Min(columns, Sizes.GroupFeatures - within);
                byte** shifted = places;
                if (group > 0 && (panel == firstPanel || within == 0))
                    Shift(places, end - begin, group - (panel == firstPanel ? 0 : group - 1));
                for (int p = 0; p < end - begin; p += 6)
                    SumTile<V, L, P, K>.Run(shifted + p, end - begin - p, Runs, RunCount, Quads, Panels + panel * PanelBytes, Terms + panel * columns, sums + p * columns);
                int written = end - begin, first = begin;
                if (Sizes.IsHalved)
                {
                    (written, first) = (written / 4, first / 4);
                    Halve<V, L>(sums, written, columns);
                }

                To.Write(sums, columns, written, feature, (nint)first * Sizes.Features + feature, Sizes.Features, count);
            }
        }

        // The largest of each four pixels, in their place.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Halve<V, L>(int* sums, int windows, int columns) where V : struct where L : ILanes<V>
        {
            int* to = sums;
            for (int w = 0; w < windows; w++, sums += 4 * columns, to += columns)
                for (int c = 0; c < columns; c += L.Count)
                    L.Store(to + c, L.Max(L.Max(L.Load(sums + c), L.Load(sums + columns + c)), L.Max(L.Load(sums + 2 * columns + c), L.Load(sums + 3 * columns + c))));
        }

        // The next group's channels.
        private readonly void Shift(byte** places, int count, int groups)
        {
            for (int i = 0; i < (count + 5) / 6 * 6; i++)
                places[i] += groups * Sizes.GroupChannels;
        }

        // Where the windows of output pixels begin; those behind the last are the last again.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void FindPlaces(int begin, int end, byte** places)
        {
            // One pixel after the other, or the four of a window, window by window.
            int each = Sizes.IsHalved ? 4 : 1, width = Sizes.WrittenWidth, rows = Sizes.WrittenHeight, first = begin / each;
            int across = first % width, down = first / width % rows, image = first / width / rows, i = 0;
            nint row = (nint)Sizes.PaddedWidth * Sizes.Channels, step = (nint)Sizes.StrideAcross * Sizes.Channels, below = Sizes.StrideDown * row;
            while (i < end - begin)
            {
                int last = Math.Min(i + each * (width - across), end - begin);
                if (Sizes.IsHalved)
                {
                    byte* place = X + ((nint)image * Sizes.PaddedHeight * row) + 2 * down * below + 2 * across * step;
                    for (; i < last; i += 4, place += 2 * step)
                    {
                        places[i] = place;
                        places[i + 1] = place + step;
                        places[i + 2] = place + below;
                        places[i + 3] = place + below + step;
                    }
                }
                else
                {
                    byte* place = X + ((nint)image * Sizes.PaddedHeight * row) + down * below + across * step;
                    for (; i < last; i++, place += step)
                        places[i] = place;
                }

                across = 0;
                if (++down == rows)
                    (down, image) = (0, image + 1);
            }

            for (; i % 6 != 0; i++)
                places[i] = places[end - begin - 1];
        }
    }
}
