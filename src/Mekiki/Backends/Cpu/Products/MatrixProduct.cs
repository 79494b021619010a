using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Products;

/// <summary>C = A B, or C += A B, for matrices whose B and C have their columns side by side; A may be strided either way.</summary>
internal unsafe struct MatrixProduct : IJob
{
    private const int BlockFloats = 1 << 15, MostPanelsPerGroup = 64, LeastGroups = 8, Piece = 8, LeastPackedDepth = 128, RowsPerItem = 4 * TileKernels.MostRows, LeastPackedRows = 16 * TileKernels.MostRows;

    private TileKernels kernels;
    private BlockKernels blocks;
    private float* a, b, c;
    private nint aRow, aStep, bRow, cRow;
    private int rows, columns, depth, panels, panelsPerGroup, depthPerBlock, rowItems, rowsPerItem;
    private bool add, pack;

    /// <summary>Carries the product out on all threads.</summary>
    /// <param name="a">A, (rows, depth): element (i, k) lies at i · aRow + k · aStep.</param>
    /// <param name="aRow">Floats from row to row of A.</param>
    /// <param name="aStep">Floats from column to column of A.</param>
    /// <param name="b">B, (depth, columns), readable for two registers past its end.</param>
    /// <param name="bRow">Floats from row to row of B.</param>
    /// <param name="c">C, (rows, columns).</param>
    /// <param name="cRow">Floats from row to row of C.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="depth">Columns of A, rows of B; 1 or more.</param>
    /// <param name="add">Whether the product is added to C.</param>
    public static void Run(float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int depth, bool add = false)
    {
        if (FewRowsProduct.Fit(rows, columns, depth))
        {
            FewRowsProduct.Run(a, aRow, aStep, b, bRow, c, cRow, rows, columns, depth, add);
            return;
        }

        var job = new MatrixProduct { kernels = TileKernels.Current, blocks = BlockKernels.Current, a = a, aRow = aRow, aStep = aStep, b = b, bRow = bRow, c = c, cRow = cRow, rows = rows, columns = columns, depth = depth, add = add };
        job.panels = (columns + job.kernels.Columns - 1) / job.kernels.Columns;
        // Wide groups, so that each row of B is read over a whole page at a time.
        job.panelsPerGroup = Math.Clamp((job.panels + LeastGroups - 1) / LeastGroups, 1, MostPanelsPerGroup);
        job.depthPerBlock = Math.Min(depth, BlockFloats / (job.panelsPerGroup * job.kernels.Columns));
        // Copying B out pays where it is read from many rows or tiles; then an item has many rows.
        job.pack = depth >= LeastPackedDepth || rows >= LeastPackedRows;
        job.rowsPerItem = rows >= LeastPackedRows && depth < LeastPackedDepth ? LeastPackedRows : RowsPerItem;
        job.rowItems = (rows + job.rowsPerItem - 1) / job.rowsPerItem;
        int groups = (job.panels + job.panelsPerGroup - 1) / job.panelsPerGroup;
        Workers.Run(ref job, job.rowItems * groups, (long)rows * columns * depth);
    }

    public readonly void Run(int item)
    {
        int firstRow = item % rowItems * rowsPerItem, lastRow = Math.Min(firstRow + rowsPerItem, rows);
        int firstPanel = item / rowItems * panelsPerGroup, lastPanel = Math.Min(firstPanel + panelsPerGroup, panels);
        int wholeRow = firstRow + (lastRow - firstRow) / blocks.Rows * blocks.Rows, panelFloats = depthPerBlock * kernels.Columns;
        using var scratch = new Scratch((long)(lastPanel - firstPanel) * panelFloats);
        nint none = 0;
        for (int k = 0; k < depth; k += depthPerBlock)
        {
            int count = Math.Min(depthPerBlock, depth - k);
            if (pack)
                Pack(b + k * bRow + firstPanel * kernels.Columns, (lastPanel - firstPanel) * kernels.Columns, count, scratch.Pointer);
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                int column = panel * kernels.Columns, width = Math.Min(kernels.Columns, columns - column);
                var work = new BlockWork
                {
                    A = a + firstRow * aRow + k * aStep,
                    B = pack ? scratch.Pointer + (nint)(panel - firstPanel) * panelFloats : b + k * bRow + column,
                    C = c + firstRow * cRow + column,
                    ARow = aRow,
                    AStep = aStep,
                    BStep = pack ? kernels.Columns : bRow,
                    CRow = cRow,
                    ARuns = &none,
                    BRuns = &none,
                    Count = count,
                    RunCount = 1,
                    Add = add || k > 0,
                };
                bool whole = width == kernels.Columns && wholeRow > firstRow;
                if (whole)
                    blocks.Run(ref work, wholeRow - firstRow, width);
                Edge(work, whole ? wholeRow - firstRow : 0, lastRow - firstRow, width);
            }
        }
    }

    /// <summary>Copies rows of B into panels: read along the rows once, then from panel to panel without a jump.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack(float* from, int count, int rowCount, float* to)
    {
        for (int k = 0; k < rowCount; k++, from += bRow, to += kernels.Columns)
        {
            float* target = to;
            for (int column = 0; column < count; column += kernels.Columns, target += (nint)depthPerBlock * kernels.Columns)
                for (int i = 0; i < kernels.Columns; i += Piece)
                    Unsafe.CopyBlockUnaligned(target + i, from + column + i, Piece * sizeof(float));
        }
    }

    /// <summary>Rows and columns that do not fill a tile.</summary>
    private readonly void Edge(in BlockWork block, int firstRow, int lastRow, int width)
    {
        float** aRows = stackalloc float*[TileKernels.MostRows];
        float** cRows = stackalloc float*[TileKernels.MostRows];
        var work = new TileWork
        {
            A = aRows,
            C = cRows,
            B = block.B,
            ARuns = block.ARuns,
            BRuns = block.BRuns,
            AStep = aStep,
            BStep = block.BStep,
            Count = block.Count,
            RunCount = 1,
            Start = block.Add ? TileStart.Sum : TileStart.Zero,
        };
        for (int row = firstRow; row < lastRow; row += kernels.Rows)
        {
            int count = Math.Min(kernels.Rows, lastRow - row);
            for (int j = 0; j < count; j++)
            {
                aRows[j] = block.A + (row + j) * aRow;
                cRows[j] = block.C + (row + j) * cRow;
            }

            kernels.Run(ref work, count, width);
        }
    }
}
