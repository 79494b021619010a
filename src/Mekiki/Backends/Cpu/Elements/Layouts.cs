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

    /// <summary>The same of bytes.</summary>
    public static void Transpose(byte* source, byte* target, int count, int rows, int columns)
    {
        for (int i = 0; i < count; i++, source += (nint)rows * columns, target += (nint)rows * columns)
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < columns; c++)
                    target[(nint)c * rows + r] = source[(nint)r * columns + c];
    }

    private struct Job : IJob
    {
        public const int StripRows = 64;
        public float* Source, Target;
        public int Rows, Columns, Strips;

        public readonly void Run(int item)
        {
            int matrix = item / Strips, first = item % Strips * StripRows, last = Math.Min(first + StripRows, Rows);
            nint begin = (nint)matrix * Rows * Columns;
            Transposition.Matrix(Source + begin + (nint)first * Columns, Columns, Target + begin + first, Rows, last - first, Columns);
        }
    }
}
