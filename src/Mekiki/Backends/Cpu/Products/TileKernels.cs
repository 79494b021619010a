using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>The tile loops of one vector width.</summary>
/// <param name="rows">Rows of a tile.</param>
/// <param name="lanes">Floats of a vector.</param>
/// <param name="wide">Tile of two vectors.</param>
/// <param name="narrow">Tile of one vector.</param>
/// <param name="few">Tile of two vectors with <see cref="FewRows"/> rows.</param>
internal readonly unsafe struct TileKernels(int rows, int lanes, delegate*<in TileWork, void> wide, delegate*<in TileWork, void> narrow, delegate*<in TileWork, void> few)
{
    /// <summary>The largest tile of any width, in floats.</summary>
    public const int MostFloats = (MostRows + 1) * MostColumns;

    /// <summary>The most columns of any tile.</summary>
    public const int MostColumns = 32;

    /// <summary>Rows of the tile for what is left over.</summary>
    public const int FewRows = 4;

    /// <summary>The most rows of any tile.</summary>
    public const int MostRows = 12;

    public int Rows { get; } = rows;

    public int Lanes { get; } = lanes;

    /// <summary>Columns of the wide tile, and of a panel of packed weights.</summary>
    public int Columns => 2 * Lanes;

    public delegate*<in TileWork, void> Wide { get; } = wide;

    public delegate*<in TileWork, void> Narrow { get; } = narrow;

    public delegate*<in TileWork, void> Few { get; } = few;

    /// <summary>Those of <see cref="VectorWidth.Bits"/>.</summary>
    public static TileKernels Current => VectorWidth.Bits switch
    {
        _ when VectorWidth.Is512 => new(12, 16, &Tile<Vector512<float>, Simd512>.Rows12x2, &Tile<Vector512<float>, Simd512>.Rows12x1, &Tile<Vector512<float>, Simd512>.Rows4x2),
        _ when VectorWidth.Is256 => new(6, 8, &Tile<Vector256<float>, Simd256>.Rows6x2, &Tile<Vector256<float>, Simd256>.Rows6x1, &Tile<Vector256<float>, Simd256>.Rows4x2),
        _ when AdvSimd.IsSupported => new(12, 4, &Tile<Vector128<float>, Simd128>.Rows12x2, &Tile<Vector128<float>, Simd128>.Rows12x1, &Tile<Vector128<float>, Simd128>.Rows4x2),
        _ => new(6, 4, &Tile<Vector128<float>, Simd128>.Rows6x2, &Tile<Vector128<float>, Simd128>.Rows6x1, &Tile<Vector128<float>, Simd128>.Rows4x2),
    };

    /// <summary>Runs a tile of which only some rows and columns count; what else must be computed is dropped.</summary>
    /// <param name="work">The tile; A and C must have <see cref="Rows"/> entries of which the first <paramref name="rows"/> count. They are changed.</param>
    /// <param name="rows">Rows that count, 1 or more.</param>
    /// <param name="columns">Columns that count, 1 to <see cref="Columns"/>.</param>
    public void Run(ref TileWork work, int rows, int columns)
    {
        float* spare = stackalloc float[MostFloats];
        if (columns == Columns || columns == Lanes)
        {
            Run(ref work, rows, wide: columns > Lanes, spare);
            return;
        }

        float** targets = stackalloc float*[MostRows];
        bool sum = work.Start == TileStart.Sum;
        for (int j = 0; j < rows; j++)
        {
            targets[j] = work.C[j];
            work.C[j] = spare + (j + 1) * Columns;
            if (sum)
                new Span<float>(targets[j], columns).CopyTo(new Span<float>(work.C[j], columns));
        }

        Run(ref work, rows, wide: columns > Lanes, spare);
        for (int j = 0; j < rows; j++)
            new Span<float>(spare + (j + 1) * Columns, columns).CopyTo(new Span<float>(targets[j], columns));
    }

    /// <summary>Runs rows that may not fill a tile, in the way that computes least in vain.</summary>
    private void Run(ref TileWork work, int rows, bool wide, float* spare)
    {
        bool isFew = wide && (rows + FewRows - 1) / FewRows * FewRows < Rows;
        int step = isFew ? FewRows : Rows, filled = (rows + step - 1) / step * step;
        for (int j = rows; j < filled; j++)
        {
            work.A[j] = work.A[0];
            work.C[j] = spare;
        }

        if (!isFew)
        {
            (wide ? Wide : Narrow)(in work);
            return;
        }

        var part = work;
        for (int row = 0; row < rows; row += FewRows, part.A += FewRows, part.C += FewRows)
            Few(in part);
    }
}
