using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>a · x.</summary>
internal readonly struct ScaleFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Mul(a, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Mul(a, dy);
}

/// <summary>x for positive x, else a · x.</summary>
internal readonly struct LeakyReluFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(x, S.Zero), x, S.Mul(x, a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(x, S.Zero), dy, S.Mul(dy, a));
}

/// <summary>min(max(x, 0), 6).</summary>
internal readonly struct Relu6Function : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Min(S.Broadcast(6), S.Max(S.Zero, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.LessOrEqual(x, S.Zero), S.Zero, S.Select(S.LessOrEqual(S.Broadcast(6), x), S.Zero, dy));
}

/// <summary>min(max(x, a), b).</summary>
internal readonly struct ClampFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Min(b, S.Max(a, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(a, x), S.Zero, S.Select(S.Greater(x, b), S.Zero, dy));
}

/// <summary>min(max(x + 3, 0), 6) / 6.</summary>
/// <remarks>Howard et al., "Searching for MobileNetV3", 2019, arXiv:1905.02244, section 5.2.</remarks>
internal readonly struct HardsigmoidFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Mul(S.Broadcast(1f / 6), S.Min(S.Broadcast(6), S.Max(S.Zero, S.Add(x, S.Broadcast(3)))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.LessOrEqual(x, S.Broadcast(-3)), S.Zero, S.Select(S.LessOrEqual(S.Broadcast(3), x), S.Zero, S.Mul(dy, S.Broadcast(1f / 6))));
}

/// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
/// <remarks>Howard et al., "Searching for MobileNetV3", 2019, arXiv:1905.02244, section 5.2.</remarks>
internal readonly struct HardswishFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Mul(S.Mul(x, S.Broadcast(1f / 6)), S.Min(S.Broadcast(6), S.Max(S.Zero, S.Add(x, S.Broadcast(3)))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.LessOrEqual(x, S.Broadcast(-3)), S.Zero, S.Select(S.LessOrEqual(S.Broadcast(3), x), dy, S.Mul(dy, S.Fma(x, S.Broadcast(1f / 3), S.Broadcast(0.5f)))));
}

/// <summary>|x|.</summary>
internal readonly struct AbsFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Max(x, S.Sub(S.Zero, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(x, S.Zero), dy, S.Select(S.Greater(S.Zero, x), S.Sub(S.Zero, dy), S.Zero));
}

/// <summary>-1, 0 or 1.</summary>
internal readonly struct SignFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(x, S.Zero), S.Broadcast(1), S.Select(S.Greater(S.Zero, x), S.Broadcast(-1), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Zero;
}

/// <summary>The largest whole number that is not above x.</summary>
internal readonly struct FloorFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Floor(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Zero;
}

/// <summary>The smallest whole number that is not below x.</summary>
internal readonly struct CeilingFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Ceiling(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Zero;
}

/// <summary>The nearest whole number; of two, the even one.</summary>
internal readonly struct RoundFunction : IFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => S.Round(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => S.Zero;
}
