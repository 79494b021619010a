using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Copies images, (N, H, W, C), into larger ones with a margin of zeros.</summary>
internal static unsafe class Padding
{
    private const int FloatsPerItem = 1 << 13;

    /// <summary>The padded copy, (N, H + top + bottom, W + left + right, C).</summary>
    public static CpuStorage Copy(float* source, int images, int height, int width, int channels, int top, int bottom, int left, int right)
    {
        var padded = CpuStorage.Floats((long)images * (height + top + bottom) * (width + left + right) * channels);
        var job = new Job
        {
            Source = source,
            Target = padded.Pointer,
            Height = height,
            Row = width * channels,
            Top = top,
            Bottom = bottom,
            Left = left * channels,
            Right = right * channels,
            Rows = images * height,
            RowsPerItem = Math.Max(1, FloatsPerItem / (width * channels)),
        };
        Workers.Run(ref job, (job.Rows + job.RowsPerItem - 1) / job.RowsPerItem);
        return padded;
    }

    private struct Job : IJob
    {
        public float* Source, Target;
        public int Height, Row, Top, Bottom, Left, Right, Rows, RowsPerItem;

        public readonly void Run(int item)
        {
            int first = item * RowsPerItem, last = Math.Min(first + RowsPerItem, Rows);
            for (int row = first; row < last; row++)
                CopyRow(row);
        }

        private readonly void CopyRow(int row)
        {
            int paddedRow = Left + Row + Right, y = row % Height;
            float* from = Source + (long)row * Row, to = Target + ((long)(row / Height) * (Top + Height + Bottom) + Top + y) * paddedRow;
            if (y == 0)
                new Span<float>(to - Top * paddedRow, Top * paddedRow).Clear();
            new Span<float>(to, Left).Clear();
            new Span<float>(from, Row).CopyTo(new Span<float>(to + Left, Row));
            new Span<float>(to + Left + Row, y < Height - 1 ? Right : Right + Bottom * paddedRow).Clear();
        }
    }
}
