using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Sums of the pixels under each tap of a convolution, and of the products of each two taps: all that its output's mean and variance depend on.</summary>
/// <remarks>
/// With z = w · x + b over patches x, mean z = w · mean x + b and var z = wᵀ cov(x) w; so batch norm behind a convolution of
/// few taps needs no output. Products of floats are exact in double precision, and sums are taken there.
/// </remarks>
internal unsafe struct PatchMoments : IJob
{
    /// <summary>Taps times channels.</summary>
    public const int Depth = 9;

    private const int Sums = Depth + Depth * Depth, RowsPerItem = 16, Lanes = 4;

    private ConvolutionShape s;
    private float* x;
    private double* partial;

    /// <summary>Receives Σ x_k, then Σ x_k x_l for all k and l: 90 doubles.</summary>
    /// <param name="paddedX">(N, H + 2p, W + 2p, C).</param>
    /// <param name="s">Sizes with a depth of nine and one group.</param>
    public static CpuStorage Of(float* paddedX, in ConvolutionShape s)
    {
        int items = (s.Images * s.OutHeight + RowsPerItem - 1) / RowsPerItem;
        var partial = CpuStorage.Bytes((long)items * Sums * sizeof(double));
        var job = new PatchMoments { s = s, x = paddedX, partial = (double*)partial.Pointer };
        Workers.Run(ref job, items);
        var result = CpuStorage.Bytes(Sums * sizeof(double));
        var total = new Span<double>(result.Pointer, Sums);
        total.Clear();
        for (int item = 0; item < items; item++)
            for (int i = 0; i < Sums; i++)
                total[i] += job.partial[(nint)item * Sums + i];
        for (int k = 0; k < Depth; k++)
            for (int l = 0; l < k; l++)
                total[Depth + k * Depth + l] = total[Depth + l * Depth + k];
        partial.Release();
        return result;
    }

    /// <summary>Mean and variance (over n) of each feature.</summary>
    public static void Join(double* moments, float* weight, float* bias, in ConvolutionShape s, float* mean, float* variance)
    {
        double n = s.OutputPixels;
        for (int o = 0; o < s.Features; o++)
        {
            double m = 0, v = 0;
            for (int k = 0; k < Depth; k++)
            {
                double w = weight[o * Depth + k];
                m += w * moments[k];
                for (int l = 0; l < Depth; l++)
                    v += w * weight[o * Depth + l] * (moments[Depth + k * Depth + l] - moments[k] * moments[l] / n);
            }

            mean[o] = (float)(m / n + (bias == null ? 0 : bias[o]));
            variance[o] = (float)Math.Max(0, v / n);
        }
    }

    /// <summary>Where each tap lies, from a pixel's corner, in floats; in the order of the weights.</summary>
    public static void Offsets(in ConvolutionShape s, nint* offsets)
    {
        for (int k = 0; k < Depth; k++)
        {
            int channel = k / s.Taps, tap = k % s.Taps;
            offsets[k] = ((nint)(tap / s.KernelWidth) * s.PaddedWidth + tap % s.KernelWidth) * s.Dilation * s.Channels + channel;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int item)
    {
        double* sums = partial + (nint)item * Sums, products = stackalloc double[Depth * Depth * Lanes];
        new Span<double>(sums, Depth).Clear();
        new Span<double>(products, Depth * Depth * Lanes).Clear();
        nint* offsets = stackalloc nint[Depth];
        Offsets(s, offsets);
        int width = (s.OutWidth + Lanes - 1) / Lanes * Lanes, last = Math.Min((item + 1) * RowsPerItem, s.Images * s.OutHeight);
        using var scratch = new Scratch(2L * Depth * width);
        double* rows = (double*)scratch.Pointer;
        for (int row = item * RowsPerItem; row < last; row++)
        {
            float* corner = x + ((nint)(row / s.OutHeight) * s.PaddedHeight + row % s.OutHeight * s.Stride) * s.PaddedWidth * s.Channels;
            for (int k = 0; k < Depth; k++)
                sums[k] += Widen(corner + offsets[k], (nint)s.Stride * s.Channels, s.OutWidth, rows + k * width, width);
            for (int k = 0; k < Depth; k += 3)
                for (int l = k; l < Depth; l += 3)
                    Multiply(rows + k * width, rows + l * width, width, products + (k * Depth + l) * Lanes);
        }

        for (int i = 0; i < Depth * Depth; i++)
            sums[Depth + i] = Vector256.Sum(Vector256.Load(products + i * Lanes));
    }

    /// <summary>Copies a row of floats, <paramref name="step"/> apart, as doubles with zeros behind; returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Widen(float* from, nint step, int count, double* to, int width)
    {
        int i = 0;
        var sum = Vector128<double>.Zero;
        for (; step == 1 && i + Lanes <= count; i += Lanes)
        {
            var (lower, upper) = Vector128.Widen(Vector128.Load(from + i));
            lower.Store(to + i);
            upper.Store(to + i + 2);
            sum += lower + upper;
        }

        double total = Vector128.Sum(sum);
        for (; i < count; i++)
            total += to[i] = from[i * step];
        for (; i < width; i++)
            to[i] = 0;
        return total;
    }

    /// <summary>Adds the products of three rows with three, (3, 3) with <see cref="Depth"/> from line to line, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(double* a, double* b, int width, double* to)
    {
        const int line = Depth * Lanes;
        double* a1 = a + width, a2 = a1 + width, b1 = b + width, b2 = b1 + width;
        var c00 = Vector256.Load(to);
        var c01 = Vector256.Load(to + Lanes);
        var c02 = Vector256.Load(to + 2 * Lanes);
        var c10 = Vector256.Load(to + line);
        var c11 = Vector256.Load(to + line + Lanes);
        var c12 = Vector256.Load(to + line + 2 * Lanes);
        var c20 = Vector256.Load(to + 2 * line);
        var c21 = Vector256.Load(to + 2 * line + Lanes);
        var c22 = Vector256.Load(to + 2 * line + 2 * Lanes);
        for (int i = 0; i < width; i += Lanes)
        {
            Vector256<double> x = Vector256.Load(b + i), y = Vector256.Load(b1 + i), z = Vector256.Load(b2 + i), v = Vector256.Load(a + i);
            c00 = Vector256.MultiplyAddEstimate(v, x, c00);
            c01 = Vector256.MultiplyAddEstimate(v, y, c01);
            c02 = Vector256.MultiplyAddEstimate(v, z, c02);
            v = Vector256.Load(a1 + i);
            c10 = Vector256.MultiplyAddEstimate(v, x, c10);
            c11 = Vector256.MultiplyAddEstimate(v, y, c11);
            c12 = Vector256.MultiplyAddEstimate(v, z, c12);
            v = Vector256.Load(a2 + i);
            c20 = Vector256.MultiplyAddEstimate(v, x, c20);
            c21 = Vector256.MultiplyAddEstimate(v, y, c21);
            c22 = Vector256.MultiplyAddEstimate(v, z, c22);
        }

        c00.Store(to);
        c01.Store(to + Lanes);
        c02.Store(to + 2 * Lanes);
        c10.Store(to + line);
        c11.Store(to + line + Lanes);
        c12.Store(to + line + 2 * Lanes);
        c20.Store(to + 2 * line);
        c21.Store(to + 2 * line + Lanes);
        c22.Store(to + 2 * line + 2 * Lanes);
    }
}
