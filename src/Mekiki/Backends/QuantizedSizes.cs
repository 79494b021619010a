namespace Mekiki.Backends;

/// <summary>The sizes of a convolution of 8-bit images, checked by who makes it. A linear layer is one over images of one pixel.</summary>
internal readonly record struct QuantizedConvolution(
    int Images, int Channels, int Height, int Width, int Features, int KernelHeight, int KernelWidth, int StrideDown, int StrideAcross,
    int Top, int Left, int Bottom, int Right, int Dilation, int Groups)
{
    public int PaddedHeight => Top + Height + Bottom;

    public int PaddedWidth => Left + Width + Right;

    public int OutHeight => (PaddedHeight - Dilation * (KernelHeight - 1) - 1) / StrideDown + 1;

    public int OutWidth => (PaddedWidth - Dilation * (KernelWidth - 1) - 1) / StrideAcross + 1;

    public int Taps => KernelHeight * KernelWidth;

    public int GroupChannels => Channels / Groups;

    public int GroupFeatures => Features / Groups;

    /// <summary>Products summed up for one output value.</summary>
    public int Depth => Taps * GroupChannels;

    public int OutputPixels => Images * OutHeight * OutWidth;

    /// <summary>Whether of each 2x2 pixels of the result the largest alone is written.</summary>
    public bool IsHalved { get; init; }

    public int WrittenHeight => IsHalved ? OutHeight / 2 : OutHeight;

    public int WrittenWidth => IsHalved ? OutWidth / 2 : OutWidth;

    public long WrittenLength => (long)Images * WrittenHeight * WrittenWidth * Features;

    public bool HasMargin => (Top | Left | Bottom | Right) != 0;
}

/// <summary>What becomes of sums of products: y = clamp(round(factor · (sum + term)) + zero).</summary>
/// <param name="Terms">int32, one for each feature: the bias, and what the input's zero has added to the sums.</param>
/// <param name="Factors">float32, one for each feature.</param>
/// <param name="Zero">What stands for 0 in the result, 0 to 255.</param>
/// <param name="Least">The least result, 0 to 255: <paramref name="Zero"/> where negative numbers become 0.</param>
/// <param name="Most">The largest.</param>
/// <param name="IsReal">Whether the result is float32, factor · (sum + term), instead.</param>
internal readonly record struct Requantization(Storage Terms, Storage Factors, int Zero, int Least, int Most, bool IsReal);
