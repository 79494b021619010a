using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>C = A B, or C += A B, for so few rows of A that reading B is what takes time: B is read once, row by row, as it lies.</summary>
/// <remarks>Eight rows of B are multiplied at a time, so that the sums, a piece of which stays in the cache, are read and written only for every eighth of them.</remarks>
internal unsafe struct FewRowsProduct : IJob
{
    private const int MostRows = 32, LeastDepth = 64, LeastColumns = 1024, ColumnsPerItem = 512;

    private const nint SumRow = ColumnsPerItem + 16;

    private Kernel kernel;
    private float* c;
    private nint cRow;
    private int columns;
    private bool add;

    /// <summary>Whether the rows are few enough, and B is large enough, for this to pay.</summary>
    public static bool Fit(int rows, int columns, int depth) => rows <= MostRows && depth >= LeastDepth && columns >= LeastColumns;

    /// <summary>Carries the product out on all threads; parameters as of <see cref="MatrixProduct"/>.</summary>
    public static void Run(float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int depth, bool add)
    {
        var job = new FewRowsProduct
        {
            kernel = new Kernel { A = a, ARow = aRow, AStep = aStep, B = b, BRow = bRow, Rows = rows, Depth = depth },
            c = c,
            cRow = cRow,
            columns = columns,
            add = add,
        };
        Workers.Run(ref job, (columns + ColumnsPerItem - 1) / ColumnsPerItem);
    }

    public readonly void Run(int item)
    {
        int first = item * ColumnsPerItem, count = Math.Min(ColumnsPerItem, columns - first);
        using var scratch = new Scratch(kernel.Rows * SumRow);
        // Rows of C may lie a multiple of a page apart and push each other out of the cache: they are summed side by side.
        var piece = kernel with { B = kernel.B + first, Sums = scratch.Pointer };
        Vectors.Run(ref piece, 0, count);
        for (int row = 0; row < kernel.Rows; row++)
        {
            float* sums = scratch.Pointer + row * SumRow, target = c + row * cRow + first;
            if (add)
                Elementwise.Add(target, sums, target, count);
            else
                new Span<float>(sums, count).CopyTo(new Span<float>(target, count));
        }
    }

    private struct Kernel : IVectorKernel
    {
        private const int Together = 8;

        public float* A, B, Sums;
        public nint ARow, AStep, BRow;
        public int Rows, Depth;

        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            int k = 0;
            for (; k + Together <= Depth; k += Together)
                Eight<V, S>(A + k * AStep, B + k * BRow, from, to, k > 0);
            for (; k < Depth; k++)
                One<V, S>(A + k * AStep, B + k * BRow, from, to, k > 0);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Eight<V, S>(float* a, float* b, nint from, nint to, bool add) where V : struct where S : ISimd<V>
        {
            float* b1 = b + BRow, b2 = b1 + BRow, b3 = b2 + BRow, b4 = b3 + BRow, b5 = b4 + BRow, b6 = b5 + BRow, b7 = b6 + BRow;
            nint a1 = AStep, a2 = 2 * AStep, a3 = 3 * AStep, a4 = 4 * AStep, a5 = 5 * AStep, a6 = 6 * AStep, a7 = 7 * AStep;
            for (nint i = from; i < to; i += S.Count)
            {
                V v0 = S.Load(b + i), v1 = S.Load(b1 + i), v2 = S.Load(b2 + i), v3 = S.Load(b3 + i), v4 = S.Load(b4 + i), v5 = S.Load(b5 + i), v6 = S.Load(b6 + i), v7 = S.Load(b7 + i);
                float* at = a, c = Sums + i;
                for (int row = 0; row < Rows; row++, at += ARow, c += SumRow)
                {
                    V even = add ? S.Load(c) : S.Zero, odd = S.Mul(S.Broadcast(at[a1]), v1);
                    even = S.Fma(S.Broadcast(at[0]), v0, even);
                    even = S.Fma(S.Broadcast(at[a2]), v2, even);
                    odd = S.Fma(S.Broadcast(at[a3]), v3, odd);
                    even = S.Fma(S.Broadcast(at[a4]), v4, even);
                    odd = S.Fma(S.Broadcast(at[a5]), v5, odd);
                    even = S.Fma(S.Broadcast(at[a6]), v6, even);
                    odd = S.Fma(S.Broadcast(at[a7]), v7, odd);
                    S.Store(c, S.Add(even, odd));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void One<V, S>(float* a, float* b, nint from, nint to, bool add) where V : struct where S : ISimd<V>
        {
            for (nint i = from; i < to; i += S.Count)
            {
                V v = S.Load(b + i);
                float* at = a, c = Sums + i;
                for (int row = 0; row < Rows; row++, at += ARow, c += SumRow)
                    S.Store(c, S.Fma(S.Broadcast(at[0]), v, add ? S.Load(c) : S.Zero));
            }
        }
    }
}
