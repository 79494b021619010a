using Mekiki.Memory;
using Mekiki.Threading;

namespace Mekiki.Kernels;

/// <summary>Rearranges weights (O, I/groups, kh, kw) into panels whose columns are vector lanes, and gradients back.</summary>
internal static unsafe class WeightPanels
{
    /// <summary>For the convolution: columns are output features; k runs over taps, then channels.</summary>
    public static Storage Forward(float* weight, in ConvolutionShape s)
    {
        var all = new Taps(s.Taps);
        for (int t = 0; t < s.Taps; t++)
            all.Order[t] = t;
        return Pack(weight, s.Groups, s.GroupFeatures, s.GroupChannels, s.GroupFeatures * s.Depth, s.Depth, s.Taps, all);
    }

    /// <summary>For the gradient of the input: columns are input channels; k runs over the given taps, then output features.</summary>
    public static Storage Backward(float* weight, in ConvolutionShape s, in Taps taps) =>
        Pack(weight, s.Groups, s.GroupChannels, s.GroupFeatures, s.GroupFeatures * s.Depth, s.Taps, s.Depth, taps);

    private static Storage Pack(float* weight, int groups, int columns, int inner, int groupStride, int columnStride, int innerStride, in Taps taps)
    {
        int lanes = TileKernels.Current.Columns, panels = (columns + lanes - 1) / lanes, depth = taps.Count * inner;
        var packed = Storage.Floats((long)groups * panels * depth * lanes);
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
            };
            Workers.Run(ref job, groups * panels);
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
    }

    private struct PackJob : IJob
    {
        public float* Weight, Packed;
        public int* Taps;
        public int TapCount, Columns, Lanes, Panels, Inner, GroupStride, ColumnStride, InnerStride;

        public readonly void Run(int item)
        {
            int group = item / Panels, first = item % Panels * Lanes, count = Math.Min(Lanes, Columns - first);
            float* from = Weight + (nint)group * GroupStride + (nint)first * ColumnStride;
            float* to = Packed + (nint)item * TapCount * Inner * Lanes;
            for (int i = 0; i < Inner; i++)
                for (int t = 0; t < TapCount; t++)
                {
                    float* source = from + (nint)i * InnerStride + Taps[t];
                    float* target = to + (nint)(t * Inner + i) * Lanes;
                    int j = 0;
                    for (; j < count; j++, source += ColumnStride)
                        target[j] = *source;
                    for (; j < Lanes; j++)
                        target[j] = 0;
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
    }
}
