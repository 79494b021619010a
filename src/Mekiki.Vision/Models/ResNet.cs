using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Residual network of 18, 34, 50, 101 or 152 weighted layers.</summary>
/// <remarks>
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015, arXiv:1512.03385, table 1. Differs from the
/// paper: of the bottlenecks, the 3x3 convolution takes the stride (as torchvision does it); any number of channels.
/// The small form is ours: its first convolution sees 3x3 pixels at a stride of 1 instead of 7x7 at 2, so that each later
/// layer has twice as many pixels on a side.
/// </remarks>
internal sealed class ResNet : Module, IHasFeatures
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1, layer2, layer3, layer4;
    private readonly Linear fc;
    private readonly int groups, widthPerGroup;
    private int width = 64;

    /// <summary>Creates the network.</summary>
    /// <param name="layers">18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="small">Whether it is the form for small pictures.</param>
    /// <param name="groups">Groups of the 3x3 convolutions in bottlenecks (ResNeXt: Xie et al. 2016, arXiv:1611.05431).</param>
    /// <param name="widthPerGroup">Channels of a group where a stage's bottlenecks have 64 (wide: Zagoruyko, Komodakis 2016, arXiv:1605.07146).</param>
    /// <exception cref="MekikiException">There is no such number of layers.</exception>
    public ResNet(int layers, int channels, int classes, bool small = false, int groups = 1, int widthPerGroup = 64)
    {
        (this.groups, this.widthPerGroup) = (groups, widthPerGroup);
        (bool bottleneck, int[] blocks) = layers switch
        {
            18 => (false, new[] { 2, 2, 2, 2 }),
            34 => (false, [3, 4, 6, 3]),
            50 => (true, [3, 4, 6, 3]),
            101 => (true, [3, 4, 23, 3]),
            152 => (true, [3, 8, 36, 3]),
            _ => throw new MekikiException($"ResNet: expected 18, 34, 50, 101 or 152 layers, got {layers}."),
        };
        conv1 = Child("conv1", small
            ? new Conv2d(channels, 64, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut)
            : new Conv2d(channels, 64, kernelSize: 7, stride: 2, padding: 3, bias: false, draw: Initialization.HeFanOut));
        bn1 = Child("bn1", new BatchNorm2d(64));
        layer1 = Child("layer1", Stage(64, blocks[0], stride: 1, bottleneck));
        layer2 = Child("layer2", Stage(128, blocks[1], stride: 2, bottleneck));
        layer3 = Child("layer3", Stage(256, blocks[2], stride: 2, bottleneck));
        layer4 = Child("layer4", Stage(512, blocks[3], stride: 2, bottleneck));
        fc = Child("fc", new Linear(width, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = bn1[conv1[x]].Relu().MaxPool(3, stride: 2, padding: 1);   // (N,   64, H/4,  W/4); small: (N, 64, H/2, W/2)
        x = layer1[x];                                                // (N,   64, H/4,  W/4), four times the channels with bottlenecks
        x = layer2[x];                                                // (N,  128, H/8,  W/8)
        x = layer3[x];                                                // (N,  256, H/16, W/16)
        x = layer4[x];                                                // (N,  512, H/32, W/32)
        return x.MeanOverPixels();                                    // (N,  512), with bottlenecks (N, 2048)
    }

    private Sequential Stage(int features, int count, int stride, bool bottleneck)
    {
        var blocks = new Module[count];
        for (int i = 0; i < count; i++)
        {
            int first = i == 0 ? stride : 1;
            blocks[i] = bottleneck ? new Bottleneck(width, features, first, groups, widthPerGroup) : new BasicBlock(width, features, first);
            width = bottleneck ? features * Bottleneck.Expansion : features;
        }

        return new Sequential(blocks);
    }
}
