using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>A function of two numbers and its derivatives.</summary>
internal interface IArithmetic : ICombination
{
    /// <summary>The derivative by a times dy.</summary>
    static abstract V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V>;

    static abstract V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V>;
}

/// <summary>The derivatives of functions of two numbers, over equally shaped arrays.</summary>
internal static unsafe class Arithmetic
{
    /// <summary>result = dy · ∂f/∂a.</summary>
    public static void ByFirst<F>(float* a, float* b, float* dy, float* result, nint count) where F : unmanaged, IArithmetic
    {
        var kernel = new Kernel<First<F>> { A = a, B = b, Dy = dy, Result = result };
        Vectors.RunParallel(ref kernel, count);
    }

    /// <summary>result = dy · ∂f/∂b.</summary>
    public static void BySecond<F>(float* a, float* b, float* dy, float* result, nint count) where F : unmanaged, IArithmetic
    {
        var kernel = new Kernel<Second<F>> { A = a, B = b, Dy = dy, Result = result };
        Vectors.RunParallel(ref kernel, count);
    }

    private interface IPart
    {
        static abstract V Apply<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V>;
    }

    private struct Kernel<P> : IVectorKernel where P : struct, IPart
    {
        public float* A, B, Dy, Result;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            for (nint i = from; i < to; i += S.Count)
                S.Store(Result + i, P.Apply<V, S>(S.Load(A + i), S.Load(B + i), S.Load(Dy + i)));
        }
    }

    private readonly struct First<F> : IPart where F : unmanaged, IArithmetic
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => F.ByA<V, S>(a, b, dy);
    }

    private readonly struct Second<F> : IPart where F : unmanaged, IArithmetic
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => F.ByB<V, S>(a, b, dy);
    }

    /// <summary>The first of two numbers: for repeating an array.</summary>
    internal readonly struct First : ICombination
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => a;
    }
}

/// <summary>a + b.</summary>
internal readonly struct Addition : IArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Add(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => dy;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => dy;
}

/// <summary>a - b.</summary>
internal readonly struct Subtraction : IArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Sub(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => dy;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Sub(S.Zero, dy);
}

/// <summary>a · b, element by element.</summary>
internal readonly struct Multiplication : ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Mul(a, b);
}

/// <summary>a / b, element by element.</summary>
internal readonly struct Division : IArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Div(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByA<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Div(dy, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static V ByB<V, S>(V a, V b, V dy) where V : struct where S : ISimd<V> => S.Sub(S.Zero, S.Div(S.Mul(a, dy), S.Mul(b, b)));
}
