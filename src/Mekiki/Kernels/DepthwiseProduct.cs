using Mekiki.Memory;
using Mekiki.Threading;

namespace Mekiki.Kernels;

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
/// <remarks>Pixels are found through a list of places, which costs one address for each source pixel and makes those outside the image no special case.</remarks>
internal unsafe struct DepthwiseProduct : IJob
{
    private const int LeastItems = 16, FloatsPerItem = 1 << 16;

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

    private ChannelCut cut;
    private int rowItems;

    /// <summary>Carries the product out on all threads.</summary>
    public void Execute()
    {
        int floats = 0, taps = 0;
        for (int i = 0; i < PhaseCount; i++)
        {
            floats = Math.Max(floats, Phases[i].KernelHeight * ((DepthwiseKernels.Pixels - 1) * Stride + Phases[i].KernelWidth));
            taps += Phases[i].KernelHeight * Phases[i].KernelWidth;
        }

        cut = new ChannelCut(Grid.Channels, floats);
        long targetFloats = (long)TargetHeight * TargetWidth * Grid.Channels;
        int wanted = (int)Math.Max(targetFloats * Stride * Stride / FloatsPerItem / cut.Count, (LeastItems + Images * cut.Count - 1) / (Images * cut.Count));
        rowItems = Math.Clamp(wanted, 1, TargetHeight);
        Workers.Run(ref this, Images * rowItems * cut.Count, Images * targetFloats * taps / (TargetStep * TargetStep));
    }

    public readonly void Run(int item)
    {
        int part = item % cut.Count, rows = item / cut.Count % rowItems, image = item / cut.Count / rowItems;
        var (from, to) = cut[part];
        using var outside = new Scratch(to - from);
        new Span<float>(outside.Pointer, to - from).Clear();
        for (int i = 0; i < PhaseCount; i++)
            Run(Phases[i], image, TargetHeight * rows / rowItems, TargetHeight * (rows + 1) / rowItems, from, to, outside.Pointer - from);
    }

    private readonly void Run(in DepthwisePhase phase, int image, int firstRow, int lastRow, int from, int to, float* zeros)
    {
        int first = Math.Max(0, (firstRow - phase.Row + TargetStep - 1) / TargetStep), last = (lastRow - phase.Row + TargetStep - 1) / TargetStep;
        int columns = (TargetWidth - phase.Column + TargetStep - 1) / TargetStep;
        if (last <= first || columns <= 0)
            return;
        int placeRows = (last - 1 - first) * Stride + phase.KernelHeight, placeColumns = (columns - 1) * Stride + phase.KernelWidth;
        using var scratch = new Scratch(2L * placeRows * placeColumns);
        var places = (float**)scratch.Pointer;
        Grid.Find(Source + (nint)image * Grid.Height * Grid.Width * Grid.Channels, first * Stride - phase.PaddingY, placeRows, -phase.PaddingX, placeColumns, zeros, places);
        var kernels = DepthwiseKernels.For(to - from, phase.KernelWidth, Stride);
        nint toImage = (nint)image * TargetHeight * TargetWidth, channels = Grid.Channels;
        for (int column = 0; column < columns;)
        {
            // A block that is not full begins earlier and computes some pixels again, unless only few are left.
            int left = columns - column;
            bool isBlock = columns >= DepthwiseKernels.Pixels && 2 * left > DepthwiseKernels.Pixels;
            if (isBlock)
                column = Math.Min(column, columns - DepthwiseKernels.Pixels);
            for (int row = first; row < last; row++)
            {
                int top = row * Stride - phase.PaddingY, low = Math.Clamp(-top, 0, phase.KernelHeight), high = Math.Clamp(Grid.Height - top, low, phase.KernelHeight);
                nint pixel = toImage + (nint)(row * TargetStep + phase.Row) * TargetWidth + column * TargetStep + phase.Column;
                var work = new DepthwiseWork
                {
                    Places = places + ((row - first) * Stride + low) * placeColumns + column * Stride,
                    PlacesRow = placeColumns,
                    Weights = phase.Weights + low * phase.KernelWidth * channels,
                    Target = Target + pixel * channels,
                    TargetPixel = TargetStep * channels,
                    Residual = Epilogue.Residual == null ? null : Epilogue.Residual + pixel * channels,
                    Bias = Epilogue.Bias,
                    Relu = Epilogue.Relu,
                    Channels = channels,
                    From = from,
                    To = to,
                    Rows = high - low,
                    KernelWidth = phase.KernelWidth,
                    Stride = Stride,
                };
                if (isBlock)
                    kernels.Block(in work);
                else
                    kernels.Single(in work);
            }

            column += isBlock ? DepthwiseKernels.Pixels : 1;
        }
    }
}
