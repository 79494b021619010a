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
        var job = new Job { Source = source, Target = target, Rows = rows, Columns = columns };
        int items = count * job.Strips * job.Parts;
        if ((long)count * rows * columns < 1 << 15)
            for (int i = 0; i < items; i++)
                job.Run(i);
        else
            Workers.Run(ref job, items);
    }

    /// <summary>The same of bytes.</summary>
    public static void Transpose(byte* source, byte* target, int count, int rows, int columns)
    {
        for (int i = 0; i < count; i++, source += (nint)rows * columns, target += (nint)rows * columns)
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < columns; c++)
                    target[(nint)c * rows + r] = source[(nint)r * columns + c];
    }

    /// <summary>Transposes a piece of a matrix: of strips of rows, parts of their columns.</summary>
    private struct Job : IJob
    {
        private const int StripRows = 64, PartColumns = 1 << 13;
        public float* Source, Target;
        public int Rows, Columns;

        public readonly int Strips => (Rows + StripRows - 1) / StripRows;

        public readonly int Parts => (Columns + PartColumns - 1) / PartColumns;

        public readonly void Run(int item)
        {
            int matrix = item / (Strips * Parts), row = item / Parts % Strips * StripRows, column = item % Parts * PartColumns;
            nint begin = (nint)matrix * Rows * Columns;
            float* from = Source + begin + (nint)row * Columns + column, to = Target + begin + (nint)column * Rows + row;
            Transposition.Matrix(from, Columns, to, Rows, Math.Min(StripRows, Rows - row), Math.Min(PartColumns, Columns - column));
        }
    }
}
