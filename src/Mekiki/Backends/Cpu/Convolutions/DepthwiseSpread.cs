using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>The gradient of the input of a depthwise convolution of stride 2, whose kernel is 3 or 5 wide: dx[2i + a, 2j + b] takes from dy each tap that reaches it.</summary>
/// <remarks>
/// Even and odd pixels of a row meet other taps of the same row of dy, so a block computes both: each pixel of dy is read once for them,
/// and the pixels that are written lie side by side. No product is by a zero between the pixels of dy.
/// </remarks>
internal unsafe struct DepthwiseSpread : IJob
{
    private const int LeastItems = 16, FloatsPerItem = 1 << 16, LeastProducts = 1 << 16;

    private DepthwiseGrid grid;
    private ConvolutionShape s;
    private ChannelCut cut;
    private float* dy, dx, weights;
    private int rowItems;
    private bool isLarge, isStreamed;

    /// <summary>Whether a convolution is one of these.</summary>
    /// <remarks>With other margins the odd pixels would meet what the even ones do here; nobody asks for them.</remarks>
    public static bool Fits(in ConvolutionShape s) => s.Stride == 2 && s.KernelWidth is 3 or 5 && (s.Padding - s.KernelWidth / 2) % 2 == 0;

    /// <inheritdoc cref="Depthwise.InputGradient"/>
    public static void Run(float* dy, float* weight, float* dx, in ConvolutionShape s)
    {
        var packed = Depthwise.Pack(weight, s);
        var job = new DepthwiseSpread
        {
            grid = new DepthwiseGrid { Height = s.OutHeight, Width = s.OutWidth, Channels = s.Channels },
            s = s,
            dy = dy,
            dx = dx,
            weights = packed.Pointer,
            cut = ChannelCut.ForCache(s.Channels, (s.KernelHeight + 1) / 2 * (SpreadKernels.WidePixels / 2 + 2) + SpreadKernels.WidePixels),
        };
        long targetFloats = (long)s.Height * s.Width * s.Channels, products = targetFloats * s.Taps / 4;
        long moved = s.Images * (targetFloats + (long)s.OutHeight * s.OutWidth * s.Channels);
        (job.isLarge, job.isStreamed) = (Depthwise.ExceedsCaches(moved), Depthwise.Streams(moved, dx, s.Channels));
        long wanted = Math.Max(targetFloats / FloatsPerItem, Math.Min(LeastItems / s.Images, products / LeastProducts)) / job.cut.Count;
        job.rowItems = (int)Math.Clamp(wanted, 1, s.Height);
        Workers.Run(ref job, s.Images * job.rowItems * job.cut.Count, s.Images * products);
        packed.Release();
    }

    public readonly void Run(int item)
    {
        int part = item % cut.Count, rows = item / cut.Count % rowItems, image = item / cut.Count / rowItems;
        var (from, to) = cut[part];
        int firstRow = s.Height * rows / rowItems, lastRow = s.Height * (rows + 1) / rowItems;
        var kernels = SpreadKernels.For(to - from, s.KernelWidth);
        int half = s.KernelWidth / 2, columns = s.Width / 2 + half + SpreadKernels.WidePixels;
        // Row i of dx meets tap k at row (i + p - k) / 2 of dy, where that is whole.
        int firstSource = (firstRow + s.Padding - s.KernelHeight) / 2 - 1, sources = (lastRow + s.Padding) / 2 + 1 - firstSource;
        using var scratch = new Scratch(2L * sources * columns + (to - from) * (SpreadKernels.WidePixels + 1));
        var places = (float**)scratch.Pointer;
        float* zeros = scratch.Pointer + 2L * sources * columns, rest = zeros + (to - from);
        new Span<float>(zeros, to - from).Clear();
        grid.Find(dy + (nint)image * s.OutHeight * s.OutWidth * s.Channels, firstSource, sources, (s.Padding - half) / 2 + 1 - half, columns, zeros - from, places);
        var work = new SpreadWork { PlacesRow = columns, WeightsRow = -2 * (nint)s.KernelWidth * s.Channels, Channels = s.Channels, From = from, To = to };
        for (int row = firstRow; row < lastRow; row++)
        {
            int tap = (row + s.Padding) % 2, high = (row + s.Padding - tap) / 2, taps = (s.KernelHeight - tap + 1) / 2;
            // Rows of dy that are there: from high - taps + 1 to high, met by the last tap and by the first.
            int first = Math.Max(high - taps + 1, 0), last = Math.Min(high, s.OutHeight - 1);
            work.Rows = Math.Max(0, last - first + 1);
            work.Weights = weights + (tap + 2 * (nint)(high - first)) * s.KernelWidth * s.Channels;
            float** windows = places + (first - firstSource) * columns;
            float* target = dx + ((nint)image * s.Height + row) * s.Width * s.Channels;
            for (int column = 0; column < s.Width;)
            {
                bool isWide = kernels.Wide != null && s.Width - column > SpreadKernels.Pixels;
                var kernel = isWide ? kernels.Wide : kernels.Block;
                int pixels = isWide ? SpreadKernels.WidePixels : SpreadKernels.Pixels;
                // A block that is not full begins earlier and computes some pixels again; where it would begin at an odd one, it is cut.
                int start = s.Width % 2 == 0 ? Math.Clamp(s.Width - pixels, 0, column) : column, left = s.Width - start;
                bool isWhole = left >= pixels;
                work.Places = windows + start / 2;
                work.Target = isWhole ? target + (nint)start * s.Channels : rest - from;
                work.TargetPixel = isWhole ? s.Channels : to - from;
                work.IsStreamed = isStreamed && isWhole;
                work.Ahead = null;
                if (isLarge && isWhole && row + 1 < lastRow)
                {
                    work.Ahead = places + Math.Min(high + 1 - firstSource, sources - 1) * columns + start / 2;
                    work.AheadTarget = work.Target + (nint)s.Width * s.Channels;
                }

                kernel(in work);
                if (!isWhole)
                    for (int j = 0; j < left; j++)
                        new Span<float>(rest + (nint)j * (to - from), to - from).CopyTo(new Span<float>(target + (nint)(start + j) * s.Channels + from, to - from));
                column = start + pixels;
            }
        }

        if (isStreamed)
            Depthwise.EndStream();
    }
}

/// <summary>A block of pixels of one row: dx[2j + b, c] = Σ_row Σ_k dy[row, j', c] · w[row, k, c].</summary>
internal unsafe struct SpreadWork
{
    /// <summary>Where each pixel of dy lies, (row, column); rows lie <see cref="PlacesRow"/> apart.</summary>
    public float** Places;

    /// <summary>(row, k, channel); rows lie <see cref="WeightsRow"/> apart, backwards.</summary>
    public float* Weights;

    /// <summary>The first pixel.</summary>
    public float* Target;

    public nint PlacesRow, WeightsRow, TargetPixel, Channels, From, To;

    public int Rows;

    /// <inheritdoc cref="DepthwiseWork.IsStreamed"/>
    public bool IsStreamed;

    /// <summary>The pixels of dy that the rows below read for the first time; or null.</summary>
    public float** Ahead;

    /// <summary>The pixels of the row below.</summary>
    public float* AheadTarget;
}

/// <summary>The loops of <see cref="DepthwiseSpread"/> at one vector width.</summary>
internal readonly unsafe struct SpreadKernels(delegate*<in SpreadWork, void> wide, delegate*<in SpreadWork, void> block)
{
    /// <summary>Pixels of a block, and of a wide one.</summary>
    public const int Pixels = 8, WidePixels = 14;

    /// <summary>Fourteen pixels, where there are registers for them, or null.</summary>
    public delegate*<in SpreadWork, void> Wide { get; } = wide;

    public delegate*<in SpreadWork, void> Block { get; } = block;

    /// <inheritdoc cref="DepthwiseKernels.For"/>
    public static SpreadKernels For(int channels, int kernelWidth) => channels switch
    {
        >= 16 when VectorWidth.Is512 => Of<Vector512<float>, Simd512>(kernelWidth),
        >= 8 when VectorWidth.Is512 || VectorWidth.Is256 => Of<Vector256<float>, Simd256>(kernelWidth),
        >= 4 when VectorWidth.Bits >= 128 => Of<Vector128<float>, Simd128>(kernelWidth),
        _ => Of<float, SimdScalar>(kernelWidth),
    };

    private static SpreadKernels Of<V, S>(int kernelWidth) where V : struct where S : ISimd<V>
    {
        bool isWide = S.Count == 16 || AdvSimd.IsSupported;
        return kernelWidth == 3
            ? new(isWide ? &SpreadTile<V, S>.WideThree : null, &SpreadTile<V, S>.Three)
            : new(isWide ? &SpreadTile<V, S>.WideFive : null, &SpreadTile<V, S>.Five);
    }
}

/// <summary>Lanes are channels. Every pixel's sum runs over dy row by row and from left to right.</summary>
internal static unsafe class SpreadTile<V, S> where V : struct where S : ISimd<V>
{
    /// <summary>Eight pixels of a kernel 3 wide: five pixels of dy are read for twelve products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three(in SpreadWork t)
    {
        nint last = t.To - S.Count, tap = t.Channels;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            // The last register lies over the one before, so that nothing is left over.
            nint at = Math.Min(c, last);
            if (t.Ahead != null)
                Fetch(t, SpreadKernels.Pixels, at);
            V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, a5 = S.Zero, a6 = S.Zero, a7 = S.Zero;
            float** p = t.Places;
            float* w = t.Weights + at;
            for (int row = t.Rows; row > 0; row--, p += t.PlacesRow, w += t.WeightsRow)
            {
                V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap);
                V x = S.Load(p[0] + at);
                a0 = S.Fma(x, w1, a0); a1 = S.Fma(x, w2, a1);
                x = S.Load(p[1] + at);
                a1 = S.Fma(x, w0, a1); a2 = S.Fma(x, w1, a2); a3 = S.Fma(x, w2, a3);
                x = S.Load(p[2] + at);
                a3 = S.Fma(x, w0, a3); a4 = S.Fma(x, w1, a4); a5 = S.Fma(x, w2, a5);
                x = S.Load(p[3] + at);
                a5 = S.Fma(x, w0, a5); a6 = S.Fma(x, w1, a6); a7 = S.Fma(x, w2, a7);
                x = S.Load(p[4] + at);
                a7 = S.Fma(x, w0, a7);
            }

            nint step = t.TargetPixel;
            float* y = t.Target + at;
            S.Store(y, a0); S.Store(y + step, a1); S.Store(y + 2 * step, a2); S.Store(y + 3 * step, a3);
            y += 4 * step;
            S.Store(y, a4); S.Store(y + step, a5); S.Store(y + 2 * step, a6); S.Store(y + 3 * step, a7);
        }
    }

    /// <summary>Fourteen pixels of a kernel 3 wide: eight pixels of dy are read for 21 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideThree(in SpreadWork t)
    {
        nint last = t.To - S.Count, tap = t.Channels;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            nint at = Math.Min(c, last);
            if (t.Ahead != null)
                Fetch(t, SpreadKernels.WidePixels, at);
            V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, a5 = S.Zero, a6 = S.Zero, a7 = S.Zero, a8 = S.Zero, a9 = S.Zero, a10 = S.Zero, a11 = S.Zero, a12 = S.Zero, a13 = S.Zero;
            float** p = t.Places;
            float* w = t.Weights + at;
            for (int row = t.Rows; row > 0; row--, p += t.PlacesRow, w += t.WeightsRow)
            {
                V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap);
                V x = S.Load(p[0] + at);
                a0 = S.Fma(x, w1, a0); a1 = S.Fma(x, w2, a1);
                x = S.Load(p[1] + at);
                a1 = S.Fma(x, w0, a1); a2 = S.Fma(x, w1, a2); a3 = S.Fma(x, w2, a3);
                x = S.Load(p[2] + at);
                a3 = S.Fma(x, w0, a3); a4 = S.Fma(x, w1, a4); a5 = S.Fma(x, w2, a5);
                x = S.Load(p[3] + at);
                a5 = S.Fma(x, w0, a5); a6 = S.Fma(x, w1, a6); a7 = S.Fma(x, w2, a7);
                x = S.Load(p[4] + at);
                a7 = S.Fma(x, w0, a7); a8 = S.Fma(x, w1, a8); a9 = S.Fma(x, w2, a9);
                x = S.Load(p[5] + at);
                a9 = S.Fma(x, w0, a9); a10 = S.Fma(x, w1, a10); a11 = S.Fma(x, w2, a11);
                x = S.Load(p[6] + at);
                a11 = S.Fma(x, w0, a11); a12 = S.Fma(x, w1, a12); a13 = S.Fma(x, w2, a13);
                x = S.Load(p[7] + at);
                a13 = S.Fma(x, w0, a13);
            }

            Put(t, at, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
        }
    }

    /// <summary>Eight pixels of a kernel 5 wide: six pixels of dy are read for twenty products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five(in SpreadWork t)
    {
        nint last = t.To - S.Count, tap = t.Channels;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            nint at = Math.Min(c, last);
            if (t.Ahead != null)
                Fetch(t, SpreadKernels.Pixels, at);
            V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, a5 = S.Zero, a6 = S.Zero, a7 = S.Zero;
            float** p = t.Places;
            float* w = t.Weights + at;
            for (int row = t.Rows; row > 0; row--, p += t.PlacesRow, w += t.WeightsRow)
            {
                V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap), w3 = S.Load(w + 3 * tap), w4 = S.Load(w + 4 * tap);
                V x = S.Load(p[0] + at);
                a0 = S.Fma(x, w4, a0);
                x = S.Load(p[1] + at);
                a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w3, a1); a2 = S.Fma(x, w4, a2);
                x = S.Load(p[2] + at);
                a0 = S.Fma(x, w0, a0); a1 = S.Fma(x, w1, a1); a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w3, a3); a4 = S.Fma(x, w4, a4);
                x = S.Load(p[3] + at);
                a2 = S.Fma(x, w0, a2); a3 = S.Fma(x, w1, a3); a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w3, a5); a6 = S.Fma(x, w4, a6);
                x = S.Load(p[4] + at);
                a4 = S.Fma(x, w0, a4); a5 = S.Fma(x, w1, a5); a6 = S.Fma(x, w2, a6); a7 = S.Fma(x, w3, a7);
                x = S.Load(p[5] + at);
                a6 = S.Fma(x, w0, a6); a7 = S.Fma(x, w1, a7);
            }

            nint step = t.TargetPixel;
            float* y = t.Target + at;
            S.Store(y, a0); S.Store(y + step, a1); S.Store(y + 2 * step, a2); S.Store(y + 3 * step, a3);
            y += 4 * step;
            S.Store(y, a4); S.Store(y + step, a5); S.Store(y + 2 * step, a6); S.Store(y + 3 * step, a7);
        }
    }

    /// <summary>Fourteen pixels of a kernel 5 wide: nine pixels of dy are read for 35 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideFive(in SpreadWork t)
    {
        nint last = t.To - S.Count, tap = t.Channels;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            nint at = Math.Min(c, last);
            if (t.Ahead != null)
                Fetch(t, SpreadKernels.WidePixels, at);
            V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, a5 = S.Zero, a6 = S.Zero, a7 = S.Zero, a8 = S.Zero, a9 = S.Zero, a10 = S.Zero, a11 = S.Zero, a12 = S.Zero, a13 = S.Zero;
            float** p = t.Places;
            float* w = t.Weights + at;
            for (int row = t.Rows; row > 0; row--, p += t.PlacesRow, w += t.WeightsRow)
            {
                V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap), w3 = S.Load(w + 3 * tap), w4 = S.Load(w + 4 * tap);
                V x = S.Load(p[0] + at);
                a0 = S.Fma(x, w4, a0);
                x = S.Load(p[1] + at);
                a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w3, a1); a2 = S.Fma(x, w4, a2);
                x = S.Load(p[2] + at);
                a0 = S.Fma(x, w0, a0); a1 = S.Fma(x, w1, a1); a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w3, a3); a4 = S.Fma(x, w4, a4);
                x = S.Load(p[3] + at);
                a2 = S.Fma(x, w0, a2); a3 = S.Fma(x, w1, a3); a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w3, a5); a6 = S.Fma(x, w4, a6);
                x = S.Load(p[4] + at);
                a4 = S.Fma(x, w0, a4); a5 = S.Fma(x, w1, a5); a6 = S.Fma(x, w2, a6); a7 = S.Fma(x, w3, a7); a8 = S.Fma(x, w4, a8);
                x = S.Load(p[5] + at);
                a6 = S.Fma(x, w0, a6); a7 = S.Fma(x, w1, a7); a8 = S.Fma(x, w2, a8); a9 = S.Fma(x, w3, a9); a10 = S.Fma(x, w4, a10);
                x = S.Load(p[6] + at);
                a8 = S.Fma(x, w0, a8); a9 = S.Fma(x, w1, a9); a10 = S.Fma(x, w2, a10); a11 = S.Fma(x, w3, a11); a12 = S.Fma(x, w4, a12);
                x = S.Load(p[7] + at);
                a10 = S.Fma(x, w0, a10); a11 = S.Fma(x, w1, a11); a12 = S.Fma(x, w2, a12); a13 = S.Fma(x, w3, a13);
                x = S.Load(p[8] + at);
                a12 = S.Fma(x, w0, a12); a13 = S.Fma(x, w1, a13);
            }

            Put(t, at, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
        }
    }

    /// <summary>Asks for what the row below needs, as <see cref="DepthwiseTile{V,S}"/> does.</summary>
    private static void Fetch(in SpreadWork t, int pixels, nint at)
    {
        if (!Sse.IsSupported)
            return;
        for (int j = pixels / 2 + 1; j >= 0; j--)
            Sse.Prefetch1(t.Ahead[j] + at);
        if (t.IsStreamed)
            return;
        float* y = t.AheadTarget + at;
        for (int j = pixels; j > 0; j--, y += t.TargetPixel)
            Sse.Prefetch1(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(in SpreadWork t, nint at, V a0, V a1, V a2, V a3, V a4, V a5, V a6, V a7, V a8, V a9, V a10, V a11, V a12, V a13)
    {
        nint step = t.TargetPixel;
        float* y = t.Target + at;
        // Asked once: a question before each store takes 2 % of a call.
        if (t.IsStreamed)
        {
            S.Stream(y, a0); S.Stream(y + step, a1); S.Stream(y + 2 * step, a2); S.Stream(y + 3 * step, a3);
            y += 4 * step;
            S.Stream(y, a4); S.Stream(y + step, a5); S.Stream(y + 2 * step, a6); S.Stream(y + 3 * step, a7);
            y += 4 * step;
            S.Stream(y, a8); S.Stream(y + step, a9); S.Stream(y + 2 * step, a10); S.Stream(y + 3 * step, a11);
            y += 4 * step;
            S.Stream(y, a12); S.Stream(y + step, a13);
            return;
        }

        S.Store(y, a0); S.Store(y + step, a1); S.Store(y + 2 * step, a2); S.Store(y + 3 * step, a3);
        y += 4 * step;
        S.Store(y, a4); S.Store(y + step, a5); S.Store(y + 2 * step, a6); S.Store(y + 3 * step, a7);
        y += 4 * step;
        S.Store(y, a8); S.Store(y + step, a9); S.Store(y + 2 * step, a10); S.Store(y + 3 * step, a11);
        y += 4 * step;
        S.Store(y, a12); S.Store(y + step, a13);
    }
}
