using System.Runtime.CompilerServices;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Those target pixels of a depthwise product that meet the same taps: every one for a result; for an input gradient those whose places have the same remainders by the stride.</summary>
internal unsafe struct DepthwisePhase
{
    /// <summary>(row, column, channel).</summary>
    public float* Weights;

    /// <summary>The first target row and column.</summary>
    public int Row, Column;

    public int KernelHeight, KernelWidth;

    /// <summary>How far outside the source the first window begins; negative: how far inside.</summary>
    public int PaddingY, PaddingX;
}

/// <summary>A sum over windows of the source, channel by channel, with weights of each channel's own: depthwise convolutions and their input gradients have this form.</summary>
/// <remarks>Pixels are found through a list of places, which costs one address for each source pixel and makes those outside the image no special case. Blocks look up the places at their ends only.</remarks>
internal unsafe struct DepthwiseProduct : IJob
{
    private const int LeastItems = 16, FloatsPerItem = 1 << 16, LeastProducts = 1 << 16, MostRowFloats = 20 << 10, RingFloats = 96 << 10, LeastRows = 4;

    public DepthwiseGrid Grid;

    /// <summary>(N, H, W, C) each.</summary>
    public float* Source, Target;

    public int Images, TargetHeight, TargetWidth;

    /// <summary>From window to window of the source.</summary>
    public int Stride;

    /// <summary>From pixel to pixel of a phase's target.</summary>
    public int TargetStep;

    public DepthwisePhase* Phases;

    public int PhaseCount;

    public Epilogue Epilogue;

    /// <summary>What makes the source row by row, of what then lies at <see cref="Source"/>; or null.</summary>
    public RowProduct* Before;

    private ChannelCut cut;
    private int rowItems, columnsPerPass, rowsPerPass;
    private bool isLarge, isStreamed;

    /// <summary>Carries the product out on all threads.</summary>
    public void Execute()
    {
        int height = 0, width = 0, taps = 0;
        for (int i = 0; i < PhaseCount; i++)
        {
            (height, width) = (Math.Max(height, Phases[i].KernelHeight), Math.Max(width, Phases[i].KernelWidth));
            taps += Phases[i].KernelHeight * Phases[i].KernelWidth;
        }

        // Of each channel a block reads its windows and weights, and writes its pixels.
        int floats = height * ((DepthwiseKernels.WidePixels - 1) * Stride + 2 * width) + DepthwiseKernels.WidePixels;
        cut = ChannelCut.ForCache(Grid.Channels, floats);
        bool isNarrow = (long)height * Grid.Width * Math.Min(Grid.Channels, cut.Most) <= MostRowFloats;
        columnsPerPass = isNarrow ? TargetWidth : Math.Max(1, ChannelCut.CacheFloats / (floats * Math.Min(Grid.Channels, cut.Most))) * DepthwiseKernels.WidePixels;
        long targetFloats = (long)TargetHeight * TargetWidth * Grid.Channels;
        long moved = Images * ((long)Grid.Height * Grid.Width * Grid.Channels + targetFloats);
        isLarge = Depthwise.ExceedsCaches(moved);
        // What is mapped afterwards is read again at once.
        isStreamed = Depthwise.Streams(moved, Target, Grid.Channels) && FunctionTable.IsBound(Epilogue.Then, out _, out _);
        if (Before != null)
        {
            ExecuteByRows(height);
            return;
        }

        long products = targetFloats * taps / (TargetStep * TargetStep);
        // Enough items for some threads, of some work each, whose source stays in the second cache.
        long wanted = Math.Max(targetFloats * Stride * Stride / FloatsPerItem, Math.Min(LeastItems / Images, products / LeastProducts)) / cut.Count;
        rowItems = (int)Math.Clamp(wanted, 1, TargetHeight);
        Workers.Run(ref this, Images * rowItems * cut.Count, Images * products);
    }

    public readonly void Run(int item)
    {
        if (Before != null)
        {
            RunByRows(item);
            return;
        }

        int part = item % cut.Count, rows = item / cut.Count % rowItems, image = item / cut.Count / rowItems;
        var (from, to) = cut[part];
        float* outside = stackalloc float[to - from];
        new Span<float>(outside, to - from).Clear();
        float* source = Source + (nint)image * Grid.Height * Grid.Width * Grid.Channels;
        for (int i = 0; i < PhaseCount; i++)
            Run(Phases[i], source, image, TargetHeight * rows / rowItems, TargetHeight * (rows + 1) / rowItems, from, to, outside - from);
        if (isStreamed)
            Depthwise.EndStream();
    }

    // Rows of the source that two items read are made twice: so there are as few items as threads, or a multiple of that.
    private void ExecuteByRows(int kernelHeight)
    {
        int rows = Math.Max(kernelHeight, RingFloats / (Grid.Width * Grid.Channels));
        rowsPerPass = Math.Min(TargetHeight, (rows - kernelHeight) / Stride + 1);
        Grid = Grid with { Ring = (rowsPerPass - 1) * Stride + kernelHeight };
        isLarge = false;
        int threads = Workers.Current, shared = Images;
        for (int rest = threads; rest != 0;)
            (shared, rest) = (rest, shared % rest);
        rowItems = Math.Clamp(threads / shared, 1, Math.Max(1, TargetHeight / LeastRows));
        Workers.Run(ref this, Images * rowItems);
    }

    private readonly void RunByRows(int item)
    {
        int rows = item % rowItems, image = item / rowItems, lastRow = TargetHeight * (rows + 1) / rowItems;
        ref readonly var phase = ref Phases[0];
        nint rowFloats = (nint)Grid.Width * Grid.Channels;
        using var scratch = new Scratch(Grid.Ring * rowFloats + Grid.Channels);
        float* ring = scratch.Pointer, outside = ring + Grid.Ring * rowFloats;
        new Span<float>(outside, Grid.Channels).Clear();
        int first = TargetHeight * rows / rowItems, made = Math.Max(0, first * Stride - phase.PaddingY);
        for (int last; first < lastRow; first = last)
        {
            last = Math.Min(first + rowsPerPass, lastRow);
            int end = Math.Min((last - 1) * Stride - phase.PaddingY + phase.KernelHeight, Grid.Height);
            while (made < end)
            {
                int line = made % Grid.Ring, count = Math.Min(end - made, Grid.Ring - line);
                Before->Run(Source, image, made, count, ring + line * rowFloats);
                made += count;
            }

            for (int part = 0; part < cut.Count; part++)
            {
                var (from, to) = cut[part];
                Run(phase, ring, image, first, last, from, to, outside);
            }
        }

        if (isStreamed)
            Depthwise.EndStream();
    }

    private readonly void Run(in DepthwisePhase phase, float* source, int image, int firstRow, int lastRow, int from, int to, float* zeros)
    {
        int first = Math.Max(0, (firstRow - phase.Row + TargetStep - 1) / TargetStep), last = (lastRow - phase.Row + TargetStep - 1) / TargetStep;
        int columns = (TargetWidth - phase.Column + TargetStep - 1) / TargetStep;
        if (last <= first || columns <= 0)
            return;
        int placeRows = (last - 1 - first) * Stride + phase.KernelHeight, placeColumns = (columns - 1) * Stride + phase.KernelWidth;
        using var scratch = new Scratch(2L * placeRows * placeColumns);
        var places = (float**)scratch.Pointer;
        Grid.Find(source, first * Stride - phase.PaddingY, placeRows, -phase.PaddingX, placeColumns, zeros, places);
        var kernels = DepthwiseKernels.For(to - from, phase.KernelWidth, Stride);
        bool isBound = FunctionTable.IsBound(Epilogue.Then, out float floor, out float ceiling);
        nint channels = Grid.Channels, pixels = ((nint)image * TargetHeight + phase.Row) * TargetWidth + phase.Column;
        var work = new DepthwiseWork
        {
            PlacesRow = placeColumns,
            TargetPixel = TargetStep * channels,
            Bias = Epilogue.Bias,
            Floor = floor,
            Ceiling = ceiling,
            HasFloor = floor > float.NegativeInfinity,
            HasCeiling = ceiling < float.PositiveInfinity,
            Channels = channels,
            From = from,
            To = to,
            KernelWidth = phase.KernelWidth,
            Stride = Stride,
            IsStreamed = isStreamed,
        };
        // Where rows are long, some columns and then the rows below, so that what windows share is still in the first cache.
        for (int firstColumn = 0; firstColumn < columns; firstColumn += columnsPerPass)
            for (int row = first; row < last; row++)
            {
                int top = row * Stride - phase.PaddingY, low = Math.Clamp(-top, 0, phase.KernelHeight), high = Math.Clamp(Grid.Height - top, low, phase.KernelHeight);
                float** windows = places + ((row - first) * Stride + low) * placeColumns;
                nint line = pixels + (nint)row * TargetStep * TargetWidth;
                work.Weights = phase.Weights + low * phase.KernelWidth * channels;
                work.Rows = high - low;
                int end = Math.Min(firstColumn + columnsPerPass, columns);
                for (int column = firstColumn; column < end;)
                {
                    var kernel = Next(kernels, phase, column, end, columns, out int start, out int count);
                    nint target = (line + start * TargetStep) * channels;
                    work.Pixels = count;
                    work.Places = windows + start * Stride;
                    work.Target = Target + target;
                    work.Residual = Epilogue.Residual == null ? null : Epilogue.Residual + target;
                    work.Ahead = null;
                    if (isLarge && row + 1 < last)
                    {
                        work.Ahead = places + ((row - first) * Stride + phase.KernelHeight) * placeColumns + start * Stride;
                        work.AheadTarget = work.Target + (nint)TargetStep * TargetWidth * channels;
                    }

                    kernel(in work);
                    column = start + count;
                }
            }

        // Not earlier: blocks that overlap compute some pixels again.
        if (isBound)
            return;
        for (int row = first; row < last; row++)
            FunctionTable.MapPixels(Epilogue.Then!.Value, Target + (pixels + (nint)row * TargetStep * TargetWidth) * channels + from, TargetStep * channels, columns, to - from);
    }

    /// <summary>Chooses the loop for the pixels from a column on, and where it starts and how many it computes.</summary>
    private readonly delegate*<in DepthwiseWork, void> Next(in DepthwiseKernels kernels, in DepthwisePhase phase, int column, int end, int columns, out int start, out int count)
    {
        const int block = DepthwiseKernels.Pixels, wide = DepthwiseKernels.WidePixels;
        // A block that is not full begins earlier and computes some pixels again, unless only few are left.
        bool isBlock = columns >= block && 2 * (columns - column) > block;
        start = isBlock ? Math.Min(column, columns - block) : column;
        count = 1;
        if (!isBlock)
            return kernels.Single;
        int most = columns - start;
        bool isRegular = kernels.Block != null;
        if (isRegular)
        {
            // How many pixels have no more outside than half a kernel.
            int margin = phase.KernelWidth / 2, from = start * Stride - phase.PaddingX;
            most = from + margin < 0 ? 0 : Math.Min(most, (Grid.Width + margin - phase.KernelWidth - from) / Stride + 1);
        }

        isRegular &= most >= block;
        bool isWide = kernels.Wide != null && most >= wide;
        count = isWide ? Whole(most, end - start, wide) : Math.Max(block, Whole(most, end - start, block));
        return isWide ? kernels.Wide : isRegular ? kernels.Block : kernels.Any;
    }

    /// <summary>Pixels of whole blocks of a size: as many as are wanted or more, but no more than there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Whole(int most, int wanted, int size) => Math.Min(most / size, (wanted + size - 1) / size) * size;
}
