namespace Mekiki.Kernels;

/// <summary>How the output of a 3x3 convolution is cut into tiles of 2x2 pixels, and these into blocks that fit the cache.</summary>
internal readonly struct WinogradTiles
{
    /// <summary>Elements of a transformed tile.</summary>
    public const int Elements = 16;

    /// <summary>Channels are handled in whole multiples of this: vectors of every width, and panels of two.</summary>
    public const int ChannelUnit = 16;

    private const int MostTiles = 36, MostFloats = 6144, LeastTiles = 96;

    /// <param name="s">The sizes of a convolution for which <see cref="Fit"/> holds.</param>
    public WinogradTiles(in ConvolutionShape s)
    {
        (Images, OutHeight, OutWidth) = (s.Images, s.OutHeight, s.OutWidth);
        (Rows, Columns) = ((OutHeight + 1) / 2, (OutWidth + 1) / 2);
        int tiles = Math.Clamp(MostFloats / s.Channels, 12, MostTiles);
        RowsPerBlock = Math.Min(Math.Max(1, tiles / Columns), Images * Rows);
        Blocks = (Images * Rows + RowsPerBlock - 1) / RowsPerBlock;
    }

    public int Images { get; }

    public int OutHeight { get; }

    public int OutWidth { get; }

    /// <summary>Rows of tiles of one image.</summary>
    public int Rows { get; }

    /// <summary>Tiles of one row.</summary>
    public int Columns { get; }

    /// <summary>Rows of tiles of one block, counted through all images.</summary>
    public int RowsPerBlock { get; }

    public int Blocks { get; }

    public int TilesPerBlock => RowsPerBlock * Columns;

    /// <summary>Output pixels of every block but the last; 0 when they differ from block to block, as with an odd height.</summary>
    public int PixelsPerBlock => OutHeight % 2 == 0 ? RowsPerBlock * 2 * OutWidth : 0;

    /// <summary>Rows of tiles of a block.</summary>
    public int RowsOf(int block) => Math.Min(RowsPerBlock, Images * Rows - block * RowsPerBlock);

    /// <summary>Whether the transforms pay for a convolution: 3x3, step 1, enough channels to multiply and enough tiles to share the transformed weights.</summary>
    public static bool Fit(in ConvolutionShape s) =>
        s is { KernelHeight: 3, KernelWidth: 3, Stride: 1, Dilation: 1, Groups: 1, Padding: >= 0 and <= 2 }
        && s.Channels % ChannelUnit == 0 && s.Features % ChannelUnit == 0
        && s.OutHeight > 3 && s.OutWidth > 3
        && (long)s.Images * ((s.OutHeight + 1) / 2) * ((s.OutWidth + 1) / 2) >= LeastTiles;

    /// <summary>Floats from element to element of a buffer of transformed tiles; not a power of two, so that elements do not share cache sets.</summary>
    public static nint StepOf(int tiles, int channels) => (nint)tiles * channels + ChannelUnit;
}
