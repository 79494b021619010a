namespace Mekiki.Layers;

/// <summary>Transposed 2-D convolution, which enlarges images: (N, C, H, W) -> (N, O, H', W').</summary>
/// <remarks>Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285, section 4.</remarks>
/// <example>
/// <code>
/// var enlarge = new ConvTranspose2d(64, 32, 2, stride: 2);
/// var y = enlarge[x];     // (N, 64, H, W) -> (N, 32, 2·H, 2·W)
/// </code>
/// </example>
public sealed class ConvTranspose2d : Module
{
    private readonly Tensor weight;
    private readonly Tensor? bias;
    private readonly int stride, padding, outputPadding, groups, dilation;
    private readonly WeightDraw draw;

    /// <summary>Creates the layer with a square kernel.</summary>
    /// <param name="inChannels">C, 1 or more, a multiple of <paramref name="groups"/>.</param>
    /// <param name="outChannels">O, 1 or more, a multiple of <paramref name="groups"/>.</param>
    /// <param name="kernelSize">Side of the kernel in pixels, 1 or more.</param>
    /// <param name="stride">Pixels of the result from pixel to pixel, 1 or more.</param>
    /// <param name="padding">So many pixels are cut off at each side, 0 or more.</param>
    /// <param name="outputPadding">So many rows and columns more at the end, 0 to less than the stride.</param>
    /// <param name="groups">Parts into which channels are divided, 1 or more.</param>
    /// <param name="bias">Whether each output channel has a bias.</param>
    /// <param name="dilation">Pixels from tap to tap, 1 or more.</param>
    /// <param name="draw">How the first weights are drawn, given (C, O/groups, kh, kw); null: <see cref="Initialization.Default"/>, as in PyTorch.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="MekikiException">The weights would have more than <see cref="int.MaxValue"/> elements.</exception>
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1, bool bias = true, int dilation = 1, WeightDraw? draw = null)
    {
        if (inChannels < 1 || outChannels < 1 || kernelSize < 1 || stride < 1 || padding < 0 || dilation < 1 || groups < 1 || outputPadding < 0 || outputPadding >= stride)
            throw new ArgumentOutOfRangeException(null, $"ConvTranspose2d: expected channels, kernel, stride, dilation and groups of 1 or more, padding of 0 or more and output padding from 0 to less than the stride, got channels {inChannels} and {outChannels}, kernel {kernelSize}, stride {stride}, padding {padding}, output padding {outputPadding}, dilation {dilation}, groups {groups}.");
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), $"ConvTranspose2d: expected channels that {groups} groups divide, got {inChannels} and {outChannels}.");
        (this.stride, this.padding, this.outputPadding, this.groups, this.dilation) = (stride, padding, outputPadding, groups, dilation);
        weight = Parameter("weight", [inChannels, outChannels / groups, kernelSize, kernelSize]);
        this.bias = bias ? Parameter("bias", [outChannels]) : null;
        this.draw = draw ?? Initialization.Default;
    }

    /// <param name="x">Images, (N, C, H, W).</param>
    /// <returns>(N, O, H', W'), H' = (H - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1.</returns>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W), with the layer's C.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose2d(weight, bias, stride, padding, outputPadding, groups, dilation);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => draw(weight, bias, ref generator);
}
