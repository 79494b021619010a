using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Memory;
using Mekiki.Threading;

namespace Mekiki.Kernels;

/// <summary>C = A Bᵀ + bias for matrices whose rows lie as they are multiplied, as in a linear layer: lanes run along the rows, so nothing is transposed.</summary>
/// <remarks>Twelve products of rows are summed at a time, four rows of A with three of B; long rows are cut so that a piece of A stays in the cache.</remarks>
internal unsafe struct DotProducts : IJob
{
    private const int ARows = DotTile.ARows, BRows = DotTile.BRows, TilesPerItem = 4, MostDepth = 2048, RowsPerItem = 8;

    private float* a, b, bias, c;
    private int aCount, bCount, depth, aTiles;
    private delegate*<float**, float**, int, float*, bool, void> tile;
    private delegate*<float*, float*, void> sum;
    private delegate*<float*, float*, int, float> single;

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
            case 512:
                job.tile = &DotTile<Vector512<float>, Simd512>.Run;
                job.sum = &DotTile<Vector512<float>, Simd512>.Sum;
                job.single = &DotTile<Vector512<float>, Simd512>.Single;
                break;
            case 256:
                job.tile = &DotTile<Vector256<float>, Simd256>.Run;
                job.sum = &DotTile<Vector256<float>, Simd256>.Sum;
                job.single = &DotTile<Vector256<float>, Simd256>.Single;
                break;
            default:
                job.tile = &DotTile<Vector128<float>, Simd128>.Run;
                job.sum = &DotTile<Vector128<float>, Simd128>.Sum;
                job.single = &DotTile<Vector128<float>, Simd128>.Single;
                break;
        }

        if (aCount == 1)
        {
            Workers.Run(ref job, (bCount + RowsPerItem - 1) / RowsPerItem);
            return;
        }

        int tiles = (bCount + BRows - 1) / BRows;
        Workers.Run(ref job, (tiles + TilesPerItem - 1) / TilesPerItem);
    }

    public readonly void Run(int item)
    {
        if (aCount == 1)
        {
            for (int row = item * RowsPerItem; row < Math.Min((item + 1) * RowsPerItem, bCount); row++)
                c[row] = single(a, b + (nint)row * depth, depth) + (bias == null ? 0 : bias[row]);
            return;
        }

        int lanes = VectorWidth.Bits / 32, first = item * TilesPerItem * BRows, last = Math.Min(first + TilesPerItem * BRows, bCount);
        int vectors = ARows * BRows * lanes, tiles = (last - first + BRows - 1) / BRows;
        using var scratch = new Scratch((long)vectors * aTiles * tiles);
        float** rowsOfA = stackalloc float*[ARows], rowsOfB = stackalloc float*[BRows];
        int whole = depth / lanes * lanes;
        for (int k = 0; k < whole || k == 0; k += MostDepth)
            for (int i = 0; i < tiles; i++)
                for (int j = 0; j < aTiles; j++)
                {
                    // Rows past the end are the last one again; nobody reads their sums.
                    for (int row = 0; row < ARows; row++)
                        rowsOfA[row] = a + (nint)Math.Min(j * ARows + row, aCount - 1) * depth + k;
                    for (int row = 0; row < BRows; row++)
                        rowsOfB[row] = b + (nint)Math.Min(first + i * BRows + row, bCount - 1) * depth + k;
                    tile(rowsOfA, rowsOfB, Math.Min(MostDepth, whole - k), scratch.Pointer + (nint)(i * aTiles + j) * vectors, k > 0);
                }

        float* sums = stackalloc float[ARows * BRows];
        for (int i = 0; i < tiles; i++)
            for (int j = 0; j < aTiles; j++)
            {
                sum(scratch.Pointer + (nint)(i * aTiles + j) * vectors, sums);
                for (int column = first + i * BRows; column < Math.Min(first + (i + 1) * BRows, last); column++)
                    for (int row = j * ARows; row < Math.Min((j + 1) * ARows, aCount); row++)
                    {
                        float value = sums[(row - j * ARows) * BRows + column - first - i * BRows];
                        for (int k = whole; k < depth; k++)
                            value += a[(nint)row * depth + k] * b[(nint)column * depth + k];
                        c[(nint)row * bCount + column] = bias == null ? value : value + bias[column];
                    }
            }
    }
}

/// <summary>The sizes of <see cref="DotTile{V, S}"/>.</summary>
internal static class DotTile
{
    public const int ARows = 4, BRows = 3;
}

/// <summary>Twelve products of rows at once, their sums spread over lanes.</summary>
internal static unsafe class DotTile<V, S> where V : struct where S : ISimd<V>
{
    /// <param name="a">Four rows.</param>
    /// <param name="b">Three rows.</param>
    /// <param name="count">A multiple of the lanes.</param>
    /// <param name="c">The sums, (4, 3, lanes).</param>
    /// <param name="add">Whether they are added to what stands there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float** a, float** b, int count, float* c, bool add)
    {
        V c00 = S.Zero, c01 = S.Zero, c02 = S.Zero, c10 = S.Zero, c11 = S.Zero, c12 = S.Zero, c20 = S.Zero, c21 = S.Zero, c22 = S.Zero, c30 = S.Zero, c31 = S.Zero, c32 = S.Zero;
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], b0 = b[0], b1 = b[1], b2 = b[2];
        for (nint k = 0; k < count; k += S.Count)
        {
            V x = S.Load(b0 + k), y = S.Load(b1 + k), z = S.Load(b2 + k), v = S.Load(a0 + k);
            c00 = S.Fma(v, x, c00); c01 = S.Fma(v, y, c01); c02 = S.Fma(v, z, c02);
            v = S.Load(a1 + k);
            c10 = S.Fma(v, x, c10); c11 = S.Fma(v, y, c11); c12 = S.Fma(v, z, c12);
            v = S.Load(a2 + k);
            c20 = S.Fma(v, x, c20); c21 = S.Fma(v, y, c21); c22 = S.Fma(v, z, c22);
            v = S.Load(a3 + k);
            c30 = S.Fma(v, x, c30); c31 = S.Fma(v, y, c31); c32 = S.Fma(v, z, c32);
        }

        Put(c, 0, c00, add); Put(c, 1, c01, add); Put(c, 2, c02, add);
        Put(c, 3, c10, add); Put(c, 4, c11, add); Put(c, 5, c12, add);
        Put(c, 6, c20, add); Put(c, 7, c21, add); Put(c, 8, c22, add);
        Put(c, 9, c30, add); Put(c, 10, c31, add); Put(c, 11, c32, add);
    }

    /// <summary>The product of two rows of any length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Single(float* a, float* b, int count)
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero;
        nint k = 0;
        for (; k + 4 * S.Count <= count; k += 4 * S.Count)
        {
            c0 = S.Fma(S.Load(a + k), S.Load(b + k), c0);
            c1 = S.Fma(S.Load(a + k + S.Count), S.Load(b + k + S.Count), c1);
            c2 = S.Fma(S.Load(a + k + 2 * S.Count), S.Load(b + k + 2 * S.Count), c2);
            c3 = S.Fma(S.Load(a + k + 3 * S.Count), S.Load(b + k + 3 * S.Count), c3);
        }

        float sum = S.Sum(S.Add(S.Add(c0, c1), S.Add(c2, c3)));
        for (; k < count; k++)
            sum += a[k] * b[k];
        return sum;
    }

    /// <summary>Adds the lanes of each of the twelve sums up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(float* c, float* sums)
    {
        for (int i = 0; i < DotTile.ARows * DotTile.BRows; i++)
            sums[i] = S.Sum(S.Load(c + i * S.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, int index, V value, bool add)
    {
        float* to = c + index * S.Count;
        S.Store(to, add ? S.Add(S.Load(to), value) : value);
    }
}
