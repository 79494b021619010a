using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>The larger of two; where either is no number, none.</summary>
internal readonly struct LargerOfTwo : IArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Or(S.Unordered(a, b), S.Max(a, b));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Select(S.Greater(b, a), S.Zero, S.Select(S.Equal(a, b), S.Mul(S.Broadcast(0.5f), dy), dy));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Select(S.Greater(a, b), S.Zero, S.Select(S.Equal(a, b), S.Mul(S.Broadcast(0.5f), dy), dy));
}

/// <summary>The smaller of two; where either is no number, none.</summary>
internal readonly struct SmallerOfTwo : IArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Or(S.Unordered(a, b), S.Min(a, b));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Select(S.Greater(a, b), S.Zero, S.Select(S.Equal(a, b), S.Mul(S.Broadcast(0.5f), dy), dy));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Select(S.Greater(b, a), S.Zero, S.Select(S.Equal(a, b), S.Mul(S.Broadcast(0.5f), dy), dy));
}

/// <summary>a where it is positive, else a · b. He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, arXiv:1502.01852, equation 1.</summary>
internal readonly struct PreluCombination : IArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Select(S.Greater(a, S.Zero), a, S.Mul(a, b));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Select(S.Greater(a, S.Zero), dy, S.Mul(b, dy));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Select(S.Greater(a, S.Zero), S.Zero, S.Mul(a, dy));
}
