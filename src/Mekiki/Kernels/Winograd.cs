using System.Runtime.CompilerServices;

namespace Mekiki.Kernels;

/// <summary>The transforms of F(2x2, 3x3): 4x4 pixels of input give 2x2 of output with 16 multiplications a channel instead of 36.</summary>
/// <remarks>
/// y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, and on the way back dg = Gᵀ [(A dy Aᵀ) ⊙ (Bᵀ d B)] G. Lavin, Gray, "Fast Algorithms for
/// Convolutional Neural Networks", 2015, arXiv:1509.09308, section 4.1. Channels are the lanes; their count is a whole
/// number of vectors. Of each transformed tile, element ξ = 4 i + j goes to <c>target + ξ · step</c>.
/// </remarks>
internal static unsafe class Winograd<V, S> where V : struct where S : ISimd<V>
{
    /// <summary>Bᵀ d B of 4x4 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float* source, nint row, nint pixel, float* target, nint step, nint channels)
    {
        float* d0 = source, d1 = d0 + row, d2 = d1 + row, d3 = d2 + row;
        float* v0 = target, v1 = v0 + 4 * step, v2 = v1 + 4 * step, v3 = v2 + 4 * step;
        nint p2 = 2 * pixel, p3 = 3 * pixel, s2 = 2 * step, s3 = 3 * step;
        for (nint c = 0; c < channels; c += S.Count)
        {
            V a = S.Sub(S.Load(d0 + c), S.Load(d2 + c)), b = S.Sub(S.Load(d0 + c + pixel), S.Load(d2 + c + pixel));
            V e = S.Sub(S.Load(d0 + c + p2), S.Load(d2 + c + p2)), f = S.Sub(S.Load(d0 + c + p3), S.Load(d2 + c + p3));
            S.Store(v0 + c, S.Sub(a, e));
            S.Store(v0 + c + step, S.Add(b, e));
            S.Store(v0 + c + s2, S.Sub(e, b));
            S.Store(v0 + c + s3, S.Sub(b, f));
            V ya = S.Load(d1 + c), yb = S.Load(d1 + c + pixel), ye = S.Load(d1 + c + p2), yf = S.Load(d1 + c + p3);
            V za = S.Load(d2 + c), zb = S.Load(d2 + c + pixel), ze = S.Load(d2 + c + p2), zf = S.Load(d2 + c + p3);
            a = S.Add(ya, za);
            b = S.Add(yb, zb);
            e = S.Add(ye, ze);
            f = S.Add(yf, zf);
            S.Store(v1 + c, S.Sub(a, e));
            S.Store(v1 + c + step, S.Add(b, e));
            S.Store(v1 + c + s2, S.Sub(e, b));
            S.Store(v1 + c + s3, S.Sub(b, f));
            a = S.Sub(za, ya);
            b = S.Sub(zb, yb);
            e = S.Sub(ze, ye);
            f = S.Sub(zf, yf);
            S.Store(v2 + c, S.Sub(a, e));
            S.Store(v2 + c + step, S.Add(b, e));
            S.Store(v2 + c + s2, S.Sub(e, b));
            S.Store(v2 + c + s3, S.Sub(b, f));
            a = S.Sub(ya, S.Load(d3 + c));
            b = S.Sub(yb, S.Load(d3 + c + pixel));
            e = S.Sub(ye, S.Load(d3 + c + p2));
            f = S.Sub(yf, S.Load(d3 + c + p3));
            S.Store(v3 + c, S.Sub(a, e));
            S.Store(v3 + c + step, S.Add(b, e));
            S.Store(v3 + c + s2, S.Sub(e, b));
            S.Store(v3 + c + s3, S.Sub(b, f));
        }
    }

    /// <summary>Aᵀ m A + bias, and ReLU where wanted, into four pixels.</summary>
    /// <param name="source">The tile's ξ = 0.</param>
    /// <param name="step">Floats from ξ to ξ.</param>
    /// <param name="targets">Where the pixels (0, 0), (0, 1), (1, 0) and (1, 1) go.</param>
    /// <param name="bias">A value for each channel, or null.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="channels">How many channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(float* source, nint step, float** targets, float* bias, bool relu, nint channels)
    {
        float* m0 = source, m1 = m0 + 4 * step, m2 = m1 + 4 * step, m3 = m2 + 4 * step;
        float* y00 = targets[0], y01 = targets[1], y10 = targets[2], y11 = targets[3];
        nint s2 = 2 * step, s3 = 3 * step;
        V floor = relu ? S.Zero : S.Broadcast(float.NegativeInfinity);
        for (nint c = 0; c < channels; c += S.Count)
        {
            V ma = S.Load(m1 + c), mb = S.Load(m1 + c + step), mc = S.Load(m1 + c + s2), md = S.Load(m1 + c + s3);
            V na = S.Load(m2 + c), nb = S.Load(m2 + c + step), nc = S.Load(m2 + c + s2), nd = S.Load(m2 + c + s3);
            V b = bias == null ? S.Zero : S.Load(bias + c);
            V a0 = S.Add(S.Add(S.Load(m0 + c), ma), na), a1 = S.Add(S.Add(S.Load(m0 + c + step), mb), nb);
            V a2 = S.Add(S.Add(S.Load(m0 + c + s2), mc), nc), a3 = S.Add(S.Add(S.Load(m0 + c + s3), md), nd);
            S.Store(y00 + c, S.Max(S.Add(S.Add(S.Add(a0, a1), a2), b), floor));
            S.Store(y01 + c, S.Max(S.Add(S.Sub(S.Sub(a1, a2), a3), b), floor));
            a0 = S.Sub(S.Sub(ma, na), S.Load(m3 + c));
            a1 = S.Sub(S.Sub(mb, nb), S.Load(m3 + c + step));
            a2 = S.Sub(S.Sub(mc, nc), S.Load(m3 + c + s2));
            a3 = S.Sub(S.Sub(md, nd), S.Load(m3 + c + s3));
            S.Store(y10 + c, S.Max(S.Add(S.Add(S.Add(a0, a1), a2), b), floor));
            S.Store(y11 + c, S.Max(S.Add(S.Sub(S.Sub(a1, a2), a3), b), floor));
        }
    }

    /// <summary>A dy Aᵀ of 2x2 pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* source, nint row, nint pixel, float* target, nint step, nint channels)
    {
        float* w0 = target, w1 = w0 + 4 * step, w2 = w1 + 4 * step, w3 = w2 + 4 * step;
        nint s2 = 2 * step, s3 = 3 * step;
        for (nint c = 0; c < channels; c += S.Count)
        {
            V a = S.Load(source + c), b = S.Load(source + c + pixel), e = S.Load(source + row + c), f = S.Load(source + row + c + pixel);
            Row(w0 + c, a, b, step, s2, s3);
            Row(w1 + c, S.Add(a, e), S.Add(b, f), step, s2, s3);
            Row(w2 + c, S.Sub(a, e), S.Sub(b, f), step, s2, s3);
            Row(w3 + c, S.Sub(S.Zero, e), S.Sub(S.Zero, f), step, s2, s3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(float* target, V left, V right, nint step, nint s2, nint s3)
    {
        S.Store(target, left);
        S.Store(target + step, S.Add(left, right));
        S.Store(target + s2, S.Sub(left, right));
        S.Store(target + s3, S.Sub(S.Zero, right));
    }

    /// <summary>G g Gᵀ of 3x3 weights; tap k of each lane lies at <c>source + k · lanes</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights(float* source, nint lanes, float* target, nint step)
    {
        V half = S.Broadcast(0.5f);
        for (nint c = 0; c < lanes; c += S.Count)
        {
            float* g = source + c, u = target + c;
            for (int j = 0; j < 3; j++, g += lanes, u += step)
            {
                // The columns first: element (i, j) of the half-done tile waits where ξ = 4 i + j will be.
                V a = S.Load(g), b = S.Load(g + 3 * lanes), e = S.Load(g + 6 * lanes), sum = S.Mul(S.Add(a, e), half), middle = S.Mul(b, half);
                S.Store(u, a);
                S.Store(u + 4 * step, S.Add(sum, middle));
                S.Store(u + 8 * step, S.Sub(sum, middle));
                S.Store(u + 12 * step, e);
            }

            u = target + c;
            for (int i = 0; i < 4; i++, u += 4 * step)
            {
                V a = S.Load(u), b = S.Load(u + step), e = S.Load(u + 2 * step), sum = S.Mul(S.Add(a, e), half), middle = S.Mul(b, half);
                S.Store(u + step, S.Add(sum, middle));
                S.Store(u + 2 * step, S.Sub(sum, middle));
                S.Store(u + 3 * step, e);
            }
        }
    }

    /// <summary>Gᵀ u G: the gradient of 3x3 weights; tap k of each lane goes to <c>target + k · lanes</c>. Sums <paramref name="chunks"/> sources.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient(float* source, nint step, int chunks, nint chunkStep, float* target, nint lanes)
    {
        V half = S.Broadcast(0.5f);
        for (nint c = 0; c < lanes; c += S.Count)
            for (int j = 0; j < 3; j++)
            {
                V a0 = S.Zero, a1 = S.Zero, a2 = S.Zero;
                for (int i = 0; i < 4; i++)
                {
                    float* u = source + c + 4 * i * step;
                    V row = S.Zero;
                    for (int k = 0; k < chunks; k++, u += chunkStep)
                    {
                        V first = S.Load(u + step), second = S.Load(u + 2 * step);
                        V mixed = j == 1 ? S.Sub(first, second) : S.Add(first, second);
                        V part = S.Mul(mixed, half);
                        row = S.Add(row, j == 0 ? S.Add(part, S.Load(u)) : j == 1 ? part : S.Add(part, S.Load(u + 3 * step)));
                    }

                    V halved = S.Mul(row, half);
                    if (i == 0)
                        a0 = S.Add(a0, row);
                    else if (i == 3)
                        a2 = S.Add(a2, row);
                    else
                    {
                        a0 = S.Add(a0, halved);
                        a1 = i == 1 ? S.Add(a1, halved) : S.Sub(a1, halved);
                        a2 = S.Add(a2, halved);
                    }
                }

                S.Store(target + c + j * lanes, a0);
                S.Store(target + c + (3 + j) * lanes, a1);
                S.Store(target + c + (6 + j) * lanes, a2);
            }
    }
}
