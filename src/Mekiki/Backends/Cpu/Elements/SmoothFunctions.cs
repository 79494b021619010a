using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>x σ(x) = x / (1 + e^-x), with σ(x) = ½ + x p(x²) / q(x²) where |x| ≤ 18, in float32 alone: an exponential goes through float64.</summary>
/// <remarks>
/// Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016, arXiv:1606.08415, section 2. The polynomials are fitted by weighted least squares, with weights
/// that follow the largest errors (Lawson 1961): wrong by 4e-10 before rounding. That above the line is larger by 1e-7, so that σ(18) rounds to 1.
/// </remarks>
internal readonly struct SiluFunction : IFunction
{
    private const float Most = 18;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V>
    {
        V above = S.Max(S.Broadcast(-Most), x);
        return S.Mul(above, Sigmoid<V, S>(above));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V>
    {
        // σ (1 + x (1 - σ)); beyond the bounds σ is 0 or 1.
        V above = S.Max(S.Broadcast(-Most), x), sigmoid = Sigmoid<V, S>(above), one = S.Broadcast(1);
        return S.Mul(dy, S.Mul(sigmoid, S.Fma(above, S.Sub(one, sigmoid), one)));
    }

    /// <summary>σ of numbers from -18 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sigmoid<V, S>(V x) where V : struct where S : ISimd<V>
    {
        V near = S.Min(S.Broadcast(Most), x), square = S.Mul(near, near);
        V p = S.Fma(square, S.Broadcast(4.925743656e-11f), S.Broadcast(1.230064669e-7f));
        p = S.Fma(square, p, S.Broadcast(6.2558266e-5f));
        p = S.Fma(square, p, S.Broadcast(0.008613474653f));
        p = S.Fma(square, p, S.Broadcast(0.2500000239f));
        V q = S.Fma(square, S.Broadcast(7.141309471e-13f), S.Broadcast(6.289251692e-9f));
        q = S.Fma(square, q, S.Broadcast(6.560809137e-6f));
        q = S.Fma(square, q, S.Broadcast(0.00173250322f));
        q = S.Fma(square, q, S.Broadcast(0.1177872236f));
        q = S.Fma(square, q, S.Broadcast(1));
        return S.Max(S.Zero, S.Add(S.Div(S.Mul(near, p), q), S.Broadcast(0.5f)));
    }
}

/// <summary>x where it is positive, else a · (e^x - 1).</summary>
/// <remarks>Clevert, Unterthiner, Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015, arXiv:1511.07289, equation 15.</remarks>
internal readonly struct EluFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(x, S.Zero), x, S.Mul(a, ExponentialMinusOne<V, S>(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(x, S.Zero), dy, S.Mul(dy, S.Mul(a, S.Exp(x))));

    // Near 0, where the difference would cancel, by the series Σ xⁿ / n!.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExponentialMinusOne<V, S>(V x) where V : struct where S : ISimd<V>
    {
        V sum = S.Fma(x, S.Broadcast(1f / 40320), S.Broadcast(1f / 5040));
        sum = S.Fma(x, sum, S.Broadcast(1f / 720));
        sum = S.Fma(x, sum, S.Broadcast(1f / 120));
        sum = S.Fma(x, sum, S.Broadcast(1f / 24));
        sum = S.Fma(x, sum, S.Broadcast(1f / 6));
        sum = S.Fma(x, sum, S.Broadcast(0.5f));
        sum = S.Fma(x, sum, S.Broadcast(1));
        return S.Select(S.Greater(x, S.Broadcast(-0.5f)), S.Mul(x, sum), S.Sub(S.Exp(x), S.Broadcast(1)));
    }
}

/// <summary>log(1 + e^x), as max(x, 0) + log(1 + e^-|x|).</summary>
internal readonly struct SoftplusFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V>
    {
        V e = S.Exp(S.Min(x, S.Sub(S.Zero, x))), one = S.Broadcast(1), sum = S.Add(one, e);
        // log(sum) · e / (sum - 1) undoes what rounding took from 1 + e (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, problem 1.5).
        V log = S.Select(S.Equal(sum, one), e, S.Div(S.Mul(S.Log(sum), e), S.Sub(sum, one)));
        return S.Add(S.Max(S.Zero, x), log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Mul(dy, SigmoidFunction.Apply<V, S>(x));
}

/// <summary>x · tanh(log(1 + e^x)) = x · n / (n + 2) with n = e^x (e^x + 2).</summary>
/// <remarks>Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019, arXiv:1908.08681, equation 1.</remarks>
internal readonly struct MishFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V>
    {
        V n = Growth<V, S>(x, out _);
        return S.Mul(x, S.Div(n, S.Add(n, S.Broadcast(2))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V>
    {
        // w + x w', w = n / (n + 2), w' = 4 e (e + 1) / (n + 2)²
        V n = Growth<V, S>(x, out V e), below = S.Add(n, S.Broadcast(2));
        V slope = S.Div(S.Div(S.Mul(S.Mul(S.Broadcast(4), e), S.Add(e, S.Broadcast(1))), below), below);
        return S.Mul(dy, S.Fma(x, slope, S.Div(n, below)));
    }

    // Beyond 20 the fraction is 1 to all digits, and e^x would grow out of range.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Growth<V, S>(V x, out V e) where V : struct where S : ISimd<V>
    {
        e = S.Exp(S.Min(S.Broadcast(20), x));
        return S.Mul(e, S.Add(e, S.Broadcast(2)));
    }
}

/// <summary>x / 2 · (1 + tanh(u)) = x / (1 + e^-2u), u = √(2/π) (x + 0.044715 x³).</summary>
/// <remarks>Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016, arXiv:1606.08415, section 2.</remarks>
internal readonly struct GeluTanhFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Mul(x, Share<V, S>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V>
    {
        // s (1 + x (1 - s) · 2u'), u' = √(2/π) (1 + 3 · 0.044715 x²)
        V share = Share<V, S>(x), one = S.Broadcast(1);
        V slope = S.Fma(S.Mul(x, x), S.Broadcast(2 * 3 * 0.044715f * 0.7978845608f), S.Broadcast(2 * 0.7978845608f));
        return S.Mul(dy, S.Mul(share, S.Fma(S.Mul(x, S.Sub(one, share)), slope, one)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Share<V, S>(V x) where V : struct where S : ISimd<V>
    {
        V factor = S.Fma(S.Mul(x, x), S.Broadcast(2 * 0.044715f * 0.7978845608f), S.Broadcast(2 * 0.7978845608f));
        return S.Div(S.Broadcast(1), S.Add(S.Broadcast(1), S.Exp(S.Mul(S.Sub(S.Zero, x), factor))));
    }
}

/// <summary>2/√π · the integral of e^-t² from 0 to x: by its series up to 1, beyond by formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964.</summary>
internal readonly struct ErfFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V>
    {
        V one = S.Broadcast(1), size = S.Max(x, S.Sub(S.Zero, x)), square = S.Mul(x, x);
        // 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)); the first term left out is below 2e-9.
        V series = S.Broadcast(1.480719282e-08f);
        series = S.Fma(square, series, S.Broadcast(-1.636584469e-07f));
        series = S.Fma(square, series, S.Broadcast(1.646211437e-06f));
        series = S.Fma(square, series, S.Broadcast(-1.492565036e-05f));
        series = S.Fma(square, series, S.Broadcast(1.205533298e-04f));
        series = S.Fma(square, series, S.Broadcast(-8.548327023e-04f));
        series = S.Fma(square, series, S.Broadcast(5.223977625e-03f));
        series = S.Fma(square, series, S.Broadcast(-2.686617065e-02f));
        series = S.Fma(square, series, S.Broadcast(1.128379167e-01f));
        series = S.Fma(square, series, S.Broadcast(-3.761263890e-01f));
        series = S.Fma(square, series, S.Broadcast(1.128379167e+00f));
        V t = S.Div(one, S.Fma(S.Broadcast(0.3275911f), size, one));
        V sum = S.Fma(t, S.Broadcast(1.061405429f), S.Broadcast(-1.453152027f));
        sum = S.Fma(t, sum, S.Broadcast(1.421413741f));
        sum = S.Fma(t, sum, S.Broadcast(-0.284496736f));
        sum = S.Fma(t, sum, S.Broadcast(0.254829592f));
        V far = S.Sub(one, S.Mul(S.Mul(t, sum), S.Exp(S.Sub(S.Zero, square))));
        return S.Select(S.Greater(one, size), S.Mul(x, series), S.Select(S.Greater(x, S.Zero), far, S.Sub(S.Zero, far)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Mul(dy, S.Mul(S.Broadcast(1.128379167f), S.Exp(S.Sub(S.Zero, S.Mul(x, x)))));
}

/// <summary>1 / √x.</summary>
internal readonly struct RsqrtFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Div(S.Broadcast(1), S.Sqrt(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Mul(S.Mul(S.Broadcast(-0.5f), dy), S.Mul(y, S.Mul(y, y)));
}

/// <summary>1 / x.</summary>
internal readonly struct ReciprocalFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Div(S.Broadcast(1), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Sub(S.Zero, S.Mul(dy, S.Mul(y, y)));
}
