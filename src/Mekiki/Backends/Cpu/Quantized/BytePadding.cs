using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Copies images of bytes, (N, H, W, C), into larger ones with a margin.</summary>
internal static unsafe class BytePadding
{
    /// <summary>The padded copy, (N, top + H + bottom, left + W + right, C).</summary>
    public static CpuStorage Copy(byte* source, in QuantizedConvolution s, byte margin)
    {
        int row = s.PaddedWidth * s.Channels;
        var padded = CpuStorage.Of(DType.UInt8, (long)s.Images * s.PaddedHeight * row);
        var job = new Job { Source = source, Target = (byte*)padded.Pointer, Height = s.Height, PaddedHeight = s.PaddedHeight, Row = s.Width * s.Channels, PaddedRow = row, Top = s.Top, Left = s.Left * s.Channels, Margin = margin };
        Workers.Run(ref job, s.Images * s.PaddedHeight, (long)s.Images * s.PaddedHeight * row / 4);
        return padded;
    }

    private struct Job : IJob
    {
        public byte* Source, Target;
        public int Height, PaddedHeight, Row, PaddedRow, Top, Left;
        public byte Margin;

        public readonly void Run(int item)
        {
            int image = item / PaddedHeight, y = item % PaddedHeight - Top;
            var to = new Span<byte>(Target + (nint)item * PaddedRow, PaddedRow);
            if (y < 0 || y >= Height)
            {
                to.Fill(Margin);
                return;
            }

            to[..Left].Fill(Margin);
            new ReadOnlySpan<byte>(Source + ((nint)image * Height + y) * Row, Row).CopyTo(to[Left..]);
            to[(Left + Row)..].Fill(Margin);
        }
    }
}
