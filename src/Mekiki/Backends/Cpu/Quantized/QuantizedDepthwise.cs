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
    private const int MostPixels = 64;

    /// <summary>Whether it is one.</summary>
    public static bool Fits(in QuantizedConvolution s) => s.Groups == s.Channels && s.Features == s.Channels && s.Groups > 1;

    /// <summary>Computes, as <see cref="QuantizedProduct.Run"/>.</summary>
    public static void Run(byte* x, CpuStorage weight, in QuantizedConvolution s, int* terms, in SumWriter to)
    {
        int pairsOfRow = (s.KernelWidth + 1) / 2, pairs = s.KernelHeight * pairsOfRow;
        var packed = Packed(weight, s, pairsOfRow);
        nint* taps = stackalloc nint[2 * pairs];
        for (int t = 0; t < 2 * pairs; t++)
        {
            // The weight of a tap too many is 0.
            int down = t / 2 / pairsOfRow, across = Math.Min(t - down * 2 * pairsOfRow, s.KernelWidth - 1);
            taps[t] = (nint)s.Channels * s.Dilation * ((nint)down * s.PaddedWidth + across);
        }

        var job = new Job { X = x, Weights = (int*)packed.Pointer, Terms = terms, Taps = taps, Pairs = pairs, Sizes = s, To = to };
        Workers.Run(ref job, s.Images * s.OutHeight, 2L * s.OutputPixels * s.Features * s.Taps);
        packed.Release();
    }

    // (rows, pairs of taps of a row, channels, 2).
    private static CpuStorage Packed(CpuStorage weight, in QuantizedConvolution s, int pairsOfRow)
    {
        if (weight.Packed(KeyBase, []) is { } kept)
            return kept;
        int version = weight.Version;
        var made = CpuStorage.Bytes(4L * s.KernelHeight * pairsOfRow * s.Channels);
        var to = (short*)made.Pointer;
        for (int pair = 0; pair < s.KernelHeight * pairsOfRow; pair++)
            for (int c = 0; c < s.Channels; c++)
                for (int i = 0; i < 2; i++)
                {
                    int down = pair / pairsOfRow, across = pair % pairsOfRow * 2 + i;
                    *to++ = across < s.KernelWidth ? (short)QuantizedPanels.At(weight.Pointer, weight.Type == DType.Int32, (long)c * s.Taps + down * s.KernelWidth + across) : (short)0;
                }

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
            int* sums = stackalloc int[MostPixels * 16];
            for (int across = 0; across < Sizes.OutWidth; across += MostPixels)
            {
                byte* from = row + (nint)across * Sizes.StrideAcross * channels;
                nint at = ((nint)item * Sizes.OutWidth + across) * channels;
                int pixels = Math.Min(MostPixels, Sizes.OutWidth - across);
                for (int c = 0; c < channels;)
                {
                    int left = channels - c;
                    if (VectorWidth.Is512 && left >= 16)
                        c += Sum<Vector512<int>, Lanes512>(from + c, c, pixels, at + c, sums);
                    else if (VectorWidth.Bits >= 256 && left >= 8)
                        c += Sum<Vector256<int>, Lanes256>(from + c, c, pixels, at + c, sums);
                    else if (left >= 4)
                        c += Sum<Vector128<int>, Lanes128>(from + c, c, pixels, at + c, sums);
                    else
                        c += Sum<int, LanesScalar>(from + c, c, pixels, at + c, sums);
                }
            }
        }

        // Three rows of three taps, the first two of a row as a pair; with a stride of 1 the next pixel's pair is half read already.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Sum3x3<V, L>(byte* from, int* weights, int pixels, V term, int* sums) where V : struct where L : ILanes<V>
        {
            nint next = Sizes.Channels, row = (nint)Sizes.PaddedWidth * next, step = Sizes.StrideAcross * next;
            V w0 = L.Load(weights), w1 = L.Load(weights + next), w2 = L.Load(weights + 2 * next), w3 = L.Load(weights + 3 * next), w4 = L.Load(weights + 4 * next), w5 = L.Load(weights + 5 * next);
            if (Sizes.StrideAcross == 1)
            {
                V a0 = L.LoadBytes(from), a1 = L.LoadBytes(from + row), a2 = L.LoadBytes(from + 2 * row);
                from += next;
                V b0 = L.LoadBytes(from), b1 = L.LoadBytes(from + row), b2 = L.LoadBytes(from + 2 * row);
                for (int p = 0; p < pixels; p++, sums += L.Count)
                {
                    from += next;
                    V c0 = L.LoadBytes(from), c1 = L.LoadBytes(from + row), c2 = L.LoadBytes(from + 2 * row);
                    V top = L.Add(term, L.Add(L.PairProducts(L.Add(a0, L.ToUpper(b0)), w0), L.PairProducts(c0, w1)));
                    V middle = L.Add(L.PairProducts(L.Add(a1, L.ToUpper(b1)), w2), L.PairProducts(c1, w3));
                    V bottom = L.Add(L.PairProducts(L.Add(a2, L.ToUpper(b2)), w4), L.PairProducts(c2, w5));
                    L.Store(sums, L.Add(L.Add(top, middle), bottom));
                    (a0, a1, a2, b0, b1, b2) = (b0, b1, b2, c0, c1, c2);
                }

                return;
            }

            for (int p = 0; p < pixels; p++, from += step, sums += L.Count)
            {
                byte* second = from + row, third = second + row;
                V top = L.Add(term, L.Add(L.PairProducts(L.Add(L.LoadBytes(from), L.ToUpper(L.LoadBytes(from + next))), w0), L.PairProducts(L.LoadBytes(from + 2 * next), w1)));
                V middle = L.Add(L.PairProducts(L.Add(L.LoadBytes(second), L.ToUpper(L.LoadBytes(second + next))), w2), L.PairProducts(L.LoadBytes(second + 2 * next), w3));
                V bottom = L.Add(L.PairProducts(L.Add(L.LoadBytes(third), L.ToUpper(L.LoadBytes(third + next))), w4), L.PairProducts(L.LoadBytes(third + 2 * next), w5));
                L.Store(sums, L.Add(L.Add(top, middle), bottom));
            }
        }

        // The same channels of the pixels of a row.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly int Sum<V, L>(byte* from, int channel, int pixels, nint at, int* sums) where V : struct where L : ILanes<V>
        {
            nint step = (nint)Sizes.StrideAcross * Sizes.Channels, next = Sizes.Channels;
            nint* taps = Taps;
            int pairs = Pairs;
            V term = L.Load(Terms + channel);
            if (Sizes is { KernelHeight: 3, KernelWidth: 3, Dilation: 1 })
                Sum3x3<V, L>(from, Weights + channel, pixels, term, sums);
            else for (int p = 0; p < pixels; p++, from += step)
            {
                V sum = term;
                int* weights = Weights + channel;
                for (int pair = 0; pair < pairs; pair++, weights += next)
                {
                    V x = L.Add(L.LoadBytes(from + taps[2 * pair]), L.ToUpper(L.LoadBytes(from + taps[2 * pair + 1])));
                    sum = L.Add(sum, L.PairProducts(x, L.Load(weights)));
                }

                L.Store(sums + p * L.Count, sum);
            }

            To.Write(sums, L.Count, pixels, channel, at, next, L.Count);
            return L.Count;
        }
    }
}
