using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Maxima and means of bytes, channels last.</summary>
internal static unsafe class BytePooling
{
    /// <summary>Maxima of windows.</summary>
    public static void Max(in PoolSizes s, byte* x, byte* y)
    {
        fixed (int* top = s.Rows.Starts, bottom = s.Rows.Ends, left = s.Columns.Starts, right = s.Columns.Ends)
        {
            var job = new MaxJob { X = x, Y = y, Top = top, Bottom = bottom, Left = left, Right = right, OutHeight = s.Rows.Count, OutWidth = s.Columns.Count, Height = s.Height, Width = s.Width, Channels = s.Channels };
            Workers.Run(ref job, s.Images * s.Rows.Count, s.OutputLength);
        }
    }

    /// <summary>Sums over all pixels of an image: (pixels, C) -> (C).</summary>
    public static void Sum(byte* x, int pixels, int channels, int* sums)
    {
        for (int c = 0; c < channels;)
        {
            int left = channels - c;
            if (VectorWidth.Is512 && left >= 16)
                c += Sum<Vector512<int>, Lanes512>(x + c, pixels, channels, sums + c);
            else if (VectorWidth.Bits >= 256 && left >= 8)
                c += Sum<Vector256<int>, Lanes256>(x + c, pixels, channels, sums + c);
            else if (left >= 4)
                c += Sum<Vector128<int>, Lanes128>(x + c, pixels, channels, sums + c);
            else
                c += Sum<int, LanesScalar>(x + c, pixels, channels, sums + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Sum<V, L>(byte* x, int pixels, int channels, int* sums) where V : struct where L : ILanes<V>
    {
        V sum = L.Zero;
        for (int p = 0; p < pixels; p++)
            sum = L.Add(sum, L.LoadBytes(x + (nint)p * channels));
        L.Store(sums, sum);
        return L.Count;
    }

    private struct MaxJob : IJob
    {
        public byte* X, Y;
        public int* Top, Bottom, Left, Right;
        public int OutHeight, OutWidth, Height, Width, Channels;

        public readonly void Run(int item)
        {
            for (int c = 0; c < Channels;)
            {
                int left = Channels - c;
                if (VectorWidth.Is512 && left >= 64)
                    c += Row<Vector512<byte>, Bytes512>(item, c);
                else if (VectorWidth.Bits >= 256 && left >= 32)
                    c += Row<Vector256<byte>, Bytes256>(item, c);
                else if (left >= 16)
                    c += Row<Vector128<byte>, Bytes128>(item, c);
                else
                    c += Row<byte, ByteScalar>(item, c);
            }
        }

        // One register of channels of one row.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly int Row<V, B>(int item, int c) where V : struct where B : IBytes<V>
        {
            int image = item / OutHeight, down = item % OutHeight, height = Bottom[down] - Top[down];
            nint row = (nint)Width * Channels;
            byte* first = X + ((nint)image * Height + Top[down]) * row + c, y = Y + (nint)item * OutWidth * Channels + c;
            for (int across = 0; across < OutWidth; across++, y += Channels)
            {
                int width = Right[across] - Left[across];
                byte* from = first + (nint)Left[across] * Channels;
                if (height <= 3 && width <= 3)
                {
                    // Windows of up to 3x3 without a loop: places that one lacks are its last ones again.
                    nint second = Math.Min(1, width - 1) * (nint)Channels, third = (width - 1) * (nint)Channels;
                    V max = Line<V, B>(from, second, third);
                    if (height > 1)
                        max = B.Max(max, Line<V, B>(from + row, second, third));
                    B.Store(y, height > 2 ? B.Max(max, Line<V, B>(from + 2 * row, second, third)) : max);
                    continue;
                }

                V most = B.Load(from);
                for (int r = 0; r < height; r++)
                    for (int p = 0; p < width; p++)
                        most = B.Max(most, B.Load(from + r * row + (nint)p * Channels));
                B.Store(y, most);
            }

            return B.Count;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Line<V, B>(byte* x, nint second, nint third) where V : struct where B : IBytes<V> => B.Max(B.Max(B.Load(x), B.Load(x + second)), B.Load(x + third));
    }
}
