using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>The gradient of the weights of a depthwise convolution: pieces of the output's rows are summed on their own, then added in their order.</summary>
internal unsafe struct DepthwiseWeightProduct : IJob
{
    private const int PixelsPerSum = 16, MostRows = 4, CachedRowFloats = 32 << 10, Items = 32, LineBytes = 64, CacheSets = 64, CacheWays = 8;
    private const long LeastProducts = 1 << 19;

    private DepthwiseGrid grid;
    private ConvolutionShape s;
    private ChannelCut cut;
    private float* x, dy, sums, gradient;
    private int pieces, sumStep, step;
    private bool isLarge;
    private delegate*<in DepthwiseWeightWork, void> kernel;

    /// <summary>Computes the gradient of the weights.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="dy">The output's gradient, (N, H', W', C).</param>
    /// <param name="gradient">Receives (C, 1, kh, kw).</param>
    /// <param name="s">The sizes, of dilation 1 and as many groups as channels and features.</param>
    public static void Run(float* x, float* dy, float* gradient, in ConvolutionShape s)
    {
        var job = new DepthwiseWeightProduct
        {
            grid = new DepthwiseGrid { Height = s.Height, Width = s.Width, Channels = s.Channels },
            s = s,
            x = x,
            dy = dy,
            gradient = gradient,
            cut = ChannelCut.ForCache(s.Channels, s.KernelHeight * ((PixelsPerSum - 1) * s.Stride + s.KernelWidth) + PixelsPerSum),
            isLarge = Depthwise.ExceedsCaches((long)s.InputPixels * s.Channels + (long)s.OutputPixels * s.Channels),
            sumStep = (s.Channels + ChannelCut.Unit - 1) / ChannelCut.Unit * ChannelCut.Unit,
            kernel = VectorWidth.Bits switch
            {
                _ when VectorWidth.Is512 => DepthwiseWeightTile<Vector512<float>, Simd512>.For(s.KernelHeight, s.KernelWidth, s.Stride),
                _ when VectorWidth.Is256 => DepthwiseWeightTile<Vector256<float>, Simd256>.For(s.KernelHeight, s.KernelWidth, s.Stride),
                128 => DepthwiseWeightTile<Vector128<float>, Simd128>.For(s.KernelHeight, s.KernelWidth, s.Stride),
                _ => DepthwiseWeightTile<float, SimdScalar>.For(s.KernelHeight, s.KernelWidth, s.Stride),
            },
        };
        long products = (long)s.OutputPixels * s.Channels * s.Taps, wanted = Math.Min((Items + job.cut.Count - 1) / job.cut.Count, products / LeastProducts);
        job.pieces = (int)Math.Clamp(wanted, 1, (long)s.Images * s.OutHeight);
        using var scratch = new Scratch((long)job.pieces * s.Taps * job.sumStep);
        job.sums = scratch.Pointer;
        Workers.Run(ref job, job.pieces * job.cut.Count, products);
        job.step = 1;
        Workers.Run(ref job, job.cut.Count, (long)job.pieces * s.Taps * s.Channels);
    }

    public readonly void Run(int item)
    {
        if (step == 0)
            Sum(item / cut.Count, item % cut.Count);
        else
            Join(item);
    }

    private readonly void Sum(int piece, int part)
    {
        var (from, to) = cut[part];
        // The last vector may reach into the next pixel: nobody reads those sums.
        to = (to + ChannelCut.Unit - 1) / ChannelCut.Unit * ChannelCut.Unit;
        float* target = sums + (nint)piece * s.Taps * sumStep;
        for (int tap = 0; tap < s.Taps; tap++)
            new Span<float>(target + (nint)tap * sumStep + from, to - from).Clear();
        float* outside = stackalloc float[to - from];
        new Span<float>(outside, to - from).Clear();
        long rows = (long)s.Images * s.OutHeight;
        int first = (int)(rows * piece / pieces), last = (int)(rows * (piece + 1) / pieces);
        while (first < last)
        {
            int image = first / s.OutHeight, row = first % s.OutHeight, count = Math.Min(last - first, s.OutHeight - row);
            Sum(image, row, count, target, from, to, outside - from);
            first += count;
        }
    }

    private readonly void Sum(int image, int firstRow, int rows, float* target, int from, int to, float* zeros)
    {
        int placeRows = (rows - 1) * s.Stride + s.KernelHeight, placeColumns = (s.OutWidth - 1) * s.Stride + s.KernelWidth;
        using var scratch = new Scratch(2L * placeRows * placeColumns);
        var places = (float**)scratch.Pointer;
        grid.Find(x + (nint)image * s.Height * s.Width * s.Channels, firstRow * s.Stride - s.Padding, placeRows, -s.Padding, placeColumns, zeros, places);
        float* gradients = dy + ((nint)image * s.OutHeight + firstRow) * s.OutWidth * s.Channels;
        // So few that a vector of channels of all rows stays in the first cache, and what was asked for ahead in the second.
        int most = isLarge ? Math.Clamp(CachedRowFloats / ((s.Width * s.Stride + s.OutWidth) * s.Channels), 1, MostRows) : MostRows;
        most = Math.Min(most, RowsInFirstCache());
        for (int column = 0; column < s.OutWidth; column += PixelsPerSum)
            for (int row = 0; row < rows; row += most)
            {
                int count = Math.Min(most, rows - row);
                var work = new DepthwiseWeightWork
                {
                    Places = places + row * s.Stride * placeColumns + column * s.Stride,
                    PlacesRow = placeColumns,
                    Dy = gradients + ((nint)row * s.OutWidth + column) * s.Channels,
                    DyRow = (nint)s.OutWidth * s.Channels,
                    Sums = target,
                    SumStep = sumStep,
                    Channels = s.Channels,
                    From = from,
                    To = to,
                    Rows = count,
                    Pixels = Math.Min(PixelsPerSum, s.OutWidth - column),
                    KernelHeight = s.KernelHeight,
                    KernelWidth = s.KernelWidth,
                    Stride = s.Stride,
                    Top = (firstRow + row) * s.Stride - s.Padding,
                    Height = s.Height,
                    Ahead = isLarge ? Math.Min(count, rows - row - count) : 0,
                };
                kernel(in work);
            }
    }

    // Of the first cache's lines, pixels that lie a power of two apart use few.
    private readonly int RowsInFirstCache()
    {
        int apart = s.Channels * sizeof(float) / LineBytes, sets = s.Channels * sizeof(float) % LineBytes == 0 ? CacheSets / (int)Math.Min(CacheSets, apart & -apart) : CacheSets;
        int pixels = Math.Min(PixelsPerSum, s.OutWidth), columns = Math.Min((pixels - 1) * s.Stride + s.KernelWidth, s.Width), rows = MostRows;
        while (rows > 1 && ((rows - 1) * s.Stride + s.KernelHeight) * columns + rows * pixels > sets * CacheWays)
            rows--;
        return rows;
    }

    /// <summary>Adds the pieces' sums up in their order, and writes (tap, C) as (C, tap).</summary>
    private readonly void Join(int part)
    {
        var (from, to) = cut[part];
        const int side = Transposition.Side;
        float** source = stackalloc float*[side], target = stackalloc float*[side];
        var kernel = new JoinKernel { Sums = sums, Step = sumStep, Next = (nint)s.Taps * sumStep, Pieces = pieces, Taps = s.Taps };
        Vectors.Run(ref kernel, from, to);
        for (int c = from; c < to; c += side)
            for (int tap = 0; tap < s.Taps; tap += side)
            {
                int taps = Math.Min(side, s.Taps - tap), channels = Math.Min(side, to - c);
                for (int i = 0; i < taps; i++)
                    source[i] = sums + (nint)(tap + i) * sumStep + c;
                for (int j = 0; j < channels; j++)
                    target[j] = gradient + (nint)(c + j) * s.Taps + tap;
                Transposition.Block(source, target, taps, channels);
            }
    }

    /// <summary>Adds the pieces' sums up, into those of the first.</summary>
    private struct JoinKernel : IVectorKernel
    {
        public float* Sums;
        public nint Step, Next;
        public int Pieces, Taps;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>(nint from, nint to) where V : struct where S : ISimd<V>
        {
            for (int tap = 0; tap < Taps; tap++)
                for (nint c = from; c < to; c += S.Count)
                {
                    float* first = Sums + tap * Step + c, at = first;
                    V sum = S.Load(first);
                    for (int piece = 1; piece < Pieces; piece++)
                        sum = S.Add(sum, S.Load(at += Next));
                    S.Store(first, sum);
                }
        }
    }
}
