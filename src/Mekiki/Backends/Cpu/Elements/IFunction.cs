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
    /// <summary>y = f(x), of one row on all threads if it is long, of several on the calling one; y may be x.</summary>
    /// <param name="x">The first element.</param>
    /// <param name="y">The first result.</param>
    /// <param name="count">Elements of a row.</param>
    /// <param name="a">The first constant.</param>
    /// <param name="b">The second.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="stride">Floats from row to row, in x and in y.</param>
    /// <remarks>The last elements, fewer than a register, go through one too: an image's bits do not depend on where it stands among others.</remarks>
    public static void Map<F>(float* x, float* y, nint count, float a, float b, int rows, nint stride) where F : unmanaged, IFunction
    {
        var kernel = new MapKernel<F> { X = x, Y = y, A = a, B = b, Rows = rows, Stride = stride };
        int rest = (int)(count % Vectors.Lanes);
        if (rows == 1)
            Vectors.RunParallel(ref kernel, count - rest);
        else
            Vectors.Run(ref kernel, 0, count - rest);
        if (rest == 0)
            return;
        float* room = stackalloc float[Vectors.Lanes];
        var ends = new Span<float>(room, Vectors.Lanes);
        ends.Clear();
        kernel = kernel with { X = room, Y = room, Rows = 1 };
        x += count - rest;
        y += count - rest;
        for (int row = 0; row < rows; row++, x += stride, y += stride)
        {
            new Span<float>(x, rest).CopyTo(ends);
            Vectors.Run(ref kernel, 0, Vectors.Lanes);
            ends[..rest].CopyTo(new Span<float>(y, rest));
        }
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
        public int Rows;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V a = S.Broadcast(A), b = S.Broadcast(B);
            float* x = X, y = Y;
            for (int row = Rows; row > 0; row--, x += Stride, y += Stride)
                for (nint i = from; i < to; i += S.Count)
                    S.Store(y + i, F.Apply<V, S>(S.Load(x + i), a, b));
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
