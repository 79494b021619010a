using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>A 1x1 convolution that is computed some rows of an image at a time, on the calling thread.</summary>
/// <param name="panels">The weights, as <see cref="WeightPanels.Forward"/> made them.</param>
/// <param name="s">The sizes: 1x1, of stride 1, without margin.</param>
/// <param name="epilogue">What is done to the result at once; no residual.</param>
internal readonly unsafe struct RowProduct(float* panels, in ConvolutionShape s, in Epilogue epilogue)
{
    private readonly ConvolutionShape s = s;
    private readonly Epilogue epilogue = epilogue;

    /// <summary>Computes some rows.</summary>
    /// <param name="x">(N, H, W, C).</param>
    /// <param name="image">Which image.</param>
    /// <param name="first">Its first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="target">Receives (count, W, O).</param>
    public void Run(float* x, int image, int first, int count, float* target) =>
        Convolution.Pointwise(x + ((nint)image * s.Height + first) * s.Width * s.Channels, panels, target, s with { Images = 1, Height = count }, epilogue, ConvolutionRule.FitPositions(s));
}
