using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Depthwise convolutions of bytes: each channel by itself, two taps in one product of 16-bit pairs.</summary>
internal static unsafe class QuantizedDepthwise
{
    private const long KeyBase = 1L << 50;

    /// <summary>Whether it is one.</summary>
    public static bool Fits(in QuantizedConvolution s) => s.Groups == s.Channels && s.Features == s.Channels && s.Groups > 1;

    /// <summary>Computes, as <see cref="QuantizedProduct.Run"/>.</summary>
    public static void Run(byte* x, CpuStorage weight, in QuantizedConvolution s, int* terms, in SumWriter to)
    {
        int pairs = (s.Taps + 1) / 2;
        var packed = Packed(weight, s, pairs);
        nint* taps = stackalloc nint[2 * pairs];
        for (int t = 0; t < 2 * pairs; t++)
        {
            // The weight of a tap too many is 0.
            int tap = Math.Min(t, s.Taps - 1);
            taps[t] = (nint)s.Channels * s.Dilation * ((nint)(tap / s.KernelWidth) * s.PaddedWidth + tap % s.KernelWidth);
        }

        var job = new Job { X = x, Weights = (int*)packed.Pointer, Terms = terms, Taps = taps, Pairs = pairs, Sizes = s, To = to };
        Workers.Run(ref job, s.Images * s.OutHeight, 4L * s.OutputPixels * s.Features * s.Taps);
        packed.Release();
    }

    private static CpuStorage Packed(CpuStorage weight, in QuantizedConvolution s, int pairs)
    {
        if (weight.Packed(KeyBase, []) is { } kept)
            return kept;
        int version = weight.Version;
        var made = CpuStorage.Bytes(4L * pairs * s.Channels);
        var to = (short*)made.Pointer;
        for (int pair = 0; pair < pairs; pair++)
            for (int c = 0; c < s.Channels; c++)
                for (int i = 0; i < 2; i++)
                    *to++ = pair * 2 + i < s.Taps ? (short)QuantizedPanels.At(weight.Pointer, weight.Type == DType.Int32, (long)c * s.Taps + pair * 2 + i) : (short)0;
        made.Share();
        weight.Keep(new PackedWeights(KeyBase, [], version, made));
        return made;
    }

    private struct Job : IJob
    {
        public byte* X;
        public int* Weights, Terms;
        public nint* Taps;
        public int Pairs;
        public QuantizedConvolution Sizes;
        public SumWriter To;

        public readonly void Run(int item)
        {
            int image = item / Sizes.OutHeight, down = item % Sizes.OutHeight, channels = Sizes.Channels;
            byte* row = X + ((nint)image * Sizes.PaddedHeight + (nint)down * Sizes.StrideDown) * Sizes.PaddedWidth * channels;
            int* sums = stackalloc int[64];
            for (int across = 0; across < Sizes.OutWidth; across++)
            {
                byte* from = row + (nint)across * Sizes.StrideAcross * channels;
                nint at = ((nint)item * Sizes.OutWidth + across) * channels;
                for (int c = 0; c < channels;)
                {
                    int left = channels - c;
                    if (VectorWidth.Is512 && left >= 16)
                        c += Pixel<Vector512<int>, Lanes512>(from + c, c, at + c, sums);
                    else if (VectorWidth.Bits >= 256 && left >= 8)
                        c += Pixel<Vector256<int>, Lanes256>(from + c, c, at + c, sums);
                    else if (left >= 4)
                        c += Pixel<Vector128<int>, Lanes128>(from + c, c, at + c, sums);
                    else
                        c += Pixel<int, LanesScalar>(from + c, c, at + c, sums);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly int Pixel<V, L>(byte* from, int channel, nint at, int* sums) where V : struct where L : ILanes<V>
        {
            V sum = L.Load(Terms + channel);
            int* weights = Weights + channel;
            for (int pair = 0; pair < Pairs; pair++, weights += Sizes.Channels)
            {
                V x = L.Add(L.LoadBytes(from + Taps[2 * pair]), L.ToUpper(L.LoadBytes(from + Taps[2 * pair + 1])));
                sum = L.Add(sum, L.PairProducts(x, L.Load(weights)));
            }

            L.Store(sums, sum);
            To.Write(sums, channel, at, L.Count);
            return L.Count;
        }
    }
}
