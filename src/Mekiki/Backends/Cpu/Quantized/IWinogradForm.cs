namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>F(m x m, 3x3) of Winograd in whole numbers: the transforms of <see cref="QuantizedWinograd"/>.</summary>
internal unsafe interface IWinogradForm
{
    /// <summary>m, the result's pixels along a side of a tile. A tile is made of (m + 2) x (m + 2) pixels.</summary>
    static abstract int Side { get; }

    /// <summary>(m + 2, 3), with whole numbers.</summary>
    static abstract ReadOnlySpan<int> G { get; }

    /// <summary>Sums of products from -MostSum to MostSum come out exact.</summary>
    static abstract int MostSum { get; }

    /// <summary>Bᵀ d B of the pixels of one tile, for one register of channels.</summary>
    /// <param name="x">The first pixel.</param>
    /// <param name="row">From there to the row below.</param>
    /// <param name="pixel">From there to the next pixel.</param>
    /// <param name="to">The first position.</param>
    /// <param name="position">From there to the next position's.</param>
    /// <param name="work">Room for (m + 2)² registers.</param>
    static abstract void Pixels<W, H>(byte* x, nint row, nint pixel, short* to, nint position, short* work) where W : struct where H : IShorts<W>;

    /// <summary>The m x m sums of a tile, for one register of features: Aᵀ M A, divided, + terms.</summary>
    /// <param name="m">The first position.</param>
    /// <param name="position">From there to the next position's.</param>
    /// <param name="terms">What sums start from.</param>
    /// <param name="sums">The first pixel's.</param>
    /// <param name="columns">From there to the next pixel's.</param>
    static abstract void Sums<V, L>(int* m, nint position, int* terms, int* sums, nint columns) where V : struct where L : ILanes<V>;
}
