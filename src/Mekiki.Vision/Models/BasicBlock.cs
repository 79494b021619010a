using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Two 3x3 convolutions and a way around them.</summary>
/// <remarks>He et al. 2015, arXiv:1512.03385, figure 5 left; where the size changes, the way around is a 1x1 convolution (option B).</remarks>
internal sealed class BasicBlock : Module
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    public BasicBlock(int channels, int features, int stride)
    {
        conv1 = Child("conv1", new Conv2d(channels, features, kernelSize: 3, stride, padding: 1, bias: false, draw: Initialization.HeFanOut));
        bn1 = Child("bn1", new BatchNorm2d(features));
        conv2 = Child("conv2", new Conv2d(features, features, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut));
        bn2 = Child("bn2", new BatchNorm2d(features));
        if (stride != 1 || channels != features)
            downsample = Child("downsample", new Sequential(
                new Conv2d(channels, features, kernelSize: 1, stride, bias: false, draw: Initialization.HeFanOut),
                new BatchNorm2d(features)));
    }

    /// <inheritdoc/>
    public override bool KeepsNothing => true;

    /// <param name="x">(N, C, H, W).</param>
    /// <returns>(N, F, H / stride, W / stride).</returns>
    public override Tensor Forward(Tensor x)
    {
        var shortcut = downsample is null ? x : downsample[x];
        x = bn1[conv1[x]].Relu();
        x = bn2[conv2[x]];
        return (x + shortcut).Relu();
    }
}
