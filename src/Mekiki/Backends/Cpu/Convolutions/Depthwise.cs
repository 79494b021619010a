using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Depthwise convolution, where each channel has a kernel of its own: y[n, c] = b[c] + x[n, c] * w[c].</summary>
internal static unsafe class Depthwise
{
    /// <summary>Rows and columns of the largest kernel.</summary>
    public const int MostKernel = 7;

    private const long MostCachedFloats = 4 << 20, MostWaitingFloats = 5 << 20;

    /// <summary>Whether a convolution is one of these: as many groups as channels and features, kernels of at most 7x7, no dilation.</summary>
    public static bool Fit(in ConvolutionShape s) =>
        s.Groups > 1 && s.Groups == s.Channels && s.Groups == s.Features && s.Dilation == 1 && s.KernelHeight <= MostKernel && s.KernelWidth <= MostKernel;

    /// <summary>Whether no cache of a core holds what is read and written: then the rows below are asked for ahead; elsewhere asking costs more than it brings.</summary>
    /// <param name="floats">Of source and target together.</param>
    public static bool ExceedsCaches(long floats) => floats > MostCachedFloats;

    /// <summary>
    /// Whether results are written past the caches, which would only hold them until they are thrown out for others: a line that is
    /// written as usual is read from memory first. So a third of what memory moves is saved, but what comes next finds nothing in a cache.
    /// </summary>
    /// <param name="floats">Of source and target together.</param>
    /// <param name="target">Where results go, pixel by pixel.</param>
    /// <param name="channels">Of a pixel. Vectors must be whole lines: half a line, written so, costs more than it saves.</param>
    public static bool Streams(long floats, float* target, int channels) =>
        floats > MostWaitingFloats && VectorWidth.Is512 && channels % Vector512<float>.Count == 0 && (nint)target % sizeof(Vector512<float>) == 0;

    /// <summary>Makes what was written past the caches visible to other threads.</summary>
    public static void EndStream()
    {
        if (Sse.IsSupported)
            Sse.StoreFence();
    }

    /// <summary>The weights as the kernels read them: (C, 1, kh, kw) -> (kh, kw, C).</summary>
    public static CpuStorage Pack(float* weight, in ConvolutionShape s)
    {
        var packed = CpuStorage.Floats((long)s.Taps * s.Channels);
        Transposition.Matrix(weight, s.Taps, packed.Pointer, s.Channels, s.Channels, s.Taps);
        return packed;
    }

    /// <inheritdoc cref="Forward(float*, RowProduct*, int, int, int, int, float*, float*, in ConvolutionShape, in Epilogue)"/>
    /// <remarks>With the margins of the sizes.</remarks>
    public static void Forward(float* x, float* weights, float* y, in ConvolutionShape s, in Epilogue epilogue) =>
        Forward(x, null, s.Height, s.Width, s.Padding, s.Padding, weights, y, s, epilogue);

    /// <summary>y = x * w, and the epilogue.</summary>
    /// <param name="x">(N, height, width, C), not padded; with <paramref name="before"/>, what that takes.</param>
    /// <param name="before">A 1x1 convolution that makes the rows which are read, one after another; or null.</param>
    /// <param name="height">Rows of x.</param>
    /// <param name="width">Columns of x.</param>
    /// <param name="top">Rows of zeros above x.</param>
    /// <param name="left">Columns of zeros to the left of x. Below and to the right are as many as the sizes ask for.</param>
    /// <param name="weights">The weights, as <see cref="Pack"/> made them.</param>
    /// <param name="y">Receives (N, H', W', C).</param>
    /// <param name="s">The sizes, of dilation 1 and as many groups as channels and features.</param>
    /// <param name="epilogue">What is done to y at once.</param>
    public static void Forward(float* x, RowProduct* before, int height, int width, int top, int left, float* weights, float* y, in ConvolutionShape s, in Epilogue epilogue)
    {
        var phase = new DepthwisePhase { Weights = weights, KernelHeight = s.KernelHeight, KernelWidth = s.KernelWidth, PaddingY = top, PaddingX = left };
        var product = new DepthwiseProduct
        {
            Grid = new DepthwiseGrid { Height = height, Width = width, Channels = s.Channels },
            Source = x,
            Before = before,
            Target = y,
            Images = s.Images,
            TargetHeight = s.OutHeight,
            TargetWidth = s.OutWidth,
            Stride = s.Stride,
            TargetStep = 1,
            Phases = &phase,
            PhaseCount = 1,
            Epilogue = epilogue,
        };
        product.Execute();
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="dy">(N, H', W', C).</param>
    /// <param name="weight">(C, 1, kh, kw).</param>
    /// <param name="dx">Receives (N, H, W, C).</param>
    /// <param name="s">The sizes, as for the way there.</param>
    /// <remarks>
    /// Input pixel i meets tap k at output (i + p - k) / s where that is whole. Pixels with the same remainder by the stride meet
    /// the same taps: for each of the s² remainders a product of stride 1 whose taps, s apart, run backwards.
    /// </remarks>
    public static void InputGradient(float* dy, float* weight, float* dx, in ConvolutionShape s)
    {
        if (DepthwiseSpread.Fits(s))
        {
            DepthwiseSpread.Run(dy, weight, dx, s);
            return;
        }

        var taps = Pack(weight, s);
        int stepY = Math.Min(s.Stride, s.Height), stepX = Math.Min(s.Stride, s.Width);
        using var room = new Scratch((long)stepY * stepX * sizeof(DepthwisePhase) / sizeof(float) + (long)s.Taps * s.Channels);
        var phases = (DepthwisePhase*)room.Pointer;
        float* weights = (float*)(phases + stepY * stepX);
        for (int row = 0; row < stepY; row++)
            for (int column = 0; column < stepX; column++)
            {
                var (firstY, countY, paddingY) = Axis(row, s.KernelHeight, s);
                var (firstX, countX, paddingX) = Axis(column, s.KernelWidth, s);
                phases[row * stepX + column] = new DepthwisePhase { Weights = weights, Row = row, Column = column, KernelHeight = countY, KernelWidth = countX, PaddingY = paddingY, PaddingX = paddingX };
                for (int ky = countY - 1; ky >= 0; ky--)
                    for (int kx = countX - 1; kx >= 0; kx--, weights += s.Channels)
                    {
                        float* tap = taps.Pointer + ((nint)(firstY + ky * s.Stride) * s.KernelWidth + firstX + kx * s.Stride) * s.Channels;
                        new Span<float>(tap, s.Channels).CopyTo(new Span<float>(weights, s.Channels));
                    }
            }

        taps.Release();

        var product = new DepthwiseProduct
        {
            Grid = new DepthwiseGrid { Height = s.OutHeight, Width = s.OutWidth, Channels = s.Channels },
            Source = dy,
            Target = dx,
            Images = s.Images,
            TargetHeight = s.Height,
            TargetWidth = s.Width,
            Stride = 1,
            TargetStep = s.Stride,
            Phases = phases,
            PhaseCount = stepY * stepX,
        };
        product.Execute();
    }

    /// <summary>Along one axis, the first tap that pixels of a remainder meet, how many there are, and how far before the first output the last one lies.</summary>
    private static (int First, int Count, int Padding) Axis(int remainder, int kernel, in ConvolutionShape s)
    {
        int first = (remainder + s.Padding) % s.Stride, count = Math.Max(0, (kernel - first + s.Stride - 1) / s.Stride);
        return (first, count, count - 1 - (remainder + s.Padding - first) / s.Stride);
    }
}
