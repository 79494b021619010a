using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Images of another size, (N, H, W, C), and the way back.</summary>
internal unsafe struct Resampling : IJob
{
    /// <summary>(N, H, W, C) and (N, H', W', C): values on the way there, gradients on the way back.</summary>
    public float* X, Y;

    public bool Backward;

    private int height, width, channels, outHeight, outWidth;
    private float value;
    private int* yFirsts, ySeconds, xFirsts, xSeconds;
    private float* yShares, xShares;

    public static void Run(Resampling work, in ResampleSizes s)
    {
        fixed (int* yf = s.Rows.Firsts, ys = s.Rows.Seconds, xf = s.Columns.Firsts, xs = s.Columns.Seconds)
        fixed (float* yt = s.Rows.Shares, xt = s.Columns.Shares)
        {
            work.yFirsts = yf;
            work.ySeconds = ys;
            work.yShares = yt;
            work.xFirsts = xf;
            work.xSeconds = xs;
            work.xShares = xt;
            (work.height, work.width, work.channels, work.value) = (s.Height, s.Width, s.Channels, s.Value);
            (work.outHeight, work.outWidth) = (s.Rows.Count, s.Columns.Count);
            if (s.Channels > 0)
                Workers.Run(ref work, work.Backward ? s.Images : s.Images * work.outHeight);
        }
    }

    public readonly void Run(int item)
    {
        if (!Backward)
        {
            Row(item / outHeight, item % outHeight);
            return;
        }

        new Span<float>(X + (nint)item * height * width * channels, height * width * channels).Clear();
        for (int y = 0; y < outHeight; y++)
            Row(item, y);
    }

    private readonly void Row(int image, int y)
    {
        float* row = Y + ((nint)image * outHeight + y) * outWidth * channels;
        nint line = (nint)width * channels;
        float* upper = X + ((nint)image * height + yFirsts[y]) * line, lower = X + ((nint)image * height + ySeconds[y]) * line;
        for (int x = 0; x < outWidth; x++, row += channels)
        {
            if (yFirsts[y] < 0 || xFirsts[x] < 0)
            {
                if (!Backward)
                    new Span<float>(row, channels).Fill(value);
                continue;
            }

            nint left = (nint)xFirsts[x] * channels, right = (nint)xSeconds[x] * channels;
            float vertical = yShares[y], horizontal = xShares[x];
            if (vertical == 0 && horizontal == 0 && !Backward)
            {
                new ReadOnlySpan<float>(upper + left, channels).CopyTo(new Span<float>(row, channels));
                continue;
            }

            var kernel = new Kernel
            {
                A = upper + left,
                B = upper + right,
                C = lower + left,
                D = lower + right,
                Y = row,
                Backward = Backward,
                ShareA = (1 - vertical) * (1 - horizontal),
                ShareB = (1 - vertical) * horizontal,
                ShareC = vertical * (1 - horizontal),
                ShareD = vertical * horizontal,
            };
            Vectors.Run(ref kernel, 0, channels);
        }
    }

    private struct Kernel : IVectorKernel
    {
        public float* A, B, C, D, Y;
        public float ShareA, ShareB, ShareC, ShareD;
        public bool Backward;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V a = S.Broadcast(ShareA), b = S.Broadcast(ShareB), c = S.Broadcast(ShareC), d = S.Broadcast(ShareD);
            // A share of 0 reads nothing: infinity times 0 is no number.
            bool hasB = ShareB != 0, hasC = ShareC != 0, hasD = ShareD != 0;
            for (nint i = from; i < to; i += S.Count)
            {
                if (Backward)
                {
                    V dy = S.Load(Y + i);
                    S.Store(A + i, S.Fma(a, dy, S.Load(A + i)));
                    if (hasB)
                        S.Store(B + i, S.Fma(b, dy, S.Load(B + i)));
                    if (hasC)
                        S.Store(C + i, S.Fma(c, dy, S.Load(C + i)));
                    if (hasD)
                        S.Store(D + i, S.Fma(d, dy, S.Load(D + i)));
                    continue;
                }

                V sum = S.Mul(a, S.Load(A + i));
                if (hasB)
                    sum = S.Fma(b, S.Load(B + i), sum);
                if (hasC)
                    sum = S.Fma(c, S.Load(C + i), sum);
                if (hasD)
                    sum = S.Fma(d, S.Load(D + i), sum);
                S.Store(Y + i, sum);
            }
        }
    }
}
