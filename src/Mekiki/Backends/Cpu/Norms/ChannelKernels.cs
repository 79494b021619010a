using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Norms;

/// <summary>Sums over pixels for each channel; pixels lie <c>stride</c> floats apart, their channels side by side.</summary>
internal static unsafe class ChannelKernels
{
    /// <summary>Pixels whose sums are taken together, before blocks are added in a fixed order.</summary>
    public const int PixelsPerBlock = 512;

    /// <summary>Adds a value to each channel and another tensor's pixels, where there are such, and applies a function, where there is one.</summary>
    public static void Finish(float* x, nint stride, int pixels, int channels, float* bias, float* residual, in Function? then)
    {
        bool isBound = FunctionTable.IsBound(then, out float floor, out float ceiling);
        // One behind another they are as one pixel: channels that are fewer than a register's lanes fill it too.
        if (bias == null && stride == channels)
            (pixels, channels) = (1, pixels * channels);
        if (bias != null || residual != null || (then is not null && isBound))
        {
            var kernel = new FinishKernel { X = x, Stride = stride, Pixels = pixels, Bias = bias, Residual = residual, Floor = floor, Ceiling = ceiling };
            Vectors.Run(ref kernel, 0, channels);
        }

        if (!isBound)
            FunctionTable.MapPixels(then!.Value, x, stride, pixels, channels);
    }

    /// <summary>Of each channel the mean and the sum of squared deviations from it.</summary>
    /// <remarks>Values are shifted by the first pixel's before they are squared, so that a large mean costs no precision.</remarks>
    public static void Moments(float* x, nint stride, int pixels, int channels, float* mean, float* squares)
    {
        var kernel = new MomentsKernel { X = x, Stride = stride, Pixels = pixels, Mean = mean, Squares = squares };
        Vectors.Run(ref kernel, 0, channels);
    }

    /// <summary>The moments of blocks of <see cref="PixelsPerBlock"/> pixels: (block, 2, channels).</summary>
    public static void BlockMoments(float* x, int pixels, int channels, float* moments)
    {
        var job = new MomentsJob { X = x, Pixels = pixels, Channels = channels, Moments = moments };
        Workers.Run(ref job, BlockCount(pixels));
    }

    public static int BlockCount(int pixels) => (pixels + PixelsPerBlock - 1) / PixelsPerBlock;

    /// <summary>Joins the moments of blocks in their order: mean and variance (over n) of each channel.</summary>
    /// <remarks>Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979, equation 2.1.</remarks>
    public static void Join(float* moments, int blocks, int pixelsPerBlock, int pixels, int channels, float* mean, float* variance)
    {
        for (int c = 0; c < channels; c++)
        {
            double m = 0, squares = 0, count = 0;
            for (int block = 0; block < blocks; block++)
            {
                float* at = moments + (nint)block * 2 * channels + c;
                double n = Math.Min(pixelsPerBlock, pixels - block * pixelsPerBlock);
                double difference = at[0] - m;
                count += n;
                m += difference * n / count;
                squares += at[channels] + difference * difference * n * (count - n) / count;
            }

            mean[c] = (float)m;
            variance[c] = (float)(squares / count);
        }
    }

    /// <summary>Adds all pixels up: (pixels, channels) -> (channels).</summary>
    public static void Sum(float* x, int pixels, int channels, float* sums)
    {
        int blocks = BlockCount(pixels);
        var partial = CpuStorage.Floats((long)blocks * channels);
        var job = new SumJob { X = x, Pixels = pixels, Channels = channels, Sums = partial.Pointer };
        Workers.Run(ref job, blocks);
        JoinSums(partial.Pointer, blocks, channels, sums);
        partial.Release();
    }

    /// <summary>Adds rows up in their order: (blocks, count) -> (count).</summary>
    public static void JoinSums(float* partial, int blocks, int count, float* sums)
    {
        for (int c = 0; c < count; c++)
        {
            double sum = 0;
            for (int block = 0; block < blocks; block++)
                sum += partial[(nint)block * count + c];
            sums[c] = (float)sum;
        }
    }

    private struct MomentsJob : IJob
    {
        public float* X, Moments;
        public int Pixels, Channels;

        public readonly void Run(int block)
        {
            int first = block * PixelsPerBlock;
            float* at = Moments + (nint)block * 2 * Channels;
            ChannelKernels.Moments(X + (nint)first * Channels, Channels, Math.Min(PixelsPerBlock, Pixels - first), Channels, at, at + Channels);
        }
    }

    private struct SumJob : IJob
    {
        public float* X, Sums;
        public int Pixels, Channels;

        public readonly void Run(int block)
        {
            int first = block * PixelsPerBlock;
            var kernel = new SumKernel { X = X + (nint)first * Channels, Stride = Channels, Pixels = Math.Min(PixelsPerBlock, Pixels - first), Sums = Sums + (nint)block * Channels };
            Vectors.Run(ref kernel, 0, Channels);
        }
    }

    private struct FinishKernel : IVectorKernel
    {
        public float* X, Bias, Residual;
        public nint Stride;
        public int Pixels;
        public float Floor, Ceiling;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            V floor = S.Broadcast(Floor), ceiling = S.Broadcast(Ceiling);
            float* x = X, residual = Residual;
            for (int p = 0; p < Pixels; p++, x += Stride)
            {
                for (nint c = from; c < to; c += S.Count)
                {
                    V y = Bias == null ? S.Load(x + c) : S.Add(S.Load(x + c), S.Load(Bias + c));
                    S.Store(x + c, S.Min(ceiling, S.Max(floor, residual == null ? y : S.Add(y, S.Load(residual + c)))));
                }

                if (residual != null)
                    residual += Stride;
            }
        }
    }

    private struct SumKernel : IVectorKernel
    {
        public float* X, Sums;
        public nint Stride;
        public int Pixels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            for (nint c = from; c < to; c += S.Count)
            {
                V even = S.Zero, odd = S.Zero;
                float* x = X + c;
                int p = 0;
                for (; p + 1 < Pixels; p += 2, x += 2 * Stride)
                {
                    even = S.Add(even, S.Load(x));
                    odd = S.Add(odd, S.Load(x + Stride));
                }

                if (p < Pixels)
                    even = S.Add(even, S.Load(x));
                S.Store(Sums + c, S.Add(even, odd));
            }
        }
    }

    private struct MomentsKernel : IVectorKernel
    {
        public float* X, Mean, Squares;
        public nint Stride;
        public int Pixels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            var share = S.Broadcast(1f / Pixels);
            for (nint c = from; c < to; c += S.Count)
            {
                float* x = X + c;
                V shift = S.Load(x), sumEven = S.Zero, sumOdd = S.Zero, squareEven = S.Zero, squareOdd = S.Zero;
                int p = 0;
                for (; p + 1 < Pixels; p += 2, x += 2 * Stride)
                {
                    V a = S.Sub(S.Load(x), shift), b = S.Sub(S.Load(x + Stride), shift);
                    sumEven = S.Add(sumEven, a);
                    squareEven = S.Fma(a, a, squareEven);
                    sumOdd = S.Add(sumOdd, b);
                    squareOdd = S.Fma(b, b, squareOdd);
                }

                if (p < Pixels)
                {
                    V a = S.Sub(S.Load(x), shift);
                    sumEven = S.Add(sumEven, a);
                    squareEven = S.Fma(a, a, squareEven);
                }

                V sum = S.Add(sumEven, sumOdd), offset = S.Mul(sum, share);
                S.Store(Mean + c, S.Add(shift, offset));
                S.Store(Squares + c, S.Max(S.Zero, S.Sub(S.Add(squareEven, squareOdd), S.Mul(sum, offset))));
            }
        }
    }
}
