using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Rearranges weights (O, I/groups, kh, kw) into panels whose columns are vector lanes, and gradients back.</summary>
internal static unsafe class WeightPanels
{
    // Moving a weight takes about as long as this many multiply-adds.
    private const long OperationsPerWeight = 16;

    /// <summary>For the convolution: columns are output features; k runs over taps, then channels.</summary>
    public static CpuStorage Forward(float* weight, in ConvolutionShape s) =>
        Pack(weight, s.Groups, s.GroupFeatures, s.GroupChannels, s.GroupFeatures * s.Depth, s.Depth, s.Taps, AllTaps(s));

    /// <summary>All taps in their order.</summary>
    public static Taps AllTaps(in ConvolutionShape s)
    {
        var all = new Taps(s.Taps);
        for (int t = 0; t < s.Taps; t++)
            all.Order[t] = t;
        return all;
    }

    /// <summary>For the gradient of the input: columns are input channels; k runs over the given taps, then output features.</summary>
    public static CpuStorage Backward(float* weight, in ConvolutionShape s, in Taps taps) =>
        Pack(weight, s.Groups, s.GroupChannels, s.GroupFeatures, s.GroupFeatures * s.Depth, s.Taps, s.Depth, taps);

    private static CpuStorage Pack(float* weight, int groups, int columns, int inner, int groupStride, int columnStride, int innerStride, in Taps taps)
    {
        int lanes = TileKernels.Current.Columns, panels = (columns + lanes - 1) / lanes, depth = taps.Count * inner;
        var packed = CpuStorage.Floats((long)groups * panels * depth * lanes);
        fixed (int* order = taps.Order)
        {
            var job = new PackJob
            {
                Weight = weight,
                Packed = packed.Pointer,
                Taps = order,
                TapCount = taps.Count,
                Columns = columns,
                Lanes = lanes,
                Panels = panels,
                Inner = inner,
                GroupStride = groupStride,
                ColumnStride = columnStride,
                InnerStride = innerStride,
                IsWhole = taps.IsWhole,
            };
            Workers.Run(ref job, groups * panels, OperationsPerWeight * groups * panels * depth * lanes);
        }

        return packed;
    }

    /// <summary>Sums the chunks of a weight gradient, (chunk, k, panels · lanes), and writes it as (O, I/groups, kh, kw).</summary>
    public static void Unpack(float* sums, int chunks, int rowLength, float* gradient, in ConvolutionShape s, int group)
    {
        var job = new UnpackJob
        {
            Sums = sums,
            Chunks = chunks,
            RowLength = rowLength,
            Gradient = gradient + (nint)group * s.GroupFeatures * s.Depth,
            Features = s.GroupFeatures,
            Channels = s.GroupChannels,
            Taps = s.Taps,
        };
        Workers.Run(ref job, (s.GroupFeatures + UnpackJob.FeaturesPerItem - 1) / UnpackJob.FeaturesPerItem);
    }

    /// <summary>Some taps of a kernel, in the order in which they are summed.</summary>
    public readonly struct Taps(int most)
    {
        public int[] Order { get; } = new int[most];

        public int Count { get; init; } = most;

        /// <summary>Whether they are all, in their order.</summary>
        public bool IsWhole
        {
            get
            {
                for (int i = 0; i < Order.Length; i++)
                    if (i >= Count || Order[i] != i)
                        return false;
                return true;
            }
        }
    }

    private struct PackJob : IJob
    {
        private const int Side = Transposition.Side;
        public float* Weight, Packed;
        public int* Taps;
        public int TapCount, Columns, Lanes, Panels, Inner, GroupStride, ColumnStride, InnerStride;

        /// <summary>Whether all taps are wanted, in their order.</summary>
        public bool IsWhole;

        public readonly void Run(int item)
        {
            int group = item / Panels, first = item % Panels * Lanes, count = Math.Min(Lanes, Columns - first);
            float* from = Weight + (nint)group * GroupStride + (nint)first * ColumnStride;
            float* to = Packed + (nint)item * TapCount * Inner * Lanes;
            if (count < Lanes)
                new Span<float>(to, TapCount * Inner * Lanes).Clear();
            int column = 0;
            for (; column + Side <= count; column += Side)
                if (InnerStride == TapCount)
                    Rows(from + (nint)column * ColumnStride, to + column);
                else if (ColumnStride == 1)
                    for (int i = 0; i < Inner; i++)
                        new Span<float>(from + (nint)i * InnerStride + column, Side).CopyTo(new Span<float>(to + (nint)i * Lanes + column, Side));
                else if (IsWhole && TapCount >= Side)
                    for (int i = 0; i < Inner; i++)
                        Columns8(from + (nint)i * InnerStride + (nint)column * ColumnStride, to + (nint)i * Lanes + column);
                else
                    Each(from + (nint)column * ColumnStride, to + column, Side);
            if (column < count)
                Each(from + (nint)column * ColumnStride, to + column, count - column);
        }

        /// <summary>Eight columns whose (inner, tap) lie one behind another.</summary>
        private readonly void Rows(float* from, float* to)
        {
            float** sources = stackalloc float*[Side], targets = stackalloc float*[Side];
            int depth = Inner * TapCount, d = 0;
            for (; d + Side <= depth; d += Side)
            {
                for (int j = 0; j < Side; j++)
                {
                    sources[j] = from + (nint)j * ColumnStride + d;
                    targets[j] = to + ((nint)((d + j) % TapCount) * Inner + (d + j) / TapCount) * Lanes;
                }

                Transposition.Block(sources, targets);
            }

            for (; d < depth; d++)
                for (int j = 0; j < Side; j++)
                    to[((nint)(d % TapCount) * Inner + d / TapCount) * Lanes + j] = from[(nint)j * ColumnStride + d];
        }

        /// <summary>Eight columns of one inner index, whose taps lie one behind another.</summary>
        private readonly void Columns8(float* from, float* to)
        {
            float** sources = stackalloc float*[Side], targets = stackalloc float*[Side];
            nint step = (nint)Inner * Lanes;
            int t = 0;
            for (; t + Side <= TapCount; t += Side)
            {
                for (int j = 0; j < Side; j++)
                {
                    sources[j] = from + (nint)j * ColumnStride + t;
                    targets[j] = to + (t + j) * step;
                }

                Transposition.Block(sources, targets);
            }

            for (; t < TapCount; t++)
                for (int j = 0; j < Side; j++)
                    to[t * step + j] = from[(nint)j * ColumnStride + t];
        }

        private readonly void Each(float* from, float* to, int count)
        {
            for (int i = 0; i < Inner; i++)
                for (int t = 0; t < TapCount; t++)
                {
                    float* source = from + (nint)i * InnerStride + Taps[t], target = to + (nint)(t * Inner + i) * Lanes;
                    for (int j = 0; j < count; j++, source += ColumnStride)
                        target[j] = *source;
                }
        }
    }

    private struct UnpackJob : IJob
    {
        public const int FeaturesPerItem = 16;
        public float* Sums, Gradient;
        public int Chunks, RowLength, Features, Channels, Taps;

        public readonly void Run(int item)
        {
            int first = item * FeaturesPerItem, count = Math.Min(FeaturesPerItem, Features - first), depth = Channels * Taps;
            nint chunkSize = (nint)depth * RowLength;
            if (Chunks == 1 && count == FeaturesPerItem)
            {
                Rows(Sums + first, Gradient + (nint)first * depth, depth);
                return;
            }

            float* row = stackalloc float[FeaturesPerItem];
            for (int c = 0; c < Channels; c++)
                for (int t = 0; t < Taps; t++)
                {
                    float* from = Sums + (nint)(t * Channels + c) * RowLength + first;
                    for (int j = 0; j < count; j++)
                        row[j] = from[j];
                    for (int chunk = 1; chunk < Chunks; chunk++)
                        for (int j = 0; j < count; j++)
                            row[j] += from[chunk * chunkSize + j];
                    float* to = Gradient + (nint)first * depth + c * Taps + t;
                    for (int j = 0; j < count; j++, to += depth)
                        *to = row[j];
                }
        }

        private readonly void Rows(float* from, float* to, int depth)
        {
            const int side = Transposition.Side;
            float** sources = stackalloc float*[side], targets = stackalloc float*[side];
            for (int d = 0; d < depth; d += side)
                for (int o = 0; o < FeaturesPerItem; o += side)
                {
                    int count = Math.Min(side, depth - d);
                    for (int i = 0; i < count; i++)
                        sources[i] = from + (nint)((d + i) % Taps * Channels + (d + i) / Taps) * RowLength + o;
                    for (int j = 0; j < side; j++)
                        targets[j] = to + (nint)(o + j) * depth + d;
                    Transposition.Block(sources, targets, count, side);
                }
        }
    }
}
