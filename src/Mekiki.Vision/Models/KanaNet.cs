using Mekiki.Layers;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Models;

/// <summary>A small network of our own for single characters: five 3x3 convolutions with batch norm, two linear layers on 6x6 places.</summary>
/// <remarks>
/// It follows what is fast on two cores: one pass over the 48x48 pixels that halves them at once, few channels while images
/// are large, no stride but 1. The plain form is Simonyan, Zisserman, 2014, arXiv:1409.1556; batch norm: Ioffe, Szegedy, 2015, arXiv:1502.03167.
/// Images above 48x48 are averaged to 6x6 places before the linear layers, so that they stay small.
/// </remarks>
internal sealed class KanaNet : Module, IHasFeatures
{
    private const int Places = 6, Hidden = 256;
    private readonly Conv2d conv1, conv2, conv3, conv4, conv5;
    private readonly BatchNorm2d bn1, bn2, bn3, bn4, bn5;
    private readonly Linear fc1, fc2;
    private readonly BatchNorm1d bn6;
    private readonly int height, width;

    /// <summary>Creates the network.</summary>
    /// <param name="input">The images' shape; both sides 8 pixels or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public KanaNet(ImageShape input, int classes)
    {
        (height, width) = (Math.Min(Places, input.Height / 8), Math.Min(Places, input.Width / 8));
        conv1 = Child("conv1", Convolution(input.Channels, 32));
        bn1 = Child("bn1", new BatchNorm2d(32));
        conv2 = Child("conv2", Convolution(32, 48));
        bn2 = Child("bn2", new BatchNorm2d(48));
        conv3 = Child("conv3", Convolution(48, 64));
        bn3 = Child("bn3", new BatchNorm2d(64));
        conv4 = Child("conv4", Convolution(64, 96));
        bn4 = Child("bn4", new BatchNorm2d(96));
        conv5 = Child("conv5", Convolution(96, 128));
        bn5 = Child("bn5", new BatchNorm2d(128));
        fc1 = Child("fc1", new Linear(128 * height * width, Hidden, bias: false));
        bn6 = Child("bn6", new BatchNorm1d(Hidden));
        fc2 = Child("fc2", new Linear(Hidden, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc2[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = bn1[conv1[x]].Relu().MaxPool(2);                  // (N,  32, H/2, W/2)
        x = bn2[conv2[x]].Relu().MaxPool(2);                  // (N,  48, H/4, W/4)
        x = bn3[conv3[x]].Relu();                             // (N,  64, H/4, W/4)
        x = bn4[conv4[x]].Relu().MaxPool(2);                  // (N,  96, H/8, W/8)
        x = bn5[conv5[x]].Relu();                             // (N, 128, H/8, W/8)
        if (x.Shape[2] > height || x.Shape[3] > width)
            x = x.AdaptiveAvgPool(height, width);             // (N, 128,   6,   6)
        return bn6[fc1[x.Flatten()]].Relu();                  // (N, 256)
    }

    private static Conv2d Convolution(int channels, int features) => new(channels, features, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut);
}
