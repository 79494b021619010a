using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Moves 4-D tensors between (N, C, H, W) and (N, H, W, C) in memory.</summary>
internal static unsafe class Layouts
{
    /// <summary>(N, H, W, C) in memory -> (N, C, H, W).</summary>
    public static void ToRowMajor(float* source, float* target, Shape shape) => Transpose(source, target, shape[0], shape[2] * shape[3], shape[1]);

    /// <summary>(N, C, H, W) in memory -> (N, H, W, C).</summary>
    public static void ToChannelsLast(float* source, float* target, Shape shape) => Transpose(source, target, shape[0], shape[1], shape[2] * shape[3]);

    /// <summary>Transposes matrices (count, rows, columns) -> (count, columns, rows).</summary>
    public static void Transpose(float* source, float* target, int count, int rows, int columns)
    {
        var job = new Job { Source = source, Target = target, Rows = rows, Columns = columns, Strips = (rows + Job.StripRows - 1) / Job.StripRows };
        if ((long)count * rows * columns < 1 << 15)
            for (int i = 0; i < count * job.Strips; i++)
                job.Run(i);
        else
            Workers.Run(ref job, count * job.Strips);
    }

    private struct Job : IJob
    {
        public const int StripRows = 64;
        private const int Side = Transposition.Side;
        public float* Source, Target;
        public int Rows, Columns, Strips;

        public readonly void Run(int item)
        {
            int matrix = item / Strips, first = item % Strips * StripRows, last = Math.Min(first + StripRows, Rows);
            float* from = Source + (nint)matrix * Rows * Columns;
            float* to = Target + (nint)matrix * Rows * Columns;
            for (int column = 0; column < Columns; column += Side)
                for (int row = first; row < last; row += Side)
                {
                    if (column + Side <= Columns && row + Side <= last)
                    {
                        Transposition.Block(from + (nint)row * Columns + column, Columns, to + (nint)column * Rows + row, Rows);
                        continue;
                    }

                    int columnEnd = Math.Min(column + Side, Columns), rowEnd = Math.Min(row + Side, last);
                    for (int c = column; c < columnEnd; c++)
                        for (int r = row; r < rowEnd; r++)
                            to[(nint)c * Rows + r] = from[(nint)r * Columns + c];
                }
        }
    }
}
