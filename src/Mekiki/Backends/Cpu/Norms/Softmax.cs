using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Norms;

/// <summary>Softmax and its logarithm over rows of side-by-side numbers, and the ways back.</summary>
internal unsafe struct Softmax : IJob
{
    private const int FloatsPerItem = 1 << 13;

    /// <summary>(rows, K): X is read and Y written; on the way back Y is read, Dy too, and X receives dx.</summary>
    public float* X, Y, Dy;

    public int Rows, Columns;
    public bool Log;

    private readonly int RowsPerItem => Math.Max(1, FloatsPerItem / Columns);

    public void Execute()
    {
        int items = (Rows + RowsPerItem - 1) / RowsPerItem;
        Workers.Run(ref this, items);
    }

    public readonly void Run(int item)
    {
        int last = Math.Min((item + 1) * RowsPerItem, Rows);
        for (int row = item * RowsPerItem; row < last; row++)
        {
            nint at = (nint)row * Columns;
            if (Dy == null)
                Forward(X + at, Y + at);
            else
                Backward(Y + at, Dy + at, X + at);
        }
    }

    private readonly void Forward(float* x, float* y)
    {
        var largest = new ReduceKernel { X = x, Result = float.NegativeInfinity };
        Vectors.Run(ref largest, 0, Columns);
        var sum = new ExpKernel { X = x, Y = y, Largest = largest.Result, Store = !Log };
        Vectors.Run(ref sum, 0, Columns);
        if (Log)
        {
            var shift = new LinearKernel { X = x, Y = y, Scale = 1, Shift = -largest.Result - MathF.Log(sum.Sum) };
            Vectors.Run(ref shift, 0, Columns);
        }
        else
        {
            var scale = new LinearKernel { X = y, Y = y, Scale = 1 / sum.Sum };
            Vectors.Run(ref scale, 0, Columns);
        }
    }

    private readonly void Backward(float* y, float* dy, float* dx)
    {
        var dot = new DotKernel { Y = y, Dy = dy, Log = Log };
        Vectors.Run(ref dot, 0, Columns);
        var result = new BackKernel { Y = y, Dy = dy, Dx = dx, Sum = dot.Sum, Log = Log };
        Vectors.Run(ref result, 0, Columns);
    }

    private struct ReduceKernel : IVectorKernel
    {
        public float* X;
        public float Result;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V best = S.Load(X + from);
            for (nint i = from + S.Count; i < to; i += S.Count)
                best = S.Max(best, S.Load(X + i));
            Result = MathF.Max(Result, S.MaxAcross(best));
        }
    }

    private struct ExpKernel : IVectorKernel
    {
        public float* X, Y;
        public float Largest, Sum;
        public bool Store;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V sum = S.Zero, largest = S.Broadcast(Largest);
            for (nint i = from; i < to; i += S.Count)
            {
                V e = S.Exp(S.Sub(S.Load(X + i), largest));
                if (Store)
                    S.Store(Y + i, e);
                sum = S.Add(sum, e);
            }

            Sum += S.Sum(sum);
        }
    }

    private struct LinearKernel : IVectorKernel
    {
        public float* X, Y;
        public float Scale, Shift;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V scale = S.Broadcast(Scale), shift = S.Broadcast(Shift);
            for (nint i = from; i < to; i += S.Count)
                S.Store(Y + i, S.Fma(S.Load(X + i), scale, shift));
        }
    }

    private struct DotKernel : IVectorKernel
    {
        public float* Y, Dy;
        public float Sum;
        public bool Log;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V sum = S.Zero;
            for (nint i = from; i < to; i += S.Count)
                sum = Log ? S.Add(sum, S.Load(Dy + i)) : S.Fma(S.Load(Y + i), S.Load(Dy + i), sum);
            Sum += S.Sum(sum);
        }
    }

    private struct BackKernel : IVectorKernel
    {
        public float* Y, Dy, Dx;
        public float Sum;
        public bool Log;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V sum = S.Broadcast(Sum);
            for (nint i = from; i < to; i += S.Count)
            {
                V y = S.Load(Y + i), dy = S.Load(Dy + i);
                S.Store(Dx + i, Log ? S.Sub(dy, S.Mul(S.Exp(y), sum)) : S.Mul(y, S.Sub(dy, sum)));
            }
        }
    }
}
