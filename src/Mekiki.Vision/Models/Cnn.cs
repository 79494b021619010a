using Mekiki.Layers;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Models;

/// <summary>The chapter's convolutional network: two convolutions, each halved by pooling, and one linear layer.</summary>
/// <remarks>
/// The lecture chapter's class <c>CNN</c>; LeCun et al., "Backpropagation Applied to Handwritten Zip Code Recognition",
/// 1989. Differs from the chapter: it returns logits, and the loss takes their log-softmax; any image size is taken.
/// </remarks>
internal sealed class Cnn : Module, IHasFeatures
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Linear fc3;

    /// <summary>Creates the network.</summary>
    /// <param name="input">The images' shape; both sides 4 pixels or more. The chapter's is 1x48x48.</param>
    /// <param name="classes">K, 1 or more.</param>
    public Cnn(ImageShape input, int classes)
    {
        conv1 = Child("conv1", new Conv2d(input.Channels, 64, kernelSize: 3, padding: 1));
        bn1 = Child("bn1", new BatchNorm2d(64));
        conv2 = Child("conv2", new Conv2d(64, 32, kernelSize: 3, padding: 1));
        bn2 = Child("bn2", new BatchNorm2d(32));
        fc3 = Child("fc3", new Linear(input.Height / 4 * (input.Width / 4) * 32, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc3[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = bn1[conv1[x]].MaxPool(2).Relu();   // (N, 64, H/2, W/2)
        x = bn2[conv2[x]].Relu().MaxPool(2);   // (N, 32, H/4, W/4)
        return x.Flatten();                    // (N, 32·H/4·W/4)
    }
}
