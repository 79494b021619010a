using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>C = A B for many small matrices, such as those of attention, each of which may lie either way round.</summary>
/// <remarks>B is copied into panels as wide as a tile, turned round where it must be; A is read where it lies. Sums run along the depth from its first to its last element.</remarks>
internal unsafe struct BatchedProduct : IJob
{
    private const int LeastItems = 8, DepthPerBlock = 256, LeastPackedTiles = 4;

    private TileKernels kernels;
    private BlockKernels blocks;
    private StridedMatrices a, b, c;
    private int batches, rows, columns, depth, panels, rowItems;
    private bool pack;

    /// <summary>Carries all products out on all threads.</summary>
    /// <param name="a">A, (rows, depth) each.</param>
    /// <param name="b">B, (depth, columns) each, readable for two registers past the end.</param>
    /// <param name="c">Receives C, (rows, columns) each, columns side by side.</param>
    /// <param name="groups">Groups of matrices.</param>
    /// <param name="batches">Matrices of a group.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="depth">Columns of A, rows of B; none: C becomes 0.</param>
    public static void Run(in StridedMatrices a, in StridedMatrices b, in StridedMatrices c, int groups, int batches, int rows, int columns, int depth)
    {
        var job = new BatchedProduct { kernels = TileKernels.Current, blocks = BlockKernels.Current, a = a, b = b, c = c, batches = batches, rows = rows, columns = columns, depth = depth };
        job.panels = (columns + job.kernels.Columns - 1) / job.kernels.Columns;
        job.pack = b.Column != 1 || rows >= LeastPackedTiles * TileKernels.MostRows;
        // Each item packs B for itself, so a matrix is cut only where there are few; by the most rows of a tile, whatever the vectors' width.
        int tiles = (rows + TileKernels.MostRows - 1) / TileKernels.MostRows, matrices = Math.Max(1, groups * batches);
        job.rowItems = Math.Clamp((LeastItems + matrices - 1) / matrices, 1, Math.Max(1, tiles / LeastPackedTiles));
        Workers.Run(ref job, groups * batches * job.rowItems, (long)groups * batches * rows * columns * depth);
    }

    public readonly void Run(int item)
    {
        int matrix = item / rowItems, part = item % rowItems, tiles = (rows + TileKernels.MostRows - 1) / TileKernels.MostRows;
        int firstRow = tiles * part / rowItems * TileKernels.MostRows, lastRow = Math.Min(tiles * (part + 1) / rowItems * TileKernels.MostRows, rows);
        float* from = a.At(matrix / batches, matrix % batches) + firstRow * a.Row, with = b.At(matrix / batches, matrix % batches), to = c.At(matrix / batches, matrix % batches) + firstRow * c.Row;
        int rowCount = lastRow - firstRow, whole = rowCount / blocks.Rows * blocks.Rows;
        if (depth == 0)
            for (int row = 0; row < rowCount; row++)
                new Span<float>(to + row * c.Row, columns).Clear();
        using var panel = new Scratch(DepthPerBlock * kernels.Columns + (long)whole * kernels.Columns);
        float* spare = panel.Pointer + DepthPerBlock * kernels.Columns;
        nint none = 0;
        for (int k = 0; k < depth; k += DepthPerBlock)
            for (int column = 0; column < columns; column += kernels.Columns)
            {
                int width = Math.Min(kernels.Columns, columns - column), count = Math.Min(DepthPerBlock, depth - k);
                float* origin = with + k * b.Row + column * b.Column;
                if (pack)
                    Pack(origin, width, count, panel.Pointer);
                var work = new BlockWork
                {
                    A = from + k * a.Column,
                    B = pack ? panel.Pointer : origin,
                    C = to + column,
                    ARow = a.Row,
                    AStep = a.Column,
                    BStep = pack ? kernels.Columns : b.Row,
                    CRow = c.Row,
                    ARuns = &none,
                    BRuns = &none,
                    Count = count,
                    RunCount = 1,
                    Add = k > 0,
                };
                if (whole > 0 && width == kernels.Columns)
                    blocks.Run(ref work, whole, width);
                else if (whole > 0)
                    Narrow(work, whole, width, spare);
                Edge(work, whole, rowCount, width);
            }
    }

    /// <summary>The last panel, whose columns do not fill a tile: computed aside, because stores are of whole registers.</summary>
    private readonly void Narrow(BlockWork work, int rowCount, int width, float* spare)
    {
        float* to = work.C;
        work.C = spare;
        work.CRow = kernels.Columns;
        // A tile of half the columns, where there is one.
        int wide = kernels.Lanes == 16 && width <= kernels.Lanes ? kernels.Lanes : kernels.Columns;
        if (work.Add)
            for (int row = 0; row < rowCount; row++)
                new Span<float>(to + row * c.Row, width).CopyTo(new Span<float>(spare + (nint)row * kernels.Columns, width));
        blocks.Run(ref work, rowCount, wide);
        for (int row = 0; row < rowCount; row++)
            new Span<float>(spare + (nint)row * kernels.Columns, width).CopyTo(new Span<float>(to + row * c.Row, width));
    }

    /// <summary>Rows that do not fill a tile.</summary>
    private readonly void Edge(in BlockWork block, int firstRow, int lastRow, int width)
    {
        if (firstRow == lastRow)
            return;
        float** aRows = stackalloc float*[TileKernels.MostRows];
        float** cRows = stackalloc float*[TileKernels.MostRows];
        for (int row = firstRow; row < lastRow; row++)
        {
            aRows[row - firstRow] = block.A + row * a.Row;
            cRows[row - firstRow] = block.C + row * c.Row;
        }

        var work = new TileWork
        {
            A = aRows,
            C = cRows,
            B = block.B,
            ARuns = block.ARuns,
            BRuns = block.BRuns,
            AStep = block.AStep,
            BStep = block.BStep,
            Count = block.Count,
            RunCount = 1,
            Start = block.Add ? TileStart.Sum : TileStart.Zero,
        };
        kernels.Run(ref work, lastRow - firstRow, width);
    }

    /// <summary>Copies some columns of B into a panel, (depth, column); columns that are missing become 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack(float* from, int width, int count, float* to)
    {
        const int side = Transposition.Side;
        int wide = kernels.Columns;
        if (width < wide)
            new Span<float>(to, count * wide).Clear();
        if (b.Column == 1)
        {
            for (int k = 0; k < count; k++, from += b.Row, to += wide)
                new Span<float>(from, width).CopyTo(new Span<float>(to, width));
            return;
        }

        float** source = stackalloc float*[side], target = stackalloc float*[side];
        for (int k = 0; k < count; k += side)
            for (int column = 0; column < width; column += side)
            {
                int lines = Math.Min(side, width - column), length = Math.Min(side, count - k);
                for (int i = 0; i < lines; i++)
                    source[i] = from + (column + i) * b.Column + k;
                for (int j = 0; j < length; j++)
                    target[j] = to + (k + j) * wide + column;
                Transposition.Block(source, target, lines, length);
            }
    }
}
