using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu.Fusion;

/// <summary>A margin of zeros that waits to be read: a convolution whose windows know where the image ends never writes it.</summary>
internal sealed unsafe class PadWork(in ResampleSizes sizes, int top, int left, CpuStorage x) : Work
{
    private readonly ResampleSizes sizes = sizes;

    /// <summary>(N, H, W, C), without the margin.</summary>
    public CpuStorage X { get; } = (CpuStorage)x.Share();

    public override bool IsRecorded => false;

    public int Top => top;

    public int Left => left;

    public int Height => sizes.Height;

    public int Width => sizes.Width;

    /// <summary>The margin of a resampling that is nothing but one of zeros; else null.</summary>
    public static PadWork? Of(in ResampleSizes s, CpuStorage x) =>
        s.Value == 0 && s.InputLength > 0 && s.Rows.MarginBefore(s.Height) is { } top && s.Columns.MarginBefore(s.Width) is { } left ? new(s, top, left, x) : null;

    public override CpuStorage Compute() =>
        Padding.Copy(X.Pointer, sizes.Images, Height, Width, sizes.Channels, top, sizes.Rows.Count - Height - top, left, sizes.Columns.Count - Width - left);

    protected override void Free() => X.Release();
}
