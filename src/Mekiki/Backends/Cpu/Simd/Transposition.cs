using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mekiki.Backends.Cpu.Simd;

/// <summary>Transposes blocks of 8x8 floats, in registers where the machine can.</summary>
internal static unsafe class Transposition
{
    public const int Side = 8;

    private const int Colours = 3;

    /// <summary>Rows become columns, block by block; what does not fill a block, element by element.</summary>
    /// <param name="from">(rows, columns).</param>
    /// <param name="fromRow">Floats from row to row of <paramref name="from"/>.</param>
    /// <param name="to">Receives (columns, rows).</param>
    /// <param name="toRow">Floats from row to row of <paramref name="to"/>.</param>
    /// <param name="rows">Rows of <paramref name="from"/>.</param>
    /// <param name="columns">Columns of <paramref name="from"/>.</param>
    public static void Matrix(float* from, nint fromRow, float* to, nint toRow, int rows, int columns)
    {
        if (rows == Colours)
        {
            Pixels(from, fromRow, to, toRow, columns);
            return;
        }

        for (int column = 0; column < columns; column += Side)
            for (int row = 0; row < rows; row += Side)
            {
                if (column + Side <= columns && row + Side <= rows)
                {
                    Block(from + row * fromRow + column, fromRow, to + column * toRow + row, toRow);
                    continue;
                }

                int columnEnd = Math.Min(column + Side, columns), rowEnd = Math.Min(row + Side, rows);
                for (int c = column; c < columnEnd; c++)
                    for (int r = row; r < rowEnd; r++)
                        to[c * toRow + r] = from[r * fromRow + c];
            }
    }

    // Three planes to pixels, as every colour image is turned.
    private static void Pixels(float* red, nint plane, float* to, nint toRow, int pixels)
    {
        float* green = red + plane, blue = green + plane;
        for (int i = 0; i < pixels; i++, to += toRow)
        {
            to[0] = red[i];
            to[1] = green[i];
            to[2] = blue[i];
        }
    }

    /// <summary>Element (i, j) at <c>from + i · fromRow + j</c> goes to <c>to + j · toRow + i</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Block(float* from, nint fromRow, float* to, nint toRow)
    {
        float** sources = stackalloc float*[Side], targets = stackalloc float*[Side];
        for (int i = 0; i < Side; i++, from += fromRow, to += toRow)
        {
            sources[i] = from;
            targets[i] = to;
        }

        Block(sources, targets);
    }

    /// <summary>The same for a block of which only some rows and columns are there, 1 to 8 of each.</summary>
    public static void Block(float** from, float** to, int rows, int columns)
    {
        if (rows == Side && columns == Side)
            Block(from, to);
        else
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                    to[j][i] = from[i][j];
    }

    /// <summary>Element j of row i, at <c>from[i] + j</c>, goes to <c>to[j] + i</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Block(float** from, float** to)
    {
        if (!Avx.IsSupported || VectorWidth.Bits < 256)
        {
            for (int i = 0; i < Side; i++)
                for (int j = 0; j < Side; j++)
                    to[j][i] = from[i][j];
            return;
        }

        Vector256<float> a = Avx.LoadVector256(from[0]), b = Avx.LoadVector256(from[1]), c = Avx.LoadVector256(from[2]), d = Avx.LoadVector256(from[3]);
        Vector256<float> e = Avx.LoadVector256(from[4]), f = Avx.LoadVector256(from[5]), g = Avx.LoadVector256(from[6]), h = Avx.LoadVector256(from[7]);
        Vector256<float> ab0 = Avx.UnpackLow(a, b), ab1 = Avx.UnpackHigh(a, b), cd0 = Avx.UnpackLow(c, d), cd1 = Avx.UnpackHigh(c, d);
        Vector256<float> ef0 = Avx.UnpackLow(e, f), ef1 = Avx.UnpackHigh(e, f), gh0 = Avx.UnpackLow(g, h), gh1 = Avx.UnpackHigh(g, h);
        Vector256<float> l0 = Avx.Shuffle(ab0, cd0, 0x44), l1 = Avx.Shuffle(ab0, cd0, 0xEE), l2 = Avx.Shuffle(ab1, cd1, 0x44), l3 = Avx.Shuffle(ab1, cd1, 0xEE);
        Vector256<float> u0 = Avx.Shuffle(ef0, gh0, 0x44), u1 = Avx.Shuffle(ef0, gh0, 0xEE), u2 = Avx.Shuffle(ef1, gh1, 0x44), u3 = Avx.Shuffle(ef1, gh1, 0xEE);
        Avx.Store(to[0], Avx.Permute2x128(l0, u0, 0x20));
        Avx.Store(to[1], Avx.Permute2x128(l1, u1, 0x20));
        Avx.Store(to[2], Avx.Permute2x128(l2, u2, 0x20));
        Avx.Store(to[3], Avx.Permute2x128(l3, u3, 0x20));
        Avx.Store(to[4], Avx.Permute2x128(l0, u0, 0x31));
        Avx.Store(to[5], Avx.Permute2x128(l1, u1, 0x31));
        Avx.Store(to[6], Avx.Permute2x128(l2, u2, 0x31));
        Avx.Store(to[7], Avx.Permute2x128(l3, u3, 0x31));
    }
}
