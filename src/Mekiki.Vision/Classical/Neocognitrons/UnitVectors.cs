using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;
using Mekiki.Operations;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Responses of a whole layer as one vector for each image, of length 1, so that products are cosines.</summary>
internal unsafe struct UnitVectors : IJob
{
    private float* x;
    private int length;

    /// <summary>The vectors.</summary>
    /// <param name="u">(N, K, H, W).</param>
    /// <returns>(N, K·H·W); 0 where there is no response.</returns>
    public static Tensor Of(Tensor u)
    {
        var rowMajor = LayoutOperation.RowMajor(u).Flatten();
        var x = Tensor.From(rowMajor.Values, rowMajor.Shape);
        var job = new UnitVectors { x = x.Pointer, length = x.Shape[1] };
        Workers.Run(ref job, x.Shape[0]);
        GC.KeepAlive(rowMajor);
        return x;
    }

    public void Run(int item)
    {
        var row = new Row { X = x + (nint)item * length };
        Vectors.Run(ref row, 0, length);
        row.Scale = row.Squares > 0 ? 1 / MathF.Sqrt(row.Squares) : 0;
        row.IsSummed = true;
        Vectors.Run(ref row, 0, length);
    }

    private struct Row : IVectorKernel
    {
        public float* X;
        public float Squares, Scale;
        public bool IsSummed;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V scale = S.Broadcast(Scale), squares = S.Zero;
            for (nint i = from; i < to; i += S.Count)
            {
                V x = S.Load(X + i);
                if (IsSummed)
                    S.Store(X + i, S.Mul(x, scale));
                else
                    squares = S.Fma(x, x, squares);
            }

            Squares += S.Sum(squares);
        }
    }
}
