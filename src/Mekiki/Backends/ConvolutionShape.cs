namespace Mekiki.Backends;

/// <summary>The sizes of a 2-D convolution, checked by who makes it.</summary>
internal readonly record struct ConvolutionShape(
    int Images, int Channels, int Height, int Width, int Features, int KernelHeight, int KernelWidth, int Stride, int Padding, int Dilation, int Groups)
{
    public int OutHeight => (Height + 2 * Padding - Dilation * (KernelHeight - 1) - 1) / Stride + 1;

    public int OutWidth => (Width + 2 * Padding - Dilation * (KernelWidth - 1) - 1) / Stride + 1;

    public int PaddedHeight => Height + 2 * Padding;

    public int PaddedWidth => Width + 2 * Padding;

    public int Taps => KernelHeight * KernelWidth;

    public int GroupChannels => Channels / Groups;

    public int GroupFeatures => Features / Groups;

    /// <summary>Products summed up for one output value.</summary>
    public int Depth => Taps * GroupChannels;

    public int InputPixels => Images * Height * Width;

    public int OutputPixels => Images * OutHeight * OutWidth;
}
