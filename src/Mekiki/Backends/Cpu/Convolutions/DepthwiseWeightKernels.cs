using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>What neighbouring output pixels of some rows add to the gradient of depthwise weights: sums[tap row, k, c] += Σ_j dy[row, j, c] · x[row · stride + tap row, j · stride + k, c], row by row.</summary>
internal unsafe struct DepthwiseWeightWork
{
    /// <summary>Where each source pixel lies, (row, column); rows lie <see cref="PlacesRow"/> apart.</summary>
    public float** Places;

    /// <summary>The first output pixel's gradient; rows lie <see cref="DyRow"/> floats apart.</summary>
    public float* Dy;

    /// <summary>(row, k, channel); taps lie <see cref="SumStep"/> floats apart, and whole vectors are written.</summary>
    public float* Sums;

    public nint PlacesRow, DyRow, SumStep, Channels, From, To;

    public int Rows, Pixels, KernelHeight, KernelWidth, Stride;

    /// <summary>Where the first source row lies in an image of so many rows: those outside add nothing.</summary>
    public int Top, Height;

    /// <summary>How many rows there are below, to be asked for ahead; 0: none need be.</summary>
    public int Ahead;

    /// <summary>The output rows whose source row for a row of taps lies inside.</summary>
    public readonly (int First, int Last) RowsInside(int tapRow)
    {
        int from = Top + tapRow;
        return (from >= 0 ? 0 : (Stride - 1 - from) / Stride, Math.Min(Rows, (Height - 1 - from + Stride) / Stride));
    }
}

/// <summary>The loops of <see cref="DepthwiseWeightProduct"/> at one vector width: lanes are channels.</summary>
internal static unsafe class DepthwiseWeightTile<V, S> where V : struct where S : ISimd<V>
{
    /// <summary>The loop for a kernel and a stride.</summary>
    public static delegate*<in DepthwiseWeightWork, void> For(int kernelHeight, int kernelWidth, int stride) => (kernelHeight, kernelWidth, stride) switch
    {
        (3, 3, 1) => &Three1,
        (3, 3, _) => &Three,
        (_, 5, 1) => &Five1,
        (_, 5, 2) => &Five2,
        _ => &Any,
    };

    /// <summary>A 3x3 kernel at stride 1: nine sums, four pixels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three1(in DepthwiseWeightWork t)
    {
        nint row = t.PlacesRow, step = t.SumStep;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            if (t.Ahead > 0)
                Fetch(t, c);
            float* to = t.Sums + c;
            V t0 = S.Load(to), t1 = S.Load(to + step), t2 = S.Load(to + 2 * step), t3 = S.Load(to + 3 * step), t4 = S.Load(to + 4 * step), t5 = S.Load(to + 5 * step), t6 = S.Load(to + 6 * step), t7 = S.Load(to + 7 * step), t8 = S.Load(to + 8 * step);
            for (int i = 0; i < t.Rows; i++)
            {
                V s0 = S.Zero, s1 = S.Zero, s2 = S.Zero, s3 = S.Zero, s4 = S.Zero, s5 = S.Zero, s6 = S.Zero, s7 = S.Zero, s8 = S.Zero;
                float** p = t.Places + i * t.Stride * row;
                float* dy = t.Dy + i * t.DyRow + c;
                int j = 0;
                for (; j + 4 <= t.Pixels; j += 4, p += 4, dy += 4 * t.Channels)
                {
                    V d0 = S.Load(dy), d1 = S.Load(dy + t.Channels), d2 = S.Load(dy + 2 * t.Channels), d3 = S.Load(dy + 3 * t.Channels);
                    float** q = p;
                    V x = S.Load(q[0] + c);
                    s0 = S.Fma(x, d0, s0);
                    x = S.Load(q[1] + c);
                    s0 = S.Fma(x, d1, s0); s1 = S.Fma(x, d0, s1);
                    x = S.Load(q[2] + c);
                    s0 = S.Fma(x, d2, s0); s1 = S.Fma(x, d1, s1); s2 = S.Fma(x, d0, s2);
                    x = S.Load(q[3] + c);
                    s0 = S.Fma(x, d3, s0); s1 = S.Fma(x, d2, s1); s2 = S.Fma(x, d1, s2);
                    x = S.Load(q[4] + c);
                    s1 = S.Fma(x, d3, s1); s2 = S.Fma(x, d2, s2);
                    x = S.Load(q[5] + c);
                    s2 = S.Fma(x, d3, s2);
                    q += row;
                    x = S.Load(q[0] + c);
                    s3 = S.Fma(x, d0, s3);
                    x = S.Load(q[1] + c);
                    s3 = S.Fma(x, d1, s3); s4 = S.Fma(x, d0, s4);
                    x = S.Load(q[2] + c);
                    s3 = S.Fma(x, d2, s3); s4 = S.Fma(x, d1, s4); s5 = S.Fma(x, d0, s5);
                    x = S.Load(q[3] + c);
                    s3 = S.Fma(x, d3, s3); s4 = S.Fma(x, d2, s4); s5 = S.Fma(x, d1, s5);
                    x = S.Load(q[4] + c);
                    s4 = S.Fma(x, d3, s4); s5 = S.Fma(x, d2, s5);
                    x = S.Load(q[5] + c);
                    s5 = S.Fma(x, d3, s5);
                    q += row;
                    x = S.Load(q[0] + c);
                    s6 = S.Fma(x, d0, s6);
                    x = S.Load(q[1] + c);
                    s6 = S.Fma(x, d1, s6); s7 = S.Fma(x, d0, s7);
                    x = S.Load(q[2] + c);
                    s6 = S.Fma(x, d2, s6); s7 = S.Fma(x, d1, s7); s8 = S.Fma(x, d0, s8);
                    x = S.Load(q[3] + c);
                    s6 = S.Fma(x, d3, s6); s7 = S.Fma(x, d2, s7); s8 = S.Fma(x, d1, s8);
                    x = S.Load(q[4] + c);
                    s7 = S.Fma(x, d3, s7); s8 = S.Fma(x, d2, s8);
                    x = S.Load(q[5] + c);
                    s8 = S.Fma(x, d3, s8);
                }

                for (; j < t.Pixels; j++, p++, dy += t.Channels)
                {
                    V d = S.Load(dy);
                    float** q = p;
                    s0 = S.Fma(S.Load(q[0] + c), d, s0);
                    s1 = S.Fma(S.Load(q[1] + c), d, s1);
                    s2 = S.Fma(S.Load(q[2] + c), d, s2);
                    q += row;
                    s3 = S.Fma(S.Load(q[0] + c), d, s3);
                    s4 = S.Fma(S.Load(q[1] + c), d, s4);
                    s5 = S.Fma(S.Load(q[2] + c), d, s5);
                    q += row;
                    s6 = S.Fma(S.Load(q[0] + c), d, s6);
                    s7 = S.Fma(S.Load(q[1] + c), d, s7);
                    s8 = S.Fma(S.Load(q[2] + c), d, s8);
                }

                t0 = S.Add(t0, s0); t1 = S.Add(t1, s1); t2 = S.Add(t2, s2); t3 = S.Add(t3, s3); t4 = S.Add(t4, s4); t5 = S.Add(t5, s5); t6 = S.Add(t6, s6); t7 = S.Add(t7, s7); t8 = S.Add(t8, s8);
            }

            S.Store(to, t0); S.Store(to + step, t1); S.Store(to + 2 * step, t2); S.Store(to + 3 * step, t3); S.Store(to + 4 * step, t4); S.Store(to + 5 * step, t5); S.Store(to + 6 * step, t6); S.Store(to + 7 * step, t7); S.Store(to + 8 * step, t8);
        }
    }

    /// <summary>A 3x3 kernel at any stride: nine sums, pixel by pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three(in DepthwiseWeightWork t)
    {
        nint row = t.PlacesRow, stride = t.Stride, step = t.SumStep;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            if (t.Ahead > 0)
                Fetch(t, c);
            float* to = t.Sums + c;
            V t0 = S.Load(to), t1 = S.Load(to + step), t2 = S.Load(to + 2 * step), t3 = S.Load(to + 3 * step), t4 = S.Load(to + 4 * step), t5 = S.Load(to + 5 * step), t6 = S.Load(to + 6 * step), t7 = S.Load(to + 7 * step), t8 = S.Load(to + 8 * step);
            for (int i = 0; i < t.Rows; i++)
            {
                V s0 = S.Zero, s1 = S.Zero, s2 = S.Zero, s3 = S.Zero, s4 = S.Zero, s5 = S.Zero, s6 = S.Zero, s7 = S.Zero, s8 = S.Zero;
                float** p = t.Places + i * t.Stride * row, q = p + row, r = q + row;
                float* dy = t.Dy + i * t.DyRow + c;
                for (int j = t.Pixels; j > 0; j--, p += stride, q += stride, r += stride, dy += t.Channels)
                {
                    V d = S.Load(dy);
                    s0 = S.Fma(d, S.Load(p[0] + c), s0);
                    s1 = S.Fma(d, S.Load(p[1] + c), s1);
                    s2 = S.Fma(d, S.Load(p[2] + c), s2);
                    s3 = S.Fma(d, S.Load(q[0] + c), s3);
                    s4 = S.Fma(d, S.Load(q[1] + c), s4);
                    s5 = S.Fma(d, S.Load(q[2] + c), s5);
                    s6 = S.Fma(d, S.Load(r[0] + c), s6);
                    s7 = S.Fma(d, S.Load(r[1] + c), s7);
                    s8 = S.Fma(d, S.Load(r[2] + c), s8);
                }

                t0 = S.Add(t0, s0); t1 = S.Add(t1, s1); t2 = S.Add(t2, s2); t3 = S.Add(t3, s3); t4 = S.Add(t4, s4); t5 = S.Add(t5, s5); t6 = S.Add(t6, s6); t7 = S.Add(t7, s7); t8 = S.Add(t8, s8);
            }

            S.Store(to, t0); S.Store(to + step, t1); S.Store(to + 2 * step, t2); S.Store(to + 3 * step, t3); S.Store(to + 4 * step, t4); S.Store(to + 5 * step, t5); S.Store(to + 6 * step, t6); S.Store(to + 7 * step, t7); S.Store(to + 8 * step, t8);
        }
    }

    /// <summary>A kernel 5 wide at stride 1, row by row: ten sums, of even and odd pixels, four pixels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five1(in DepthwiseWeightWork t)
    {
        nint step = t.SumStep;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            if (t.Ahead > 0)
                Fetch(t, c);
            float** places = t.Places;
            float* to = t.Sums + c;
            for (int row = 0; row < t.KernelHeight; row++, places += t.PlacesRow, to += 5 * step)
            {
                var (first, last) = t.RowsInside(row);
                V t0 = S.Load(to), t1 = S.Load(to + step), t2 = S.Load(to + 2 * step), t3 = S.Load(to + 3 * step), t4 = S.Load(to + 4 * step);
                for (int i = first; i < last; i++)
                {
                    V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, b0 = S.Zero, b1 = S.Zero, b2 = S.Zero, b3 = S.Zero, b4 = S.Zero;
                    float** p = places + i * t.Stride * t.PlacesRow;
                    float* dy = t.Dy + i * t.DyRow + c;
                    int j = 0;
                    for (; j + 4 <= t.Pixels; j += 4, p += 4, dy += 4 * t.Channels)
                    {
                        V d0 = S.Load(dy), d1 = S.Load(dy + t.Channels), d2 = S.Load(dy + 2 * t.Channels), d3 = S.Load(dy + 3 * t.Channels);
                        V x = S.Load(p[0] + c);
                        a0 = S.Fma(x, d0, a0);
                        x = S.Load(p[1] + c);
                        a1 = S.Fma(x, d0, a1); b0 = S.Fma(x, d1, b0);
                        x = S.Load(p[2] + c);
                        a2 = S.Fma(x, d0, a2); b1 = S.Fma(x, d1, b1); a0 = S.Fma(x, d2, a0);
                        x = S.Load(p[3] + c);
                        a3 = S.Fma(x, d0, a3); b2 = S.Fma(x, d1, b2); a1 = S.Fma(x, d2, a1); b0 = S.Fma(x, d3, b0);
                        x = S.Load(p[4] + c);
                        a4 = S.Fma(x, d0, a4); b3 = S.Fma(x, d1, b3); a2 = S.Fma(x, d2, a2); b1 = S.Fma(x, d3, b1);
                        x = S.Load(p[5] + c);
                        b4 = S.Fma(x, d1, b4); a3 = S.Fma(x, d2, a3); b2 = S.Fma(x, d3, b2);
                        x = S.Load(p[6] + c);
                        a4 = S.Fma(x, d2, a4); b3 = S.Fma(x, d3, b3);
                        x = S.Load(p[7] + c);
                        b4 = S.Fma(x, d3, b4);
                    }

                    for (; j < t.Pixels; j++, p += 1, dy += t.Channels)
                    {
                        V d = S.Load(dy);
                        a0 = S.Fma(d, S.Load(p[0] + c), a0);
                        a1 = S.Fma(d, S.Load(p[1] + c), a1);
                        a2 = S.Fma(d, S.Load(p[2] + c), a2);
                        a3 = S.Fma(d, S.Load(p[3] + c), a3);
                        a4 = S.Fma(d, S.Load(p[4] + c), a4);
                    }

                    t0 = S.Add(t0, S.Add(a0, b0)); t1 = S.Add(t1, S.Add(a1, b1)); t2 = S.Add(t2, S.Add(a2, b2)); t3 = S.Add(t3, S.Add(a3, b3)); t4 = S.Add(t4, S.Add(a4, b4));
                }

                S.Store(to, t0); S.Store(to + step, t1); S.Store(to + 2 * step, t2); S.Store(to + 3 * step, t3); S.Store(to + 4 * step, t4);
            }
        }
    }

    /// <summary>A kernel 5 wide at stride 2, row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five2(in DepthwiseWeightWork t)
    {
        nint step = t.SumStep;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            if (t.Ahead > 0)
                Fetch(t, c);
            float** places = t.Places;
            float* to = t.Sums + c;
            for (int row = 0; row < t.KernelHeight; row++, places += t.PlacesRow, to += 5 * step)
            {
                var (first, last) = t.RowsInside(row);
                V t0 = S.Load(to), t1 = S.Load(to + step), t2 = S.Load(to + 2 * step), t3 = S.Load(to + 3 * step), t4 = S.Load(to + 4 * step);
                for (int i = first; i < last; i++)
                {
                    V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, a4 = S.Zero, b0 = S.Zero, b1 = S.Zero, b2 = S.Zero, b3 = S.Zero, b4 = S.Zero;
                    float** p = places + i * t.Stride * t.PlacesRow;
                    float* dy = t.Dy + i * t.DyRow + c;
                    int j = 0;
                    for (; j + 2 <= t.Pixels; j += 2, p += 4, dy += 2 * t.Channels)
                    {
                        V d0 = S.Load(dy), d1 = S.Load(dy + t.Channels);
                        V x = S.Load(p[0] + c);
                        a0 = S.Fma(x, d0, a0);
                        x = S.Load(p[1] + c);
                        a1 = S.Fma(x, d0, a1);
                        x = S.Load(p[2] + c);
                        a2 = S.Fma(x, d0, a2); b0 = S.Fma(x, d1, b0);
                        x = S.Load(p[3] + c);
                        a3 = S.Fma(x, d0, a3); b1 = S.Fma(x, d1, b1);
                        x = S.Load(p[4] + c);
                        a4 = S.Fma(x, d0, a4); b2 = S.Fma(x, d1, b2);
                        x = S.Load(p[5] + c);
                        b3 = S.Fma(x, d1, b3);
                        x = S.Load(p[6] + c);
                        b4 = S.Fma(x, d1, b4);
                    }

                    for (; j < t.Pixels; j++, p += 2, dy += t.Channels)
                    {
                        V d = S.Load(dy);
                        a0 = S.Fma(d, S.Load(p[0] + c), a0);
                        a1 = S.Fma(d, S.Load(p[1] + c), a1);
                        a2 = S.Fma(d, S.Load(p[2] + c), a2);
                        a3 = S.Fma(d, S.Load(p[3] + c), a3);
                        a4 = S.Fma(d, S.Load(p[4] + c), a4);
                    }

                    t0 = S.Add(t0, S.Add(a0, b0)); t1 = S.Add(t1, S.Add(a1, b1)); t2 = S.Add(t2, S.Add(a2, b2)); t3 = S.Add(t3, S.Add(a3, b3)); t4 = S.Add(t4, S.Add(a4, b4));
                }

                S.Store(to, t0); S.Store(to + step, t1); S.Store(to + 2 * step, t2); S.Store(to + 3 * step, t3); S.Store(to + 4 * step, t4);
            }
        }
    }

    /// <summary>Any kernel and stride, tap by tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Any(in DepthwiseWeightWork t)
    {
        nint stride = t.Stride, channels = t.Channels;
        for (nint c = t.From; c < t.To; c += S.Count)
        {
            if (t.Ahead > 0)
                Fetch(t, c);
            float** places = t.Places;
            float* to = t.Sums + c;
            for (int row = 0; row < t.KernelHeight; row++, places += t.PlacesRow)
            {
                var (first, last) = t.RowsInside(row);
                for (int k = 0; k < t.KernelWidth; k++, to += t.SumStep)
                {
                    V sum = S.Load(to);
                    for (int i = first; i < last; i++)
                    {
                        V a = S.Zero, b = S.Zero, d = S.Zero, e = S.Zero;
                        float** p = places + i * stride * t.PlacesRow + k;
                        float* dy = t.Dy + i * t.DyRow + c;
                        int j = 0;
                        for (; j + 4 <= t.Pixels; j += 4, p += 4 * stride, dy += 4 * channels)
                        {
                            a = S.Fma(S.Load(dy), S.Load(p[0] + c), a);
                            b = S.Fma(S.Load(dy + channels), S.Load(p[stride] + c), b);
                            d = S.Fma(S.Load(dy + 2 * channels), S.Load(p[2 * stride] + c), d);
                            e = S.Fma(S.Load(dy + 3 * channels), S.Load(p[3 * stride] + c), e);
                        }

                        for (; j < t.Pixels; j++, p += stride, dy += channels)
                            a = S.Fma(S.Load(dy), S.Load(p[0] + c), a);
                        sum = S.Add(sum, S.Add(S.Add(a, b), S.Add(d, e)));
                    }

                    S.Store(to, sum);
                }
            }
        }
    }

    /// <summary>Asks for what the rows below need of a vector: they come with the next call.</summary>
    private static void Fetch(in DepthwiseWeightWork t, nint c)
    {
        if (!Sse.IsSupported)
            return;
        float** source = t.Places + ((t.Rows - 1) * t.Stride + t.KernelHeight) * t.PlacesRow;
        int columns = (t.Pixels - 1) * t.Stride + t.KernelWidth;
        for (int i = t.Ahead * t.Stride; i > 0; i--, source += t.PlacesRow)
            for (int j = 0; j < columns; j++)
                Sse.Prefetch1(source[j] + c);
        for (int i = 0; i < t.Ahead; i++)
        {
            float* dy = t.Dy + (t.Rows + i) * t.DyRow + c;
            for (int j = t.Pixels; j > 0; j--, dy += t.Channels)
                Sse.Prefetch1(dy);
        }
    }
}
