using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>A 1x1 convolution to few channels, a 3x3, a 1x1 to four times as many, and a way around them.</summary>
/// <remarks>He et al. 2015, arXiv:1512.03385, figure 5 right. Differs from the paper: the 3x3 convolution takes the stride, not the first 1x1;
/// the last norm begins with a weight of 0, so that a block is at first its shortcut (Goyal et al. 2017, arXiv:1706.02677, section 5.1):
/// otherwise 101 layers learn far more slowly (docs/decisions.md).</remarks>
internal sealed class Bottleneck : Module
{
    /// <summary>Channels of the result for each of the inner channels.</summary>
    public const int Expansion = 4;

    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential? downsample;

    public Bottleneck(int channels, int width, int stride, int groups = 1, int widthPerGroup = 64)
    {
        int features = width * Expansion;
        // Wide forms have more inner channels; those of ResNeXt stand in groups.
        width = width * widthPerGroup * groups / 64;
        conv1 = Child("conv1", new Conv2d(channels, width, kernelSize: 1, bias: false, draw: Initialization.HeFanOut));
        bn1 = Child("bn1", new BatchNorm2d(width));
        conv2 = Child("conv2", new Conv2d(width, width, kernelSize: 3, stride, padding: 1, groups: groups, bias: false, draw: Initialization.HeFanOut));
        bn2 = Child("bn2", new BatchNorm2d(width));
        conv3 = Child("conv3", new Conv2d(width, features, kernelSize: 1, bias: false, draw: Initialization.HeFanOut));
        bn3 = Child("bn3", new BatchNorm2d(features, firstWeight: 0));
        if (stride != 1 || channels != features)
            downsample = Child("downsample", new Sequential(
                new Conv2d(channels, features, kernelSize: 1, stride, bias: false, draw: Initialization.HeFanOut),
                new BatchNorm2d(features)));
    }

    /// <inheritdoc/>
    public override bool KeepsNothing => true;

    /// <param name="x">(N, C, H, W).</param>
    /// <returns>(N, 4 width, H / stride, W / stride).</returns>
    public override Tensor Forward(Tensor x)
    {
        var shortcut = downsample is null ? x : downsample[x];
        x = bn1[conv1[x]].Relu();
        x = bn2[conv2[x]].Relu();
        x = bn3[conv3[x]];
        return (x + shortcut).Relu();
    }
}
