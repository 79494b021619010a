using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>A run of target pixels of a depthwise convolution: y[j, c] = bias[c] + Σ_row Σ_k x[row, j · stride + k, c] · w[row, k, c] + residual[j, c], kept within bounds.</summary>
internal unsafe struct DepthwiseWork
{
    /// <summary>Where each source pixel lies, (row, column); rows lie <see cref="PlacesRow"/> apart.</summary>
    public float** Places;

    /// <summary>Weights of the rows that count, (row, k, channel).</summary>
    public float* Weights;

    /// <summary>The first target pixel, and what is added to it, or null; both lie <see cref="TargetPixel"/> floats from pixel to pixel.</summary>
    public float* Target, Residual;

    /// <summary>(channel), or null.</summary>
    public float* Bias;

    public nint PlacesRow, TargetPixel, Channels, From, To;

    public int Rows, KernelWidth, Stride;

    /// <summary>Where the source pixels lie that the row below reads for the first time, (row, column), rows <see cref="PlacesRow"/> apart; or null.</summary>
    public float** Ahead;

    /// <summary>The target pixels of the row below.</summary>
    public float* AheadTarget;

    /// <summary>How many target pixels there are: a multiple of those that a loop computes at once.</summary>
    public int Pixels;

    /// <summary>The lowest and the highest result.</summary>
    public float Floor, Ceiling;

    /// <summary>Whether results may lie beyond.</summary>
    public bool HasFloor, HasCeiling;

    /// <summary>Whether results are written past the caches: <see cref="Depthwise.Streams"/>.</summary>
    public bool IsStreamed;
}

/// <summary>The loops of <see cref="DepthwiseProduct"/> at one vector width.</summary>
internal readonly unsafe struct DepthwiseKernels(delegate*<in DepthwiseWork, void> wide, delegate*<in DepthwiseWork, void> block, delegate*<in DepthwiseWork, void> any, delegate*<in DepthwiseWork, void> single)
{
    /// <summary>Target pixels of a block. Widths of images are often multiples of it, and seven sums leave AVX2 room for a kernel's row of seven.</summary>
    public const int Pixels = 7;

    /// <summary>Target pixels of two blocks.</summary>
    public const int WidePixels = 2 * Pixels;

    /// <summary>Two blocks at once, where there are registers for them, or null. As <see cref="Block"/>.</summary>
    public delegate*<in DepthwiseWork, void> Wide { get; } = wide;

    /// <summary>Blocks next to each other, or null. Of each row of the source that they read, no more columns lie outside at either end than half the kernel's.</summary>
    /// <remarks>So the columns between lie at equal distances, and their places need not be read: loads of places and of pixels share the processor's ports.</remarks>
    public delegate*<in DepthwiseWork, void> Block { get; } = block;

    /// <summary>Blocks of any kernel and stride, whose columns may all lie outside.</summary>
    public delegate*<in DepthwiseWork, void> Any { get; } = any;

    public delegate*<in DepthwiseWork, void> Single { get; } = single;

    /// <summary>The widest that <see cref="VectorWidth.Bits"/> allows and whose vectors the channels fill.</summary>
    public static DepthwiseKernels For(int channels, int kernelWidth, int stride) => channels switch
    {
        >= 16 when VectorWidth.Is512 => Of<Vector512<float>, Simd512>(kernelWidth, stride),
        >= 8 when VectorWidth.Is512 || VectorWidth.Is256 => Of<Vector256<float>, Simd256>(kernelWidth, stride),
        >= 4 when VectorWidth.Bits >= 128 => Of<Vector128<float>, Simd128>(kernelWidth, stride),
        _ => Of<float, SimdScalar>(kernelWidth, stride),
    };

    private static DepthwiseKernels Of<V, S>(int kernelWidth, int stride) where V : struct where S : ISimd<V> => new(
        (S.Count == 16 || AdvSimd.IsSupported) ? (kernelWidth, stride) switch
        {
            (3, 1) => &DepthwiseTile<V, S>.WideThree1,
            (3, 2) => &DepthwiseTile<V, S>.WideThree2,
            (5, 1) => &DepthwiseTile<V, S>.WideFive1,
            (5, 2) => &DepthwiseTile<V, S>.WideFive2,
            _ => null,
        } : null,
        (kernelWidth, stride) switch
        {
            (3, 1) => &DepthwiseTile<V, S>.Three1,
            (3, 2) => &DepthwiseTile<V, S>.Three2,
            (5, 1) => &DepthwiseTile<V, S>.Five1,
            (5, 2) => &DepthwiseTile<V, S>.Five2,
            _ => null,
        },
        &DepthwiseTile<V, S>.Any,
        &DepthwiseTile<V, S>.Single);
}

/// <summary>Lanes are channels. Every pixel's sum runs over the kernel row by row, whichever loop computes it.</summary>
internal static unsafe class DepthwiseTile<V, S> where V : struct where S : ISimd<V>
{
    private const int Pixels = DepthwiseKernels.Pixels, WidePixels = DepthwiseKernels.WidePixels;

    /// <summary>Seven pixels at once, a kernel 3 wide, stride 1: nine pixels are read for 21 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three1(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += Pixels)
        {
            float** places = t.Places + first;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, Pixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 3 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    float* q = p[1] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w1, a0); a1 = S.Fma(x, w0, a1);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w1, a1); a2 = S.Fma(x, w0, a2);
                    x = S.Load(q + 2 * tap);
                    a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w1, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + 3 * tap);
                    a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w1, a3); a4 = S.Fma(x, w0, a4);
                    q += 4 * tap;
                    x = S.Load(q);
                    a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w1, a4); a5 = S.Fma(x, w0, a5);
                    x = S.Load(q + tap);
                    a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w1, a5); a6 = S.Fma(x, w0, a6);
                    x = S.Load(q + 2 * tap);
                    a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w1, a6);
                    x = S.Load(p[8] + at);
                    a6 = S.Fma(x, w2, a6);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
            }
        }
    }

    /// <summary>Seven pixels, a kernel 3 wide, stride 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three2(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += Pixels)
        {
            float** places = t.Places + first * 2;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, Pixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 3 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    float* q = p[1] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w1, a0);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w0, a1);
                    x = S.Load(q + 2 * tap);
                    a1 = S.Fma(x, w1, a1);
                    x = S.Load(q + 3 * tap);
                    a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w0, a2);
                    q += 4 * tap;
                    x = S.Load(q);
                    a2 = S.Fma(x, w1, a2);
                    x = S.Load(q + tap);
                    a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + 2 * tap);
                    a3 = S.Fma(x, w1, a3);
                    x = S.Load(q + 3 * tap);
                    a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w0, a4);
                    q += 4 * tap;
                    x = S.Load(q);
                    a4 = S.Fma(x, w1, a4);
                    x = S.Load(q + tap);
                    a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w0, a5);
                    x = S.Load(q + 2 * tap);
                    a5 = S.Fma(x, w1, a5);
                    x = S.Load(q + 3 * tap);
                    a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w0, a6);
                    q += 4 * tap;
                    x = S.Load(q);
                    a6 = S.Fma(x, w1, a6);
                    x = S.Load(p[14] + at);
                    a6 = S.Fma(x, w2, a6);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
            }
        }
    }

    /// <summary>Seven pixels, a kernel 5 wide, stride 1: eleven pixels are read for 35 products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five1(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += Pixels)
        {
            float** places = t.Places + first;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, Pixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 5 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap), w3 = S.Load(w + 3 * tap), w4 = S.Load(w + 4 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    x = S.Load(p[1] + at);
                    a0 = S.Fma(x, w1, a0); a1 = S.Fma(x, w0, a1);
                    float* q = p[2] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w1, a1); a2 = S.Fma(x, w0, a2);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w3, a0); a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w1, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + 2 * tap);
                    a0 = S.Fma(x, w4, a0); a1 = S.Fma(x, w3, a1); a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w1, a3); a4 = S.Fma(x, w0, a4);
                    x = S.Load(q + 3 * tap);
                    a1 = S.Fma(x, w4, a1); a2 = S.Fma(x, w3, a2); a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w1, a4); a5 = S.Fma(x, w0, a5);
                    q += 4 * tap;
                    x = S.Load(q);
                    a2 = S.Fma(x, w4, a2); a3 = S.Fma(x, w3, a3); a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w1, a5); a6 = S.Fma(x, w0, a6);
                    x = S.Load(q + tap);
                    a3 = S.Fma(x, w4, a3); a4 = S.Fma(x, w3, a4); a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w1, a6);
                    x = S.Load(q + 2 * tap);
                    a4 = S.Fma(x, w4, a4); a5 = S.Fma(x, w3, a5); a6 = S.Fma(x, w2, a6);
                    x = S.Load(p[9] + at);
                    a5 = S.Fma(x, w4, a5); a6 = S.Fma(x, w3, a6);
                    x = S.Load(p[10] + at);
                    a6 = S.Fma(x, w4, a6);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
            }
        }
    }

    /// <summary>Seven pixels, a kernel 5 wide, stride 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five2(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += Pixels)
        {
            float** places = t.Places + first * 2;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, Pixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 5 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap), w3 = S.Load(w + 3 * tap), w4 = S.Load(w + 4 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    x = S.Load(p[1] + at);
                    a0 = S.Fma(x, w1, a0);
                    float* q = p[2] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w0, a1);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w3, a0); a1 = S.Fma(x, w1, a1);
                    x = S.Load(q + 2 * tap);
                    a0 = S.Fma(x, w4, a0); a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w0, a2);
                    x = S.Load(q + 3 * tap);
                    a1 = S.Fma(x, w3, a1); a2 = S.Fma(x, w1, a2);
                    q += 4 * tap;
                    x = S.Load(q);
                    a1 = S.Fma(x, w4, a1); a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + tap);
                    a2 = S.Fma(x, w3, a2); a3 = S.Fma(x, w1, a3);
                    x = S.Load(q + 2 * tap);
                    a2 = S.Fma(x, w4, a2); a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w0, a4);
                    x = S.Load(q + 3 * tap);
                    a3 = S.Fma(x, w3, a3); a4 = S.Fma(x, w1, a4);
                    q += 4 * tap;
                    x = S.Load(q);
                    a3 = S.Fma(x, w4, a3); a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w0, a5);
                    x = S.Load(q + tap);
                    a4 = S.Fma(x, w3, a4); a5 = S.Fma(x, w1, a5);
                    x = S.Load(q + 2 * tap);
                    a4 = S.Fma(x, w4, a4); a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w0, a6);
                    x = S.Load(q + 3 * tap);
                    a5 = S.Fma(x, w3, a5); a6 = S.Fma(x, w1, a6);
                    q += 4 * tap;
                    x = S.Load(q);
                    a5 = S.Fma(x, w4, a5); a6 = S.Fma(x, w2, a6);
                    x = S.Load(p[15] + at);
                    a6 = S.Fma(x, w3, a6);
                    x = S.Load(p[16] + at);
                    a6 = S.Fma(x, w4, a6);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
            }
        }
    }

    /// <summary>Fourteen pixels, a kernel 3 wide, stride 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideThree1(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += WidePixels)
        {
            float** places = t.Places + first;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, WidePixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 3 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    float* q = p[1] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w1, a0); a1 = S.Fma(x, w0, a1);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w1, a1); a2 = S.Fma(x, w0, a2);
                    x = S.Load(q + 2 * tap);
                    a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w1, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + 3 * tap);
                    a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w1, a3); a4 = S.Fma(x, w0, a4);
                    q += 4 * tap;
                    x = S.Load(q);
                    a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w1, a4); a5 = S.Fma(x, w0, a5);
                    x = S.Load(q + tap);
                    a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w1, a5); a6 = S.Fma(x, w0, a6);
                    x = S.Load(q + 2 * tap);
                    a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w1, a6); a7 = S.Fma(x, w0, a7);
                    x = S.Load(q + 3 * tap);
                    a6 = S.Fma(x, w2, a6); a7 = S.Fma(x, w1, a7); a8 = S.Fma(x, w0, a8);
                    q += 4 * tap;
                    x = S.Load(q);
                    a7 = S.Fma(x, w2, a7); a8 = S.Fma(x, w1, a8); a9 = S.Fma(x, w0, a9);
                    x = S.Load(q + tap);
                    a8 = S.Fma(x, w2, a8); a9 = S.Fma(x, w1, a9); a10 = S.Fma(x, w0, a10);
                    x = S.Load(q + 2 * tap);
                    a9 = S.Fma(x, w2, a9); a10 = S.Fma(x, w1, a10); a11 = S.Fma(x, w0, a11);
                    x = S.Load(q + 3 * tap);
                    a10 = S.Fma(x, w2, a10); a11 = S.Fma(x, w1, a11); a12 = S.Fma(x, w0, a12);
                    q += 4 * tap;
                    x = S.Load(q);
                    a11 = S.Fma(x, w2, a11); a12 = S.Fma(x, w1, a12); a13 = S.Fma(x, w0, a13);
                    x = S.Load(q + tap);
                    a12 = S.Fma(x, w2, a12); a13 = S.Fma(x, w1, a13);
                    x = S.Load(p[15] + at);
                    a13 = S.Fma(x, w2, a13);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
                Put(t, target + Pixels * t.TargetPixel + at, floor, a7, a8, a9, a10, a11, a12, a13);
            }
        }
    }

    /// <summary>Fourteen pixels, a kernel 3 wide, stride 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideThree2(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += WidePixels)
        {
            float** places = t.Places + first * 2;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, WidePixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 3 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    float* q = p[1] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w1, a0);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w0, a1);
                    x = S.Load(q + 2 * tap);
                    a1 = S.Fma(x, w1, a1);
                    x = S.Load(q + 3 * tap);
                    a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w0, a2);
                    q += 4 * tap;
                    x = S.Load(q);
                    a2 = S.Fma(x, w1, a2);
                    x = S.Load(q + tap);
                    a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + 2 * tap);
                    a3 = S.Fma(x, w1, a3);
                    x = S.Load(q + 3 * tap);
                    a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w0, a4);
                    q += 4 * tap;
                    x = S.Load(q);
                    a4 = S.Fma(x, w1, a4);
                    x = S.Load(q + tap);
                    a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w0, a5);
                    x = S.Load(q + 2 * tap);
                    a5 = S.Fma(x, w1, a5);
                    x = S.Load(q + 3 * tap);
                    a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w0, a6);
                    q += 4 * tap;
                    x = S.Load(q);
                    a6 = S.Fma(x, w1, a6);
                    x = S.Load(q + tap);
                    a6 = S.Fma(x, w2, a6); a7 = S.Fma(x, w0, a7);
                    x = S.Load(q + 2 * tap);
                    a7 = S.Fma(x, w1, a7);
                    x = S.Load(q + 3 * tap);
                    a7 = S.Fma(x, w2, a7); a8 = S.Fma(x, w0, a8);
                    q += 4 * tap;
                    x = S.Load(q);
                    a8 = S.Fma(x, w1, a8);
                    x = S.Load(q + tap);
                    a8 = S.Fma(x, w2, a8); a9 = S.Fma(x, w0, a9);
                    x = S.Load(q + 2 * tap);
                    a9 = S.Fma(x, w1, a9);
                    x = S.Load(q + 3 * tap);
                    a9 = S.Fma(x, w2, a9); a10 = S.Fma(x, w0, a10);
                    q += 4 * tap;
                    x = S.Load(q);
                    a10 = S.Fma(x, w1, a10);
                    x = S.Load(q + tap);
                    a10 = S.Fma(x, w2, a10); a11 = S.Fma(x, w0, a11);
                    x = S.Load(q + 2 * tap);
                    a11 = S.Fma(x, w1, a11);
                    x = S.Load(q + 3 * tap);
                    a11 = S.Fma(x, w2, a11); a12 = S.Fma(x, w0, a12);
                    q += 4 * tap;
                    x = S.Load(q);
                    a12 = S.Fma(x, w1, a12);
                    x = S.Load(q + tap);
                    a12 = S.Fma(x, w2, a12); a13 = S.Fma(x, w0, a13);
                    x = S.Load(q + 2 * tap);
                    a13 = S.Fma(x, w1, a13);
                    x = S.Load(p[28] + at);
                    a13 = S.Fma(x, w2, a13);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
                Put(t, target + Pixels * t.TargetPixel + at, floor, a7, a8, a9, a10, a11, a12, a13);
            }
        }
    }

    /// <summary>Fourteen pixels, a kernel 5 wide, stride 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideFive1(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += WidePixels)
        {
            float** places = t.Places + first;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, WidePixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 5 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap), w3 = S.Load(w + 3 * tap), w4 = S.Load(w + 4 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    x = S.Load(p[1] + at);
                    a0 = S.Fma(x, w1, a0); a1 = S.Fma(x, w0, a1);
                    float* q = p[2] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w1, a1); a2 = S.Fma(x, w0, a2);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w3, a0); a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w1, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + 2 * tap);
                    a0 = S.Fma(x, w4, a0); a1 = S.Fma(x, w3, a1); a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w1, a3); a4 = S.Fma(x, w0, a4);
                    x = S.Load(q + 3 * tap);
                    a1 = S.Fma(x, w4, a1); a2 = S.Fma(x, w3, a2); a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w1, a4); a5 = S.Fma(x, w0, a5);
                    q += 4 * tap;
                    x = S.Load(q);
                    a2 = S.Fma(x, w4, a2); a3 = S.Fma(x, w3, a3); a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w1, a5); a6 = S.Fma(x, w0, a6);
                    x = S.Load(q + tap);
                    a3 = S.Fma(x, w4, a3); a4 = S.Fma(x, w3, a4); a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w1, a6); a7 = S.Fma(x, w0, a7);
                    x = S.Load(q + 2 * tap);
                    a4 = S.Fma(x, w4, a4); a5 = S.Fma(x, w3, a5); a6 = S.Fma(x, w2, a6); a7 = S.Fma(x, w1, a7); a8 = S.Fma(x, w0, a8);
                    x = S.Load(q + 3 * tap);
                    a5 = S.Fma(x, w4, a5); a6 = S.Fma(x, w3, a6); a7 = S.Fma(x, w2, a7); a8 = S.Fma(x, w1, a8); a9 = S.Fma(x, w0, a9);
                    q += 4 * tap;
                    x = S.Load(q);
                    a6 = S.Fma(x, w4, a6); a7 = S.Fma(x, w3, a7); a8 = S.Fma(x, w2, a8); a9 = S.Fma(x, w1, a9); a10 = S.Fma(x, w0, a10);
                    x = S.Load(q + tap);
                    a7 = S.Fma(x, w4, a7); a8 = S.Fma(x, w3, a8); a9 = S.Fma(x, w2, a9); a10 = S.Fma(x, w1, a10); a11 = S.Fma(x, w0, a11);
                    x = S.Load(q + 2 * tap);
                    a8 = S.Fma(x, w4, a8); a9 = S.Fma(x, w3, a9); a10 = S.Fma(x, w2, a10); a11 = S.Fma(x, w1, a11); a12 = S.Fma(x, w0, a12);
                    x = S.Load(q + 3 * tap);
                    a9 = S.Fma(x, w4, a9); a10 = S.Fma(x, w3, a10); a11 = S.Fma(x, w2, a11); a12 = S.Fma(x, w1, a12); a13 = S.Fma(x, w0, a13);
                    q += 4 * tap;
                    x = S.Load(q);
                    a10 = S.Fma(x, w4, a10); a11 = S.Fma(x, w3, a11); a12 = S.Fma(x, w2, a12); a13 = S.Fma(x, w1, a13);
                    x = S.Load(q + tap);
                    a11 = S.Fma(x, w4, a11); a12 = S.Fma(x, w3, a12); a13 = S.Fma(x, w2, a13);
                    x = S.Load(p[16] + at);
                    a12 = S.Fma(x, w4, a12); a13 = S.Fma(x, w3, a13);
                    x = S.Load(p[17] + at);
                    a13 = S.Fma(x, w4, a13);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
                Put(t, target + Pixels * t.TargetPixel + at, floor, a7, a8, a9, a10, a11, a12, a13);
            }
        }
    }

    /// <summary>Fourteen pixels, a kernel 5 wide, stride 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WideFive2(in DepthwiseWork t)
    {
        nint tap = t.Channels, to = t.To, last = to - S.Count, placesRow = t.PlacesRow;
        float* bias = t.Bias, weights = t.Weights;
        int rows = t.Rows;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += WidePixels)
        {
            float** places = t.Places + first * 2;
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < to; c += S.Count)
            {
                // The last register lies over the one before, so that nothing is left over.
                nint at = Math.Min(c, last);
                if (t.Ahead != null)
                    Fetch(t, first, WidePixels, at);
                V a0 = bias == null ? S.Zero : S.Load(bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0, a13 = a0;
                float** p = places;
                float* w = weights + at;
                for (int row = rows; row > 0; row--, p += placesRow, w += 5 * tap)
                {
                    V w0 = S.Load(w), w1 = S.Load(w + tap), w2 = S.Load(w + 2 * tap), w3 = S.Load(w + 3 * tap), w4 = S.Load(w + 4 * tap);
                    V x = S.Load(p[0] + at);
                    a0 = S.Fma(x, w0, a0);
                    x = S.Load(p[1] + at);
                    a0 = S.Fma(x, w1, a0);
                    float* q = p[2] + at;
                    x = S.Load(q);
                    a0 = S.Fma(x, w2, a0); a1 = S.Fma(x, w0, a1);
                    x = S.Load(q + tap);
                    a0 = S.Fma(x, w3, a0); a1 = S.Fma(x, w1, a1);
                    x = S.Load(q + 2 * tap);
                    a0 = S.Fma(x, w4, a0); a1 = S.Fma(x, w2, a1); a2 = S.Fma(x, w0, a2);
                    x = S.Load(q + 3 * tap);
                    a1 = S.Fma(x, w3, a1); a2 = S.Fma(x, w1, a2);
                    q += 4 * tap;
                    x = S.Load(q);
                    a1 = S.Fma(x, w4, a1); a2 = S.Fma(x, w2, a2); a3 = S.Fma(x, w0, a3);
                    x = S.Load(q + tap);
                    a2 = S.Fma(x, w3, a2); a3 = S.Fma(x, w1, a3);
                    x = S.Load(q + 2 * tap);
                    a2 = S.Fma(x, w4, a2); a3 = S.Fma(x, w2, a3); a4 = S.Fma(x, w0, a4);
                    x = S.Load(q + 3 * tap);
                    a3 = S.Fma(x, w3, a3); a4 = S.Fma(x, w1, a4);
                    q += 4 * tap;
                    x = S.Load(q);
                    a3 = S.Fma(x, w4, a3); a4 = S.Fma(x, w2, a4); a5 = S.Fma(x, w0, a5);
                    x = S.Load(q + tap);
                    a4 = S.Fma(x, w3, a4); a5 = S.Fma(x, w1, a5);
                    x = S.Load(q + 2 * tap);
                    a4 = S.Fma(x, w4, a4); a5 = S.Fma(x, w2, a5); a6 = S.Fma(x, w0, a6);
                    x = S.Load(q + 3 * tap);
                    a5 = S.Fma(x, w3, a5); a6 = S.Fma(x, w1, a6);
                    q += 4 * tap;
                    x = S.Load(q);
                    a5 = S.Fma(x, w4, a5); a6 = S.Fma(x, w2, a6); a7 = S.Fma(x, w0, a7);
                    x = S.Load(q + tap);
                    a6 = S.Fma(x, w3, a6); a7 = S.Fma(x, w1, a7);
                    x = S.Load(q + 2 * tap);
                    a6 = S.Fma(x, w4, a6); a7 = S.Fma(x, w2, a7); a8 = S.Fma(x, w0, a8);
                    x = S.Load(q + 3 * tap);
                    a7 = S.Fma(x, w3, a7); a8 = S.Fma(x, w1, a8);
                    q += 4 * tap;
                    x = S.Load(q);
                    a7 = S.Fma(x, w4, a7); a8 = S.Fma(x, w2, a8); a9 = S.Fma(x, w0, a9);
                    x = S.Load(q + tap);
                    a8 = S.Fma(x, w3, a8); a9 = S.Fma(x, w1, a9);
                    x = S.Load(q + 2 * tap);
                    a8 = S.Fma(x, w4, a8); a9 = S.Fma(x, w2, a9); a10 = S.Fma(x, w0, a10);
                    x = S.Load(q + 3 * tap);
                    a9 = S.Fma(x, w3, a9); a10 = S.Fma(x, w1, a10);
                    q += 4 * tap;
                    x = S.Load(q);
                    a9 = S.Fma(x, w4, a9); a10 = S.Fma(x, w2, a10); a11 = S.Fma(x, w0, a11);
                    x = S.Load(q + tap);
                    a10 = S.Fma(x, w3, a10); a11 = S.Fma(x, w1, a11);
                    x = S.Load(q + 2 * tap);
                    a10 = S.Fma(x, w4, a10); a11 = S.Fma(x, w2, a11); a12 = S.Fma(x, w0, a12);
                    x = S.Load(q + 3 * tap);
                    a11 = S.Fma(x, w3, a11); a12 = S.Fma(x, w1, a12);
                    q += 4 * tap;
                    x = S.Load(q);
                    a11 = S.Fma(x, w4, a11); a12 = S.Fma(x, w2, a12); a13 = S.Fma(x, w0, a13);
                    x = S.Load(q + tap);
                    a12 = S.Fma(x, w3, a12); a13 = S.Fma(x, w1, a13);
                    x = S.Load(q + 2 * tap);
                    a12 = S.Fma(x, w4, a12); a13 = S.Fma(x, w2, a13);
                    x = S.Load(p[29] + at);
                    a13 = S.Fma(x, w3, a13);
                    x = S.Load(p[30] + at);
                    a13 = S.Fma(x, w4, a13);
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
                Put(t, target + Pixels * t.TargetPixel + at, floor, a7, a8, a9, a10, a11, a12, a13);
            }
        }
    }

    /// <summary>Seven pixels, any kernel and stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Any(in DepthwiseWork t)
    {
        nint last = t.To - S.Count, s = t.Stride;
        V floor = S.Broadcast(t.Floor);
        for (int first = 0; first < t.Pixels; first += Pixels)
        {
            float* target = t.Target + first * t.TargetPixel;
            for (nint c = t.From; c < t.To; c += S.Count)
            {
                nint at = Math.Min(c, last);
                V a0 = t.Bias == null ? S.Zero : S.Load(t.Bias + at), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
                float** places = t.Places + first * s;
                float* w = t.Weights + at;
                for (int row = 0; row < t.Rows; row++, places += t.PlacesRow)
                {
                    float** p = places;
                    for (int k = 0; k < t.KernelWidth; k++, p++, w += t.Channels)
                    {
                        V wk = S.Load(w);
                        a0 = S.Fma(S.Load(p[0] + at), wk, a0);
                        a1 = S.Fma(S.Load(p[s] + at), wk, a1);
                        a2 = S.Fma(S.Load(p[2 * s] + at), wk, a2);
                        a3 = S.Fma(S.Load(p[3 * s] + at), wk, a3);
                        a4 = S.Fma(S.Load(p[4 * s] + at), wk, a4);
                        a5 = S.Fma(S.Load(p[5 * s] + at), wk, a5);
                        a6 = S.Fma(S.Load(p[6 * s] + at), wk, a6);
                    }
                }

                Put(t, target + at, floor, a0, a1, a2, a3, a4, a5, a6);
            }
        }
    }

    /// <summary>One pixel, any kernel; four registers of channels at a time, so that sums do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Single(in DepthwiseWork t)
    {
        nint c = t.From, last = t.To - S.Count;
        for (; c + 4 * S.Count <= t.To; c += 4 * S.Count)
        {
            V a = S.Zero, b = S.Zero, d = S.Zero, e = S.Zero;
            if (t.Bias != null)
                (a, b, d, e) = (S.Load(t.Bias + c), S.Load(t.Bias + c + S.Count), S.Load(t.Bias + c + 2 * S.Count), S.Load(t.Bias + c + 3 * S.Count));
            float** places = t.Places;
            float* w = t.Weights + c;
            for (int row = 0; row < t.Rows; row++, places += t.PlacesRow)
                for (int k = 0; k < t.KernelWidth; k++, w += t.Channels)
                {
                    float* x = places[k] + c;
                    a = S.Fma(S.Load(x), S.Load(w), a);
                    b = S.Fma(S.Load(x + S.Count), S.Load(w + S.Count), b);
                    d = S.Fma(S.Load(x + 2 * S.Count), S.Load(w + 2 * S.Count), d);
                    e = S.Fma(S.Load(x + 3 * S.Count), S.Load(w + 3 * S.Count), e);
                }

            V floor = S.Broadcast(t.Floor), ceiling = S.Broadcast(t.Ceiling);
            float* y = t.Target + c, residual = t.Residual + c;
            bool isAdded = t.Residual != null;
            Put(y, isAdded, residual, a, floor, ceiling);
            Put(y + S.Count, isAdded, residual + S.Count, b, floor, ceiling);
            Put(y + 2 * S.Count, isAdded, residual + 2 * S.Count, d, floor, ceiling);
            Put(y + 3 * S.Count, isAdded, residual + 3 * S.Count, e, floor, ceiling);
        }

        for (; c < t.To; c += S.Count)
        {
            nint at = Math.Min(c, last);
            V a = t.Bias == null ? S.Zero : S.Load(t.Bias + at);
            float** places = t.Places;
            float* w = t.Weights + at;
            for (int row = 0; row < t.Rows; row++, places += t.PlacesRow)
                for (int k = 0; k < t.KernelWidth; k++, w += t.Channels)
                    a = S.Fma(S.Load(places[k] + at), S.Load(w), a);
            Put(t.Target + at, t.Residual != null, t.Residual + at, a, S.Broadcast(t.Floor), S.Broadcast(t.Ceiling));
        }
    }

    /// <summary>Asks for what the row below needs, into the second cache: the first has little room, and would make what is read now wait. A pixel's channels are few and pixels lie far apart, so the processor does not foresee it.</summary>
    private static void Fetch(in DepthwiseWork t, int first, int pixels, nint at)
    {
        if (!Sse.IsSupported)
            return;
        float** row = t.Ahead + first * t.Stride;
        int columns = (pixels - 1) * t.Stride + t.KernelWidth;
        for (int i = t.Stride; i > 0; i--, row += t.PlacesRow)
            for (int j = 0; j < columns; j++)
                Sse.Prefetch1(row[j] + at);
        if (t.IsStreamed)
            return;
        float* y = t.AheadTarget + first * t.TargetPixel + at;
        for (int j = pixels; j > 0; j--, y += t.TargetPixel)
            Sse.Prefetch1(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(in DepthwiseWork t, float* y, V floor, V a0, V a1, V a2, V a3, V a4, V a5, V a6)
    {
        nint step = t.TargetPixel;
        if (t.Residual != null)
        {
            float* r = t.Residual + (y - t.Target);
            a0 = S.Add(a0, S.Load(r));
            a1 = S.Add(a1, S.Load(r + step));
            a2 = S.Add(a2, S.Load(r + 2 * step));
            a3 = S.Add(a3, S.Load(r + 3 * step));
            a4 = S.Add(a4, S.Load(r + 4 * step));
            a5 = S.Add(a5, S.Load(r + 5 * step));
            a6 = S.Add(a6, S.Load(r + 6 * step));
        }

        // Each takes up to a tenth of a call's time.
        if (t.HasFloor)
            (a0, a1, a2, a3, a4, a5, a6) = (S.Max(floor, a0), S.Max(floor, a1), S.Max(floor, a2), S.Max(floor, a3), S.Max(floor, a4), S.Max(floor, a5), S.Max(floor, a6));
        if (t.HasCeiling)
        {
            V ceiling = S.Broadcast(t.Ceiling);
            (a0, a1, a2, a3, a4, a5, a6) = (S.Min(ceiling, a0), S.Min(ceiling, a1), S.Min(ceiling, a2), S.Min(ceiling, a3), S.Min(ceiling, a4), S.Min(ceiling, a5), S.Min(ceiling, a6));
        }

        // Asked once: a question before each store takes 2 % of a call.
        if (t.IsStreamed)
        {
            S.Stream(y, a0);
            S.Stream(y + step, a1);
            S.Stream(y + 2 * step, a2);
            y += 3 * step;
            S.Stream(y, a3);
            S.Stream(y + step, a4);
            S.Stream(y + 2 * step, a5);
            S.Stream(y + 3 * step, a6);
            return;
        }

        S.Store(y, a0);
        S.Store(y + step, a1);
        S.Store(y + 2 * step, a2);
        y += 3 * step;
        S.Store(y, a3);
        S.Store(y + step, a4);
        S.Store(y + 2 * step, a5);
        S.Store(y + 3 * step, a6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* y, bool isAdded, float* residual, V value, V floor, V ceiling) =>
        S.Store(y, S.Min(ceiling, S.Max(floor, isAdded ? S.Add(value, S.Load(residual)) : value)));
}
