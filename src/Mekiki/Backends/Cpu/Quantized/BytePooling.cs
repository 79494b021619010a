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

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int item)
        {
            int image = item / OutHeight, down = item % OutHeight;
            byte* y = Y + (nint)item * OutWidth * Channels;
            for (int across = 0; across < OutWidth; across++, y += Channels)
                for (int c = 0; c < Channels;)
                {
                    byte* from = X + (nint)image * Height * Width * Channels + c;
                    int left = Channels - c;
                    if (VectorWidth.Is512 && left >= 64)
                    {
                        var max = Vector512<byte>.Zero;
                        for (int r = Top[down]; r < Bottom[down]; r++)
                            for (int p = Left[across]; p < Right[across]; p++)
                                max = Vector512.Max(max, Vector512.Load(from + ((nint)r * Width + p) * Channels));
                        max.Store(y + c);
                        c += 64;
                    }
                    else if (VectorWidth.Bits >= 256 && left >= 32)
                    {
                        var max = Vector256<byte>.Zero;
                        for (int r = Top[down]; r < Bottom[down]; r++)
                            for (int p = Left[across]; p < Right[across]; p++)
                                max = Vector256.Max(max, Vector256.Load(from + ((nint)r * Width + p) * Channels));
                        max.Store(y + c);
                        c += 32;
                    }
                    else if (left >= 16)
                    {
                        var max = Vector128<byte>.Zero;
                        for (int r = Top[down]; r < Bottom[down]; r++)
                            for (int p = Left[across]; p < Right[across]; p++)
                                max = Vector128.Max(max, Vector128.Load(from + ((nint)r * Width + p) * Channels));
                        max.Store(y + c);
                        c += 16;
                    }
                    else
                    {
                        byte max = 0;
                        for (int r = Top[down]; r < Bottom[down]; r++)
                            for (int p = Left[across]; p < Right[across]; p++)
                                max = Math.Max(max, from[((nint)r * Width + p) * Channels]);
                        y[c++] = max;
                    }
                }
        }
    }
}
