using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>max(x, 0); what is no number stays so, since it stands second in <see cref="ISimd{V}.Max"/>, and its gradient passes.</summary>
internal readonly struct ReluFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V> => S.Max(S.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V> => S.Select(S.LessOrEqual(y, S.Zero), S.Zero, dy);
}

/// <summary>1 / (1 + e^-x).</summary>
internal readonly struct SigmoidFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V> =>
        S.Div(S.Broadcast(1), S.Add(S.Broadcast(1), S.Exp(S.Sub(S.Zero, x))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V> => S.Mul(dy, S.Mul(y, S.Sub(S.Broadcast(1), y)));
}

/// <summary>The hyperbolic tangent, (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x; by its series near 0.</summary>
internal readonly struct TanhFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V>
    {
        var one = S.Broadcast(1);
        var size = S.Max(x, S.Sub(S.Zero, x));
        var e = S.Exp(S.Mul(S.Broadcast(-2), size));
        var far = S.Div(S.Sub(one, e), S.Add(one, e));
        // x - x³/3 + 2x⁵/15 - 17x⁷/315: below 0.1 the difference above would cancel.
        var square = S.Mul(x, x);
        var series = S.Fma(square, S.Broadcast(-17f / 315), S.Broadcast(2f / 15));
        series = S.Fma(square, S.Fma(square, series, S.Broadcast(-1f / 3)), one);
        var signed = S.Select(S.Greater(x, S.Zero), far, S.Sub(S.Zero, far));
        return S.Select(S.Greater(S.Broadcast(0.1f), size), S.Mul(x, series), signed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V> => S.Mul(dy, S.Sub(S.Broadcast(1), S.Mul(y, y)));
}

/// <summary>x Φ(x) with the exact normal distribution function Φ.</summary>
/// <remarks>Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016, arXiv:1606.08415, section 2.</remarks>
internal readonly struct GeluFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V> => S.Mul(x, Distribution<V, S>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V>
    {
        var density = S.Mul(S.Broadcast(0.3989422804f), S.Exp(S.Mul(S.Broadcast(-0.5f), S.Mul(x, x))));
        return S.Mul(dy, S.Fma(x, density, Distribution<V, S>(x)));
    }

    /// <summary>Φ(x), by formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964; its error is below 1.5e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Distribution<V, S>(V x) where V : struct where S : ISimd<V>
    {
        var one = S.Broadcast(1);
        var size = S.Mul(S.Max(x, S.Sub(S.Zero, x)), S.Broadcast(0.70710678f));
        var t = S.Div(one, S.Fma(S.Broadcast(0.3275911f), size, one));
        var sum = S.Fma(t, S.Broadcast(1.061405429f), S.Broadcast(-1.453152027f));
        sum = S.Fma(t, sum, S.Broadcast(1.421413741f));
        sum = S.Fma(t, sum, S.Broadcast(-0.284496736f));
        sum = S.Fma(t, sum, S.Broadcast(0.254829592f));
        var tail = S.Mul(S.Broadcast(0.5f), S.Mul(S.Mul(t, sum), S.Exp(S.Sub(S.Zero, S.Mul(size, size)))));
        return S.Select(S.Greater(x, S.Zero), S.Sub(one, tail), tail);
    }
}

/// <summary>e^x.</summary>
internal readonly struct ExpFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V> => S.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V> => S.Mul(dy, y);
}

/// <summary>The natural logarithm.</summary>
internal readonly struct LogFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V> => S.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V> => S.Div(dy, x);
}

/// <summary>The square root.</summary>
internal readonly struct SqrtFunction : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x) where V : struct where S : ISimd<V> => S.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V> => S.Div(S.Mul(S.Broadcast(0.5f), dy), y);
}
