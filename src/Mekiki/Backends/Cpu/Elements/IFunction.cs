using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>A function of one number with up to two constants, and its derivative.</summary>
internal interface IFunction
{
    static abstract V Apply<V, S>(V x, V a, V b) where V : struct where S : ISimd<V>;

    /// <summary>dy · f'(x), given y = f(x) too.</summary>
    static abstract V Derive<V, S>(V x, V y, V dy, V a, V b) where V : struct where S : ISimd<V>;
}

/// <summary>Loops of such functions over all elements of equally shaped arrays.</summary>
internal static unsafe class FunctionLoops
{
    /// <summary>y = f(x); y may be x.</summary>
    /// <remarks>The last elements, fewer than a register, go through one too: an image's bits do not depend on where it stands among others.</remarks>
    public static void Map<F>(float* x, float* y, nint count, float a, float b) where F : unmanaged, IFunction
    {
        var kernel = new MapKernel<F> { X = x, Y = y, A = a, B = b };
        int rest = (int)(count % Vectors.Lanes);
        Vectors.RunParallel(ref kernel, count - rest);
        if (rest == 0)
            return;
        float* room = stackalloc float[Vectors.Lanes];
        var ends = new Span<float>(room, Vectors.Lanes);
        ends.Clear();
        new Span<float>(x + count - rest, rest).CopyTo(ends);
        kernel.X = kernel.Y = room;
        Vectors.Run(ref kernel, 0, Vectors.Lanes);
        ends[..rest].CopyTo(new Span<float>(y + count - rest, rest));
    }

    /// <summary>dx = dy · f'(x); dx may be dy.</summary>
    public static void Derive<F>(float* x, float* y, float* dy, float* dx, nint count, float a, float b) where F : unmanaged, IFunction
    {
        var kernel = new DeriveKernel<F> { X = x, Y = y, Dy = dy, Dx = dx, A = a, B = b };
        Vectors.RunParallel(ref kernel, count);
    }

    private struct MapKernel<F> : IVectorKernel where F : unmanaged, IFunction
    {
        public float* X, Y;
        public float A, B;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V a = S.Broadcast(A), b = S.Broadcast(B);
            for (nint i = from; i < to; i += S.Count)
                S.Store(Y + i, F.Apply<V, S>(S.Load(X + i), a, b));
        }
    }

    private struct DeriveKernel<F> : IVectorKernel where F : unmanaged, IFunction
    {
        public float* X, Y, Dy, Dx;
        public float A, B;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V a = S.Broadcast(A), b = S.Broadcast(B);
            for (nint i = from; i < to; i += S.Count)
                S.Store(Dx + i, F.Derive<V, S>(S.Load(X + i), S.Load(Y + i), S.Load(Dy + i), a, b));
        }
    }
}
