using Mekiki.Memory;
using Mekiki.Threading;

namespace Mekiki.Kernels;

/// <summary>Copies images, (N, H, W, C), into larger ones with a margin of zeros.</summary>
internal static unsafe class Padding
{
    /// <summary>The padded copy, (N, H + top + bottom, W + left + right, C).</summary>
    public static Storage Copy(float* source, int images, int height, int width, int channels, int top, int bottom, int left, int right)
    {
        var padded = Storage.Floats((long)images * (height + top + bottom) * (width + left + right) * channels);
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
        };
        Workers.Run(ref job, images);
        return padded;
    }

    private struct Job : IJob
    {
        public float* Source, Target;
        public int Height, Row, Top, Bottom, Left, Right;

        public readonly void Run(int image)
        {
            int paddedRow = Left + Row + Right;
            float* from = Source + (long)image * Height * Row;
            float* to = Target + (long)image * (Top + Height + Bottom) * paddedRow;
            new Span<float>(to, Top * paddedRow + Left).Clear();
            to += Top * paddedRow + Left;
            for (int y = 0; y < Height; y++, from += Row, to += paddedRow)
            {
                new Span<float>(from, Row).CopyTo(new Span<float>(to, Row));
                // The right margin and the next row's left one lie side by side.
                new Span<float>(to + Row, y < Height - 1 ? Right + Left : Right).Clear();
            }

            new Span<float>(to - Left, Bottom * paddedRow).Clear();
        }
    }
}
