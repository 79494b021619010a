using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>A network of our own for single characters that sees every pixel twice before it halves them: three pairs of 3x3 convolutions with batch norm, a linear layer on 6x6 places.</summary>
/// <remarks>
/// What tells characters apart can be two pixels wide: a dot of two, a ring, a gap. <see cref="KanaNet"/> keeps of each 2x2 pixels the
/// largest answer of its first layer alone. The form is Simonyan, Zisserman, 2014, arXiv:1409.1556; batch norm: Ioffe, Szegedy, 2015,
/// arXiv:1502.03167. Images above 48x48 are averaged to 6x6 places before the linear layer, so that it stays small.
/// </remarks>
public sealed class KanaNetDeep : Module
{
    private readonly Conv2d conv1, conv2, conv3, conv4, conv5, conv6;
    private readonly BatchNorm2d bn1, bn2, bn3, bn4, bn5, bn6;
    private readonly Linear fc;
    private readonly int height, width;

    /// <summary>Creates the network.</summary>
    /// <param name="input">The images' shape; both sides 8 pixels or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public KanaNetDeep(ImageShape input, int classes)
    {
        (height, width) = KanaNet.PlacesOf(input);
        conv1 = Child("conv1", KanaNet.Convolution(input.Channels, 32));
        bn1 = Child("bn1", new BatchNorm2d(32));
        conv2 = Child("conv2", KanaNet.Convolution(32, 32));
        bn2 = Child("bn2", new BatchNorm2d(32));
        conv3 = Child("conv3", KanaNet.Convolution(32, 64));
        bn3 = Child("bn3", new BatchNorm2d(64));
        conv4 = Child("conv4", KanaNet.Convolution(64, 64));
        bn4 = Child("bn4", new BatchNorm2d(64));
        conv5 = Child("conv5", KanaNet.Convolution(64, 128));
        bn5 = Child("bn5", new BatchNorm2d(128));
        conv6 = Child("conv6", KanaNet.Convolution(128, 128));
        bn6 = Child("bn6", new BatchNorm2d(128));
        fc = Child("fc", new Linear(128 * height * width, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x)
    {
        x = bn1[conv1[x]].Relu();                             // (N,  32, H, W)
        x = bn2[conv2[x]].Relu().MaxPool(2);                  // (N,  32, H/2, W/2)
        x = bn3[conv3[x]].Relu();                             // (N,  64, H/2, W/2)
        x = bn4[conv4[x]].Relu().MaxPool(2);                  // (N,  64, H/4, W/4)
        x = bn5[conv5[x]].Relu();                             // (N, 128, H/4, W/4)
        x = bn6[conv6[x]].Relu().MaxPool(2);                  // (N, 128, H/8, W/8)
        if (x.Shape[2] > height || x.Shape[3] > width)
            x = x.AdaptiveAvgPool(height, width);             // (N, 128,   6,   6)
        return fc[x.Flatten()];                               // (N, K)
    }
}
