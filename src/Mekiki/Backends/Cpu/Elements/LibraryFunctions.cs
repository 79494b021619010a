using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Functions of the standard library, one number of a register after the other.</summary>
internal static unsafe class Lanes
{
    /// <summary>x^exponent.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Pow<V, S>(V x, V exponent) where V : struct where S : ISimd<V>
    {
        float* values = stackalloc float[S.Count], powers = stackalloc float[S.Count];
        S.Store(values, x);
        S.Store(powers, exponent);
        for (int i = 0; i < S.Count; i++)
            values[i] = MathF.Pow(values[i], powers[i]);
        return S.Load(values);
    }

    /// <summary>The sine of x radians, or the cosine.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Wave<V, S>(V x, bool cosine) where V : struct where S : ISimd<V>
    {
        float* values = stackalloc float[S.Count];
        S.Store(values, x);
        for (int i = 0; i < S.Count; i++)
            values[i] = cosine ? MathF.Cos(values[i]) : MathF.Sin(values[i]);
        return S.Load(values);
    }
}

/// <summary>x².</summary>
internal readonly struct SquareFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Mul(x, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Mul(S.Mul(S.Broadcast(2), x), dy);
}

/// <summary>x^a.</summary>
internal readonly struct PowFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => Lanes.Pow<V, S>(x, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V>
    {
        V slope = S.Mul(a, Lanes.Pow<V, S>(x, S.Sub(a, S.Broadcast(1))));
        return S.Select(S.Equal(a, S.Zero), S.Zero, S.Mul(dy, slope));
    }
}

/// <summary>x^(1/a), a = 2 most often; where x is 0, so is the derivative.</summary>
internal readonly struct RootFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Equal(a, S.Broadcast(2)), S.Sqrt(x), Lanes.Pow<V, S>(x, S.Div(S.Broadcast(1), a)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V>
    {
        // y / (a x)
        return S.Select(S.Equal(x, S.Zero), S.Zero, S.Mul(dy, S.Div(y, S.Mul(a, x))));
    }
}

/// <summary>The sine.</summary>
internal readonly struct SinFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => Lanes.Wave<V, S>(x, cosine: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Mul(dy, Lanes.Wave<V, S>(x, cosine: true));
}

/// <summary>The cosine.</summary>
internal readonly struct CosFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => Lanes.Wave<V, S>(x, cosine: true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Sub(S.Zero, S.Mul(dy, Lanes.Wave<V, S>(x, cosine: false)));
}
