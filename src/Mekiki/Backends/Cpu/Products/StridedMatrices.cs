namespace Mekiki.Backends.Cpu.Products;

/// <summary>Where the elements of a batch of matrices lie: element (i, j) of matrix (o, b), for instance of image o and head b, at o · outer + b · batch + i · row + j · column.</summary>
/// <param name="pointer">The first element.</param>
/// <param name="outer">Floats from group to group of matrices.</param>
/// <param name="batch">Floats from matrix to matrix of a group.</param>
/// <param name="row">Floats from row to row.</param>
/// <param name="column">Floats from column to column; this or <paramref name="row"/> is 1.</param>
internal readonly unsafe struct StridedMatrices(float* pointer, nint outer, nint batch, nint row, nint column)
{
    public nint Row { get; } = row;

    public nint Column { get; } = column;

    /// <summary>The same matrices, their rows taken for columns.</summary>
    public StridedMatrices Transposed => new(pointer, outer, batch, Column, Row);

    /// <summary>Matrices that lie one after another, row by row.</summary>
    public static StridedMatrices Packed(float* pointer, int rows, int columns) => new(pointer, 0, (nint)rows * columns, columns, 1);

    /// <summary>The first element of a matrix.</summary>
    public float* At(int outerIndex, int batchIndex) => pointer + outerIndex * outer + batchIndex * batch;
}
