using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Maxima or averages over windows of images, (N, H, W, C), and the way back.</summary>
internal unsafe struct Pooling : IJob
{
    private const int LeastItems = 4, FloatsPerPart = 1 << 13;

    /// <summary>(N, H, W, C) and (N, H', W', C): values on the way there, gradients on the way back.</summary>
    public float* X, Y;

    /// <summary>Of each maximum, its place in its window, as a float; (N, H', W', C). Null for averages.</summary>
    public float* Places;

    public int Images, Height, Width, Channels;

    public bool Backward;

    private int* yStarts, yEnds, ySizes, xStarts, xEnds, xSizes;
    private int outHeight, outWidth;
    private ChannelCut cut;

    /// <summary>Work of the sizes <paramref name="s"/>.</summary>
    public static Pooling Of(in PoolSizes s, float* x, float* y, float* places) =>
        new() { X = x, Y = y, Places = places, Images = s.Images, Height = s.Height, Width = s.Width, Channels = s.Channels };

    public static void Run(Pooling work, PoolAxis rows, PoolAxis columns)
    {
        fixed (int* ys = rows.Starts, ye = rows.Ends, yn = rows.Sizes, xs = columns.Starts, xe = columns.Ends, xn = columns.Sizes)
        {
            work.yStarts = ys;
            work.yEnds = ye;
            work.ySizes = yn;
            work.xStarts = xs;
            work.xEnds = xe;
            work.xSizes = xn;
            (work.outHeight, work.outWidth) = (rows.Count, columns.Count);
            // Global pooling has one row of each image.
            long parts = work.Backward ? 1 : Math.Min(LeastItems / (work.Images * work.outHeight), (long)work.Images * work.Height * work.Width * work.Channels / FloatsPerPart);
            work.cut = ChannelCut.Into(parts, work.Channels);
            Workers.Run(ref work, work.Backward ? work.Images : work.Images * work.outHeight * work.cut.Count);
        }
    }

    public void Run(int item)
    {
        if (Backward)
        {
            new Span<float>(X + (nint)item * Height * Width * Channels, Height * Width * Channels).Clear();
            for (int y = 0; y < outHeight; y++)
                Row(item, y, 0, Channels);
        }
        else
        {
            int row = item / cut.Count;
            var (from, to) = cut[item % cut.Count];
            Row(row / outHeight, row % outHeight, from, to);
        }
    }

    private void Row(int image, int y, int from, int to)
    {
        nint target = ((nint)image * outHeight + y) * outWidth * Channels;
        var kernel = new RowKernel { Work = this, Row = y, Image = X + (nint)image * Height * Width * Channels, Target = Y + target, Kept = Places == null ? null : Places + target };
        Vectors.Run(ref kernel, from, to);
    }

    private struct RowKernel : IVectorKernel
    {
        public Pooling Work;
        public float* Image, Target, Kept;
        public int Row;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            int top = Work.yStarts[Row], bottom = Work.yEnds[Row];
            nint stride = Work.Channels, line = (nint)Work.Width * stride;
            for (int x = 0; x < Work.outWidth; x++)
            {
                int left = Work.xStarts[x], right = Work.xEnds[x];
                float* corner = Image + top * line + left * stride;
                for (nint c = from; c < to; c += S.Count)
                {
                    nint at = x * stride + c;
                    if (Kept == null)
                        Average<V, S>(corner + c, Target + at, bottom - top, right - left, line, stride, 1f / (Work.ySizes[Row] * Work.xSizes[x]), Work.Backward);
                    else if (Work.Backward)
                        Scatter<V, S>(corner + c, S.Load(Target + at), S.Load(Kept + at), bottom - top, right - left, line, stride);
                    else
                        Maximum<V, S>(corner + c, Target + at, Kept + at, bottom - top, right - left, line, stride);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Average<V, S>(float* corner, float* target, int height, int width, nint line, nint stride, float share, bool backward) where V : struct where S : ISimd<V>
        {
            V sum = backward ? S.Mul(S.Load(target), S.Broadcast(share)) : S.Zero;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    float* pixel = corner + y * line + x * stride;
                    if (backward)
                        S.Store(pixel, S.Add(S.Load(pixel), sum));
                    else
                        sum = S.Add(sum, S.Load(pixel));
                }

            if (!backward)
                S.Store(target, S.Mul(sum, S.Broadcast(share)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Maximum<V, S>(float* corner, float* target, float* kept, int height, int width, nint line, nint stride) where V : struct where S : ISimd<V>
        {
            V best = S.Load(corner), place = S.Zero;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    V value = S.Load(corner + y * line + x * stride), larger = S.Or(S.Greater(value, best), S.Unordered(value, value));
                    best = S.Select(larger, value, best);
                    place = S.Select(larger, S.Broadcast(y * width + x), place);
                }

            S.Store(target, best);
            S.Store(kept, place);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Scatter<V, S>(float* corner, V dy, V place, int height, int width, nint line, nint stride) where V : struct where S : ISimd<V>
        {
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    float* pixel = corner + y * line + x * stride;
                    V distance = S.Sub(place, S.Broadcast(y * width + x));
                    V here = S.Select(S.Greater(S.Mul(distance, distance), S.Broadcast(0.25f)), S.Zero, dy);
                    S.Store(pixel, S.Add(S.Load(pixel), here));
                }
        }
    }
}
