namespace Mekiki.Layers;

/// <summary>2-D convolution: (N, C, H, W) -> (N, O, H', W').</summary>
/// <example>
/// <code>
/// var conv1 = new Conv2d(1, 64, 3, padding: 1);
/// var y = conv1[x];       // (N, 64, H, W)
/// </code>
/// </example>
public sealed class Conv2d : Module
{
    private readonly Tensor weight;
    private readonly Tensor? bias;
    private readonly int stride, padding, dilation, groups;
    private readonly WeightDraw draw;

    /// <summary>Creates the layer with a square kernel.</summary>
    /// <param name="inChannels">C, 1 or more, a multiple of <paramref name="groups"/>.</param>
    /// <param name="outChannels">O, 1 or more, a multiple of <paramref name="groups"/>.</param>
    /// <param name="kernelSize">Side of the kernel in pixels, 1 or more.</param>
    /// <param name="stride">Pixels from window to window, 1 or more.</param>
    /// <param name="padding">Zeros around the images, 0 or more pixels.</param>
    /// <param name="dilation">Pixels from tap to tap, 1 or more.</param>
    /// <param name="groups">Parts into which channels are divided, 1 or more.</param>
    /// <param name="bias">Whether each output channel has a bias.</param>
    /// <param name="draw">How the first weights are drawn; null: <see cref="Initialization.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="MekikiException">The weights would have more than <see cref="int.MaxValue"/> elements.</exception>
    public Conv2d(int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true, WeightDraw? draw = null)
    {
        if (inChannels < 1 || outChannels < 1 || kernelSize < 1 || stride < 1 || padding < 0 || dilation < 1 || groups < 1)
            throw new ArgumentOutOfRangeException(null, $"Conv2d: expected channels, kernel, stride, dilation and groups of 1 or more and padding of 0 or more, got channels {inChannels} and {outChannels}, kernel {kernelSize}, stride {stride}, padding {padding}, dilation {dilation}, groups {groups}.");
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentOutOfRangeException(nameof(groups), $"Conv2d: expected channels that {groups} groups divide, got {inChannels} and {outChannels}.");
        (this.stride, this.padding, this.dilation, this.groups) = (stride, padding, dilation, groups);
        weight = Parameter("weight", [outChannels, inChannels / groups, kernelSize, kernelSize]);
        this.bias = bias ? Parameter("bias", [outChannels]) : null;
        this.draw = draw ?? Initialization.Default;
    }

    /// <param name="x">Images, (N, C, H, W).</param>
    /// <returns>(N, O, H', W'), H' = (H + 2 padding - dilation (kernelSize - 1) - 1) / stride + 1, rounded down.</returns>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W) with the layer's C, or the images are smaller than the kernel.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(weight, bias, stride, padding, dilation, groups);
    }

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => draw(weight, bias, ref generator);
}
