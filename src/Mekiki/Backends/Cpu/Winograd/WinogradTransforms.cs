using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>The transforms of F(4x4, 3x3): 6x6 pixels of input give 4x4 of output with 36 multiplications a channel instead of 144.</summary>
/// <remarks>
/// y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, and on the way back dg = Gᵀ [(A dy Aᵀ) ⊙ (Bᵀ d B)] G. Lavin, Gray, "Fast Algorithms for
/// Convolutional Neural Networks", 2015, arXiv:1509.09308, section 4. Differs: the points are 0, ±3/4, ±3/2, ∞ instead of
/// 0, ±1, ±2, ∞, which halves the rounding error (to about twice that of the direct sum). Channels are the lanes; their
/// count is a whole number of vectors. Of each transformed tile, element ξ = 6 i + j lies at <c>ξ · step</c>.
/// </remarks>
internal static unsafe class WinogradTransforms<V, S> where V : struct where S : ISimd<V>
{
    private const int Side = WinogradTiles.Side, Pixels = WinogradTiles.Pixels, Taps = 3;
    private const float A = 0.75f, B = 1.5f, A2 = A * A, B2 = B * B, A3 = A2 * A, B3 = B2 * B;
    private const float AtZero = 1 / (A2 * B2), AtA = 1 / (2 * A2 * (A2 - B2)), AtB = 1 / (2 * B2 * (B2 - A2));

    /// <summary>Bᵀ d B of 6x6 pixels, which lie where <paramref name="source"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** source, float* target, nint step, nint channels)
    {
        float* half = stackalloc float[Side * Side * 16];
        for (nint c = 0; c < channels; c += S.Count)
        {
            float** d = source;
            for (int j = 0; j < Side; j++, d++)
                InputLine(S.Load(d[0] + c), S.Load(d[Side] + c), S.Load(d[2 * Side] + c), S.Load(d[3 * Side] + c), S.Load(d[4 * Side] + c), S.Load(d[5 * Side] + c), half + j * S.Count, Side * S.Count);
            float* v = target + c, h = half;
            for (int i = 0; i < Side; i++, v += Side * step, h += Side * S.Count)
                InputLine(S.Load(h), S.Load(h + S.Count), S.Load(h + 2 * S.Count), S.Load(h + 3 * S.Count), S.Load(h + 4 * S.Count), S.Load(h + 5 * S.Count), v, step);
        }
    }

    /// <summary>Aᵀ m A + bias, and ReLU where wanted, into 4x4 pixels, which lie where <paramref name="target"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(float* source, nint step, float** target, float* bias, bool relu, nint channels)
    {
        float* half = stackalloc float[Pixels * Side * 16];
        V floor = relu ? S.Zero : S.Broadcast(float.NegativeInfinity);
        for (nint c = 0; c < channels; c += S.Count)
        {
            V shift = bias == null ? S.Zero : S.Load(bias + c);
            float* m = source + c;
            for (int j = 0; j < Side; j++, m += step)
            {
                float* to = half + j * S.Count;
                OutputLine(m, Side * step, to, to + Side * S.Count, to + 2 * Side * S.Count, to + 3 * Side * S.Count, S.Zero, S.Broadcast(float.NegativeInfinity));
            }

            float** y = target;
            float* h = half;
            for (int i = 0; i < Pixels; i++, y += Pixels, h += Side * S.Count)
                OutputLine(h, S.Count, y[0] + c, y[1] + c, y[2] + c, y[3] + c, shift, floor);
        }
    }

    /// <summary>The 2x2 maxima of f(scale · (Aᵀ m A + bias) + shift): 2x2 pixels, which lie where <paramref name="target"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Maxima(float* source, nint step, float** target, WinogradMaxima maxima, nint channels)
    {
        float* half = stackalloc float[Pixels * Side * 16], rows = stackalloc float[2 * Pixels * 16];
        V lowest = S.Broadcast(float.NegativeInfinity), floor = maxima.Relu ? S.Zero : lowest;
        for (nint c = 0; c < channels; c += S.Count)
        {
            V bias = maxima.Bias == null ? S.Zero : S.Load(maxima.Bias + c);
            float* m = source + c;
            for (int j = 0; j < Side; j++, m += step)
            {
                float* to = half + j * S.Count;
                OutputLine(m, Side * step, to, to + Side * S.Count, to + 2 * Side * S.Count, to + 3 * Side * S.Count, S.Zero, lowest);
            }

            float** y = target;
            float* h = half;
            for (int i = 0; i < Pixels; i += 2, h += 2 * Side * S.Count)
            {
                OutputLine(h, S.Count, rows, rows + S.Count, rows + 2 * S.Count, rows + 3 * S.Count, bias, lowest);
                OutputLine(h + Side * S.Count, S.Count, rows + 4 * S.Count, rows + 5 * S.Count, rows + 6 * S.Count, rows + 7 * S.Count, bias, lowest);
                for (int j = 0; j < Pixels; j += 2, y++)
                {
                    float* corner = rows + j * S.Count;
                    V a = S.Load(corner), b = S.Load(corner + S.Count), d = S.Load(corner + 4 * S.Count), e = S.Load(corner + 5 * S.Count);
                    if (maxima.Scale != null)
                    {
                        V scale = S.Load(maxima.Scale + c), shift = S.Load(maxima.Shift + c);
                        (a, b, d, e) = (S.Fma(a, scale, shift), S.Fma(b, scale, shift), S.Fma(d, scale, shift), S.Fma(e, scale, shift));
                    }

                    V noNumber = S.Or(S.Unordered(a, b), S.Unordered(d, e));
                    S.Store(*y + c, S.Or(noNumber, S.Max(floor, S.Max(S.Max(a, b), S.Max(d, e)))));
                }
            }
        }
    }

    /// <summary>A dy Aᵀ of 4x4 pixels, which lie where <paramref name="source"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float** source, float* target, nint step, nint channels)
    {
        float* half = stackalloc float[Side * Pixels * 16];
        for (nint c = 0; c < channels; c += S.Count)
        {
            float** dy = source;
            for (int j = 0; j < Pixels; j++, dy++)
                GradientLine(S.Load(dy[0] + c), S.Load(dy[Pixels] + c), S.Load(dy[2 * Pixels] + c), S.Load(dy[3 * Pixels] + c), half + j * S.Count, Pixels * S.Count);
            float* w = target + c, h = half;
            for (int i = 0; i < Side; i++, w += Side * step, h += Pixels * S.Count)
                GradientLine(S.Load(h), S.Load(h + S.Count), S.Load(h + 2 * S.Count), S.Load(h + 3 * S.Count), w, step);
        }
    }

    /// <summary>G g Gᵀ of 3x3 weights; tap k of each lane lies at <c>source + k · lanes</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights(float* source, nint lanes, float* target, nint step)
    {
        float* half = stackalloc float[Side * Taps * 16];
        for (nint c = 0; c < lanes; c += S.Count)
        {
            for (int j = 0; j < Taps; j++)
                WeightLine(source + c + j * lanes, Taps * lanes, half + j * S.Count, Taps * S.Count);
            for (int i = 0; i < Side; i++)
                WeightLine(half + i * Taps * S.Count, S.Count, target + c + i * Side * step, step);
        }
    }

    /// <summary>Gᵀ u G: the gradient of 3x3 weights; tap k of each lane goes to <c>target + k · lanes</c>. Sums <paramref name="chunks"/> sources.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient(float* source, nint step, int chunks, nint chunkStep, float* target, nint lanes)
    {
        float* sums = stackalloc float[Side * 16], half = stackalloc float[Side * Taps * 16];
        for (nint c = 0; c < lanes; c += S.Count)
        {
            for (int i = 0; i < Side; i++)
            {
                for (int j = 0; j < Side; j++)
                {
                    float* u = source + c + (i * Side + j) * step;
                    V sum = S.Load(u);
                    for (int k = 1; k < chunks; k++)
                        sum = S.Add(sum, S.Load(u + k * chunkStep));
                    S.Store(sums + j * S.Count, sum);
                }

                WeightGradientLine(sums, S.Count, half + i * Taps * S.Count, S.Count);
            }

            for (int j = 0; j < Taps; j++)
                WeightGradientLine(half + j * S.Count, Taps * S.Count, target + c + j * lanes, Taps * lanes);
        }
    }

    /// <summary>Bᵀ d: values of the polynomial's parts at 0, ±a, ±b and ∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(V d0, V d1, V d2, V d3, V d4, V d5, float* to, nint step)
    {
        V both = S.Broadcast(-A2 - B2), product = S.Broadcast(A2 * B2);
        S.Store(to, S.Fma(d0, product, S.Fma(d2, both, d4)));
        V even = S.Fma(d2, S.Broadcast(-B2), d4), odd = S.Fma(d1, S.Broadcast(-B2), d3);
        S.Store(to + step, S.Fma(odd, S.Broadcast(A), even));
        S.Store(to + 2 * step, S.Fma(odd, S.Broadcast(-A), even));
        even = S.Fma(d2, S.Broadcast(-A2), d4);
        odd = S.Fma(d1, S.Broadcast(-A2), d3);
        S.Store(to + 3 * step, S.Fma(odd, S.Broadcast(B), even));
        S.Store(to + 4 * step, S.Fma(odd, S.Broadcast(-B), even));
        S.Store(to + 5 * step, S.Fma(d1, product, S.Fma(d3, both, d5)));
    }

    /// <summary>Aᵀ m, and a bias and a floor for each value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(float* from, nint fromStep, float* to0, float* to1, float* to2, float* to3, V shift, V floor)
    {
        V m1 = S.Load(from + fromStep), m2 = S.Load(from + 2 * fromStep), m3 = S.Load(from + 3 * fromStep), m4 = S.Load(from + 4 * fromStep);
        V evenA = S.Add(m1, m2), oddA = S.Sub(m1, m2), evenB = S.Add(m3, m4), oddB = S.Sub(m3, m4);
        S.Store(to0, S.Max(floor, S.Add(S.Add(S.Load(from), evenA), S.Add(evenB, shift))));
        S.Store(to1, S.Max(floor, S.Fma(oddA, S.Broadcast(A), S.Fma(oddB, S.Broadcast(B), shift))));
        S.Store(to2, S.Max(floor, S.Fma(evenA, S.Broadcast(A2), S.Fma(evenB, S.Broadcast(B2), shift))));
        S.Store(to3, S.Max(floor, S.Fma(oddA, S.Broadcast(A3), S.Fma(oddB, S.Broadcast(B3), S.Add(S.Load(from + 5 * fromStep), shift)))));
    }

    /// <summary>A dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientLine(V y0, V y1, V y2, V y3, float* to, nint step)
    {
        S.Store(to, y0);
        V even = S.Fma(y2, S.Broadcast(A2), y0), odd = S.Fma(y3, S.Broadcast(A2), y1);
        S.Store(to + step, S.Fma(odd, S.Broadcast(A), even));
        S.Store(to + 2 * step, S.Fma(odd, S.Broadcast(-A), even));
        even = S.Fma(y2, S.Broadcast(B2), y0);
        odd = S.Fma(y3, S.Broadcast(B2), y1);
        S.Store(to + 3 * step, S.Fma(odd, S.Broadcast(B), even));
        S.Store(to + 4 * step, S.Fma(odd, S.Broadcast(-B), even));
        S.Store(to + 5 * step, y3);
    }

    /// <summary>G g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightLine(float* from, nint fromStep, float* to, nint step)
    {
        V g0 = S.Load(from), g1 = S.Load(from + fromStep), g2 = S.Load(from + 2 * fromStep);
        S.Store(to, S.Mul(g0, S.Broadcast(AtZero)));
        V even = S.Mul(S.Fma(g2, S.Broadcast(A2), g0), S.Broadcast(AtA)), odd = S.Mul(g1, S.Broadcast(A * AtA));
        S.Store(to + step, S.Add(even, odd));
        S.Store(to + 2 * step, S.Sub(even, odd));
        even = S.Mul(S.Fma(g2, S.Broadcast(B2), g0), S.Broadcast(AtB));
        odd = S.Mul(g1, S.Broadcast(B * AtB));
        S.Store(to + 3 * step, S.Add(even, odd));
        S.Store(to + 4 * step, S.Sub(even, odd));
        S.Store(to + 5 * step, g2);
    }

    /// <summary>Gᵀ u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightGradientLine(float* from, nint fromStep, float* to, nint step)
    {
        V u1 = S.Load(from + fromStep), u2 = S.Load(from + 2 * fromStep), u3 = S.Load(from + 3 * fromStep), u4 = S.Load(from + 4 * fromStep);
        V evenA = S.Mul(S.Add(u1, u2), S.Broadcast(AtA)), oddA = S.Sub(u1, u2), evenB = S.Mul(S.Add(u3, u4), S.Broadcast(AtB)), oddB = S.Sub(u3, u4);
        S.Store(to, S.Fma(S.Load(from), S.Broadcast(AtZero), S.Add(evenA, evenB)));
        S.Store(to + step, S.Fma(oddA, S.Broadcast(A * AtA), S.Mul(oddB, S.Broadcast(B * AtB))));
        S.Store(to + 2 * step, S.Fma(evenA, S.Broadcast(A2), S.Fma(evenB, S.Broadcast(B2), S.Load(from + 5 * fromStep))));
    }
}
