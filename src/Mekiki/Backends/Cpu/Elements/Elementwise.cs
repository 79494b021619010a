using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>A function of one number and its derivative.</summary>
internal interface IActivation
{
    static abstract V Apply<V, S>(V x) where V : struct where S : ISimd<V>;

    /// <summary>dy · f'(x), given y = f(x) too.</summary>
    static abstract V Derive<V, S>(V x, V y, V dy) where V : struct where S : ISimd<V>;
}

/// <summary>A function of two numbers.</summary>
internal interface ICombination
{
    static abstract V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V>;
}

/// <summary>Loops over all elements of equally shaped arrays.</summary>
internal static unsafe class Elementwise
{
    public static void Add(float* a, float* b, float* sum, nint count) => Combine<Sum>(a, b, sum, count);

    /// <inheritdoc cref="FunctionLoops.Map"/>
    public static void Map<F>(float* x, float* y, nint count, int rows, nint stride) where F : unmanaged, IActivation => FunctionLoops.Map<Plain<F>>(x, y, count, 0, 0, rows, stride);

    /// <summary>dx = dy · f'(x); dx may be dy.</summary>
    public static void Derive<F>(float* x, float* y, float* dy, float* dx, nint count) where F : unmanaged, IActivation
    {
        var kernel = new DeriveKernel<F> { X = x, Y = y, Dy = dy, Dx = dx };
        Vectors.RunParallel(ref kernel, count);
    }

    /// <summary>y = f(a, b); y may be a or b.</summary>
    public static void Combine<F>(float* a, float* b, float* y, nint count) where F : unmanaged, ICombination
    {
        var kernel = new CombineKernel<F> { A = a, B = b, Y = y };
        Vectors.RunParallel(ref kernel, count);
    }

    /// <summary>y = scale · x; y may be x.</summary>
    public static void Scale(float* x, float scale, float* y, nint count)
    {
        var kernel = new ScaleKernel { X = x, Y = y, Factor = scale };
        Vectors.RunParallel(ref kernel, count);
    }

    /// <summary>y += share · (x - y).</summary>
    public static void Approach(float* x, float share, float* y, nint count)
    {
        var kernel = new ApproachKernel { X = x, Y = y, Share = share };
        Vectors.RunParallel(ref kernel, count);
    }

    internal readonly struct Sum : ICombination
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V a, V b) where V : struct where S : ISimd<V> => S.Add(a, b);
    }

    /// <summary>A function without constants.</summary>
    private readonly struct Plain<F> : IFunction where F : unmanaged, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V> => F.Apply<V, S>(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V> => F.Derive<V, S>(x, y, dy);
    }

    private struct DeriveKernel<F> : IVectorKernel where F : unmanaged, IActivation
    {
        public float* X, Y, Dy, Dx;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            for (nint i = from; i < to; i += S.Count)
                S.Store(Dx + i, F.Derive<V, S>(S.Load(X + i), S.Load(Y + i), S.Load(Dy + i)));
        }
    }

    private struct CombineKernel<F> : IVectorKernel where F : unmanaged, ICombination
    {
        public float* A, B, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            for (nint i = from; i < to; i += S.Count)
                S.Store(Y + i, F.Apply<V, S>(S.Load(A + i), S.Load(B + i)));
        }
    }

    private struct ApproachKernel : IVectorKernel
    {
        public float* X, Y;
        public float Share;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            var share = S.Broadcast(Share);
            for (nint i = from; i < to; i += S.Count)
                S.Store(Y + i, S.Fma(share, S.Sub(S.Load(X + i), S.Load(Y + i)), S.Load(Y + i)));
        }
    }

    private struct ScaleKernel : IVectorKernel
    {
        public float* X, Y;
        public float Factor;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            var factor = S.Broadcast(Factor);
            for (nint i = from; i < to; i += S.Count)
                S.Store(Y + i, S.Mul(factor, S.Load(X + i)));
        }
    }
}
