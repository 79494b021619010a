namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>How the output of a 3x3 convolution is cut into tiles of 4x4 pixels, and these into blocks that fit the cache.</summary>
internal readonly struct WinogradTiles
{
    /// <summary>Pixels along a side of a tile of the output.</summary>
    public const int Pixels = 4;

    /// <summary>Pixels along a side of the input that a tile needs, and elements along a side of the transformed tile.</summary>
    public const int Side = Pixels + 2;

    /// <summary>Elements of a transformed tile.</summary>
    public const int Elements = Side * Side;

    /// <summary>Channels are handled in whole multiples of this: vectors of every width, and panels of two.</summary>
    public const int ChannelUnit = 16;

    private const int LeastBlocks = 6, ProductRows = 12, MostTilesPerBlock = 24, FloatsPerElement = 768, LeastTiles = 32, WeightsPerTile = 1024, LeastTilesPrepared = 12, WeightsPerTilePrepared = 8192;

    private static readonly (int Numerator, int Denominator) LeastFilling = (3, 4);

    /// <param name="s">The sizes of a convolution for which <see cref="Fit"/> holds.</param>
    public WinogradTiles(in ConvolutionShape s)
    {
        (Images, OutHeight, OutWidth) = (s.Images, s.OutHeight, s.OutWidth);
        (Rows, Columns) = ((OutHeight + Pixels - 1) / Pixels, (OutWidth + Pixels - 1) / Pixels);
        int most = Math.Clamp(FloatsPerElement / s.Channels, ProductRows, MostTilesPerBlock);
        // Whole rows of tiles, whose pixels lie side by side, unless products would then run half empty.
        int rows = Math.Clamp(Images * Rows / LeastBlocks, 1, Math.Max(1, most / Columns)), all = Images * Rows * Columns;
        TilesPerBlock = rows * Columns;
        int padded = (TilesPerBlock + ProductRows - 1) / ProductRows * ProductRows;
        if (TilesPerBlock * LeastFilling.Denominator < padded * LeastFilling.Numerator)
            TilesPerBlock = all <= MostTilesPerBlock && s.Features > WinogradConvolution.MostColumns ? all : most / ProductRows * ProductRows;
        Blocks = (all + TilesPerBlock - 1) / TilesPerBlock;
    }

    public int Images { get; }

    public int OutHeight { get; }

    public int OutWidth { get; }

    /// <summary>Rows of tiles of one image.</summary>
    public int Rows { get; }

    /// <summary>Tiles of one row.</summary>
    public int Columns { get; }

    /// <summary>Tiles of every block but the last, row by row through all images.</summary>
    public int TilesPerBlock { get; }

    public int Blocks { get; }

    /// <summary>Output pixels of every block but the last, where these lie side by side; else 0.</summary>
    public int PixelsPerBlock => OutHeight % Pixels == 0 && TilesPerBlock % Columns == 0 ? TilesPerBlock / Columns * Pixels * OutWidth : 0;

    /// <summary>Tiles of a block.</summary>
    public int CountOf(int block) => Math.Min(TilesPerBlock, Images * Rows * Columns - block * TilesPerBlock);

    /// <summary>Which image a tile belongs to, and the first pixel of its output.</summary>
    public (int Image, int Y, int X) Place(int tile) => (tile / Columns / Rows, tile / Columns % Rows * Pixels, tile % Columns * Pixels);

    /// <summary>Whether the transforms pay for a convolution: 3x3, step 1, enough channels to multiply and enough tiles to share the transformed weights.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="prepared">Whether the weights are transformed once for many calls, as when nothing is trained.</param>
    public static bool Fit(in ConvolutionShape s, bool prepared = false) =>
        s is { KernelHeight: 3, KernelWidth: 3, Stride: 1, Dilation: 1, Groups: 1, Padding: >= 0 and <= 2 }
        && s.Channels % ChannelUnit == 0 && s.Features % ChannelUnit == 0
        && s.OutHeight > 3 && s.OutWidth > 3
        && Pays(s, (long)s.Images * ((s.OutHeight + Pixels - 1) / Pixels) * ((s.OutWidth + Pixels - 1) / Pixels), prepared);

    /// <summary>Whether there are tiles enough for weights that take four times their room once transformed.</summary>
    private static bool Pays(in ConvolutionShape s, long tiles, bool prepared) =>
        tiles >= (prepared ? LeastTilesPrepared : LeastTiles) && tiles * (prepared ? WeightsPerTilePrepared : WeightsPerTile) > (long)s.Channels * s.Features;

    /// <summary>Floats from element to element of a buffer of transformed tiles; not a power of two, so that elements do not share cache sets.</summary>
    public static nint StepOf(int tiles, int channels) => (nint)tiles * channels + ChannelUnit;
}
