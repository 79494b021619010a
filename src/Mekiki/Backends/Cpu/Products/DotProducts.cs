using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>C = A Bᵀ + bias for matrices whose rows lie as they are multiplied, as in a linear layer: lanes run along the rows, so nothing is transposed.</summary>
/// <remarks>
/// Four rows of A are multiplied with three of B at a time, or with six where there are 32 registers; long rows are cut so
/// that a piece of these stays in the first cache.
/// </remarks>
internal unsafe struct DotProducts : IJob
{
    private const int ARows = 4, MostBRows = 6, BRowsPerItem = 12, FloatsOfB = 6144, RowsPerItem = 8, SingleBRows = 4, MostLanes = 16;

    private float* a, b, bias, c;
    private int aCount, bCount, depth, aTiles, bRows;
    private delegate*<float**, float**, int, float*, bool, void> tile;
    private delegate*<float*, int, float*, void> sum;
    private delegate*<float*, float**, int, float*, bool, void> single;

    /// <summary>Carries the product out on all threads.</summary>
    /// <param name="a">A, (N, depth), readable for one register past its end.</param>
    /// <param name="b">B, (O, depth), readable for one register past its end.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="c">Receives C, (N, O).</param>
    /// <param name="aCount">N.</param>
    /// <param name="bCount">O.</param>
    /// <param name="depth">Length of the rows.</param>
    public static void Run(float* a, float* b, float* bias, float* c, int aCount, int bCount, int depth)
    {
        var job = new DotProducts { a = a, b = b, bias = bias, c = c, aCount = aCount, bCount = bCount, depth = depth, aTiles = (aCount + ARows - 1) / ARows };
        switch (VectorWidth.Bits)
        {
            case var _ when VectorWidth.Is512:
                job.bRows = 6;
                job.tile = &DotTile<Vector512<float>, Simd512>.Rows4x6;
                job.sum = &DotTile<Vector512<float>, Simd512>.Sum;
                job.single = &DotTile<Vector512<float>, Simd512>.Row1x4;
                break;
            case var _ when VectorWidth.Is256:
                job.bRows = 3;
                job.tile = &DotTile<Vector256<float>, Simd256>.Rows4x3;
                job.sum = &DotTile<Vector256<float>, Simd256>.Sum;
                job.single = &DotTile<Vector256<float>, Simd256>.Row1x4;
                break;
            default:
                job.bRows = 3;
                job.tile = &DotTile<Vector128<float>, Simd128>.Rows4x3;
                job.sum = &DotTile<Vector128<float>, Simd128>.Sum;
                job.single = &DotTile<Vector128<float>, Simd128>.Row1x4;
                break;
        }

        if (aCount == 1)
        {
            Workers.Run(ref job, (bCount + RowsPerItem - 1) / RowsPerItem);
            return;
        }

        Workers.Run(ref job, (bCount + BRowsPerItem - 1) / BRowsPerItem, (long)aCount * bCount * depth);
    }

    public readonly void Run(int item)
    {
        if (aCount == 1)
        {
            for (int row = item * RowsPerItem; row < Math.Min((item + 1) * RowsPerItem, bCount); row += SingleBRows)
                RunSingle(row, Math.Min(SingleBRows, bCount - row));
            return;
        }

        int lanes = VectorWidth.Bits / 32, first = item * BRowsPerItem, last = Math.Min(first + BRowsPerItem, bCount);
        int vectors = ARows * bRows * lanes, tiles = (last - first + bRows - 1) / bRows, mostDepth = FloatsOfB / bRows;
        using var scratch = new Scratch((long)vectors * aTiles * tiles);
        float** rowsOfA = stackalloc float*[ARows], rowsOfB = stackalloc float*[MostBRows];
        int whole = depth / lanes * lanes;
        for (int k = 0; k < whole || k == 0; k += mostDepth)
            for (int i = 0; i < tiles; i++)
                for (int j = 0; j < aTiles; j++)
                {
                    // Rows past the end are the last one again; nobody reads their sums.
                    for (int row = 0; row < ARows; row++)
                        rowsOfA[row] = a + (nint)Math.Min(j * ARows + row, aCount - 1) * depth + k;
                    for (int row = 0; row < bRows; row++)
                        rowsOfB[row] = b + (nint)Math.Min(first + i * bRows + row, bCount - 1) * depth + k;
                    tile(rowsOfA, rowsOfB, Math.Min(mostDepth, whole - k), scratch.Pointer + (nint)(i * aTiles + j) * vectors, k > 0);
                }

        float* sums = stackalloc float[ARows * MostBRows];
        for (int i = 0; i < tiles; i++)
            for (int j = 0; j < aTiles; j++)
            {
                int column = first + i * bRows, columns = Math.Min(bRows, last - column), row = j * ARows, rows = Math.Min(ARows, aCount - row);
                sum(scratch.Pointer + (nint)(i * aTiles + j) * vectors, ARows * bRows, sums);
                if (whole < depth)
                    AddRest(sums, row, rows, column, columns, whole);
                float* target = c + (nint)row * bCount + column;
                for (int r = 0; r < rows; r++, target += bCount)
                    for (int o = 0; o < columns; o++)
                        target[o] = bias == null ? sums[r * bRows + o] : sums[r * bRows + o] + bias[column + o];
            }
    }

    // One row of A, whose sums are added in the order of the tiles, so that a row's result does not depend on the others.
    private readonly void RunSingle(int column, int columns)
    {
        int lanes = VectorWidth.Bits / 32, mostDepth = FloatsOfB / bRows, whole = depth / lanes * lanes;
        float** rows = stackalloc float*[SingleBRows];
        float* parts = stackalloc float[SingleBRows * MostLanes], sums = stackalloc float[SingleBRows];
        for (int k = 0; k < whole || k == 0; k += mostDepth)
        {
            for (int o = 0; o < SingleBRows; o++)
                rows[o] = b + (nint)Math.Min(column + o, bCount - 1) * depth + k;
            single(a + k, rows, Math.Min(mostDepth, whole - k), parts, k > 0);
        }

        sum(parts, columns, sums);
        for (int o = 0; o < columns; o++)
        {
            for (int k = whole; k < depth; k++)
                sums[o] += a[k] * b[(nint)(column + o) * depth + k];
            c[column + o] = bias == null ? sums[o] : sums[o] + bias[column + o];
        }
    }

    /// <summary>Adds what is left of the rows behind whole vectors.</summary>
    private readonly void AddRest(float* sums, int row, int rows, int column, int columns, int whole)
    {
        for (int r = 0; r < rows; r++)
            for (int o = 0; o < columns; o++)
                for (int k = whole; k < depth; k++)
                    sums[r * bRows + o] += a[(nint)(row + r) * depth + k] * b[(nint)(column + o) * depth + k];
    }
}

/// <summary>Many products of rows at once, their sums spread over lanes.</summary>
internal static unsafe class DotTile<V, S> where V : struct where S : ISimd<V>
{
    /// <summary>Four rows of A with three of B.</summary>
    /// <param name="a">Rows of A.</param>
    /// <param name="b">Rows of B.</param>
    /// <param name="count">A multiple of the lanes.</param>
    /// <param name="c">The sums, (row of A, row of B, lane).</param>
    /// <param name="add">Whether they are added to what stands there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x3(float** a, float** b, int count, float* c, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero, c02 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero, c12 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero, c22 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero, c32 = S.Zero;
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        float* b0 = b[0], b1 = b[1], b2 = b[2];
        for (nint k = 0; k < count; k += S.Count)
        {
            V b0k = S.Load(b0 + k), b1k = S.Load(b1 + k), b2k = S.Load(b2 + k);
            V v = S.Load(a0 + k);
            c00 = S.Fma(v, b0k, c00); c01 = S.Fma(v, b1k, c01); c02 = S.Fma(v, b2k, c02);
            v = S.Load(a1 + k);
            c10 = S.Fma(v, b0k, c10); c11 = S.Fma(v, b1k, c11); c12 = S.Fma(v, b2k, c12);
            v = S.Load(a2 + k);
            c20 = S.Fma(v, b0k, c20); c21 = S.Fma(v, b1k, c21); c22 = S.Fma(v, b2k, c22);
            v = S.Load(a3 + k);
            c30 = S.Fma(v, b0k, c30); c31 = S.Fma(v, b1k, c31); c32 = S.Fma(v, b2k, c32);
        }

        Put(c, 0, c00, add); Put(c, 1, c01, add); Put(c, 2, c02, add);
        Put(c, 3, c10, add); Put(c, 4, c11, add); Put(c, 5, c12, add);
        Put(c, 6, c20, add); Put(c, 7, c21, add); Put(c, 8, c22, add);
        Put(c, 9, c30, add); Put(c, 10, c31, add); Put(c, 11, c32, add);
    }

    /// <summary>Four rows of A with six of B.</summary>
    /// <param name="a">Rows of A.</param>
    /// <param name="b">Rows of B.</param>
    /// <param name="count">A multiple of the lanes.</param>
    /// <param name="c">The sums, (row of A, row of B, lane).</param>
    /// <param name="add">Whether they are added to what stands there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x6(float** a, float** b, int count, float* c, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero, c02 = S.Zero, c03 = S.Zero, c04 = S.Zero, c05 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero, c12 = S.Zero, c13 = S.Zero, c14 = S.Zero, c15 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero, c22 = S.Zero, c23 = S.Zero, c24 = S.Zero, c25 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero, c32 = S.Zero, c33 = S.Zero, c34 = S.Zero, c35 = S.Zero;
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5];
        for (nint k = 0; k < count; k += S.Count)
        {
            V b0k = S.Load(b0 + k), b1k = S.Load(b1 + k), b2k = S.Load(b2 + k), b3k = S.Load(b3 + k), b4k = S.Load(b4 + k), b5k = S.Load(b5 + k);
            V v = S.Load(a0 + k);
            c00 = S.Fma(v, b0k, c00); c01 = S.Fma(v, b1k, c01); c02 = S.Fma(v, b2k, c02); c03 = S.Fma(v, b3k, c03); c04 = S.Fma(v, b4k, c04); c05 = S.Fma(v, b5k, c05);
            v = S.Load(a1 + k);
            c10 = S.Fma(v, b0k, c10); c11 = S.Fma(v, b1k, c11); c12 = S.Fma(v, b2k, c12); c13 = S.Fma(v, b3k, c13); c14 = S.Fma(v, b4k, c14); c15 = S.Fma(v, b5k, c15);
            v = S.Load(a2 + k);
            c20 = S.Fma(v, b0k, c20); c21 = S.Fma(v, b1k, c21); c22 = S.Fma(v, b2k, c22); c23 = S.Fma(v, b3k, c23); c24 = S.Fma(v, b4k, c24); c25 = S.Fma(v, b5k, c25);
            v = S.Load(a3 + k);
            c30 = S.Fma(v, b0k, c30); c31 = S.Fma(v, b1k, c31); c32 = S.Fma(v, b2k, c32); c33 = S.Fma(v, b3k, c33); c34 = S.Fma(v, b4k, c34); c35 = S.Fma(v, b5k, c35);
        }

        Put(c, 0, c00, add); Put(c, 1, c01, add); Put(c, 2, c02, add); Put(c, 3, c03, add); Put(c, 4, c04, add); Put(c, 5, c05, add);
        Put(c, 6, c10, add); Put(c, 7, c11, add); Put(c, 8, c12, add); Put(c, 9, c13, add); Put(c, 10, c14, add); Put(c, 11, c15, add);
        Put(c, 12, c20, add); Put(c, 13, c21, add); Put(c, 14, c22, add); Put(c, 15, c23, add); Put(c, 16, c24, add); Put(c, 17, c25, add);
        Put(c, 18, c30, add); Put(c, 19, c31, add); Put(c, 20, c32, add); Put(c, 21, c33, add); Put(c, 22, c34, add); Put(c, 23, c35, add);
    }

    /// <summary>One row of A with four of B, two at a time: rows lie behind each other, and the processor fetches two streams ahead better than four.</summary>
    /// <param name="a">The row of A.</param>
    /// <param name="b">Rows of B.</param>
    /// <param name="count">A multiple of the lanes.</param>
    /// <param name="c">The sums, (row of B, lane).</param>
    /// <param name="add">Whether they are added to what stands there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row1x4(float* a, float** b, int count, float* c, bool add)
    {
        Row1x2(a, b[0], b[1], count, c, add);
        Row1x2(a, b[2], b[3], count, c + 2 * S.Count, add);
    }

    /// <summary>Adds the lanes of each sum up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(float* c, int count, float* sums)
    {
        for (int i = 0; i < count; i++)
            sums[i] = S.Sum(S.Load(c + i * S.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row1x2(float* a, float* b0, float* b1, int count, float* c, bool add)
    {
        V c0 = S.Zero, c1 = S.Zero;
        for (nint k = 0; k < count; k += S.Count)
        {
            V v = S.Load(a + k);
            c0 = S.Fma(v, S.Load(b0 + k), c0);
            c1 = S.Fma(v, S.Load(b1 + k), c1);
        }

        Put(c, 0, c0, add); Put(c, 1, c1, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, int index, V value, bool add)
    {
        float* to = c + index * S.Count;
        S.Store(to, add ? S.Add(S.Load(to), value) : value);
    }
}
