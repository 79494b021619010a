using Mekiki.Backends.Cpu.Winograd;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>The ways to carry a convolution out, and the rule that chooses.</summary>
internal enum ConvolutionMethod
{
    /// <summary>Runs of neighbouring pixels times packed weights: <see cref="PixelProduct"/>, <see cref="WeightProduct"/>.</summary>
    Pixels,

    /// <summary>3x3 at step 1 with 36 multiplications instead of 144: <see cref="WinogradConvolution"/>, <see cref="WinogradWeightProduct"/>.</summary>
    Winograd,

    /// <summary>Small images, pixel by pixel: <see cref="PositionProduct"/>, <see cref="PositionWeightProduct"/>.</summary>
    Positions,

    /// <summary>A kernel for each channel: <see cref="DepthwiseProduct"/>, <see cref="DepthwiseWeightProduct"/>.</summary>
    Depthwise,
}

/// <summary>Chooses how a convolution is carried out, by its sizes alone.</summary>
internal static class ConvolutionRule
{
    private const int LeastImages = 6, UsualImages = 8;

    /// <summary>For the result, and for the gradient of the weights.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="prepared">Whether the weights are packed once for many calls, as when nothing is trained.</param>
    /// <remarks>When nothing is trained, an image's result is the same bits in a batch of any size: the rule then looks at a usual one.</remarks>
    public static ConvolutionMethod Of(in ConvolutionShape s, bool prepared = false) =>
        Depthwise.Fit(s) ? ConvolutionMethod.Depthwise
        : WinogradTiles.Fit(prepared ? s with { Images = UsualImages } : s, prepared) ? ConvolutionMethod.Winograd
        : s.Images >= LeastImages && FitPositions(s) ? ConvolutionMethod.Positions
        : ConvolutionMethod.Pixels;

    /// <summary>Whether images of these sizes go pixel by pixel once there are some. Both ways then add the same products in the same order, and give the same bits if both add the bias last.</summary>
    public static bool FitPositions(in ConvolutionShape s) => s.Groups == 1 && s.Channels >= WinogradTiles.ChannelUnit && TapPairs.Fit(s);

    /// <summary>For the gradient of the input.</summary>
    public static ConvolutionMethod OfInputGradient(in ConvolutionShape s) =>
        Depthwise.Fit(s) ? ConvolutionMethod.Depthwise
        : WinogradTiles.Fit(Turned(s)) ? ConvolutionMethod.Winograd : Of(s) == ConvolutionMethod.Positions ? ConvolutionMethod.Positions : ConvolutionMethod.Pixels;

    /// <summary>The convolution of step 1 whose result is the gradient of the input.</summary>
    public static ConvolutionShape Turned(in ConvolutionShape s) =>
        s with { Channels = s.Features, Features = s.Channels, Height = s.OutHeight, Width = s.OutWidth, Padding = s.KernelHeight - 1 - s.Padding };
}
