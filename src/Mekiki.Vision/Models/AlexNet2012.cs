using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>AlexNet as its paper has it: two towers side by side, which meet in the third convolution and in the linear layers.</summary>
/// <remarks>
/// Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", NIPS 2012, section 3.5
/// and figure 2: 61.0 million parameters for 3x224x224 and 1000 classes. The towers are the two groups of conv2, conv4 and conv5;
/// first weights and biases as in section 5. Differs from the paper: a margin of 2 pixels, without which 224 pixels do not
/// give the 55x55 that it states; images of other sizes are averaged to 6x6 before the linear layers.
/// </remarks>
internal sealed class AlexNet2012 : Module, IHasFeatures
{
    private readonly Conv2d conv1, conv2, conv3, conv4, conv5;
    private readonly Linear fc6, fc7, fc8;
    private readonly Dropout dropout6, dropout7;

    /// <summary>Creates the network.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public AlexNet2012(int channels, int classes)
    {
        conv1 = Child("conv1", new Conv2d(channels, 96, kernelSize: 11, stride: 4, padding: 2, draw: Initialization.SmallNormal));
        conv2 = Child("conv2", new Conv2d(96, 256, kernelSize: 5, padding: 2, groups: 2, draw: WithBiasesOfOne));
        conv3 = Child("conv3", new Conv2d(256, 384, kernelSize: 3, padding: 1, draw: Initialization.SmallNormal));
        conv4 = Child("conv4", new Conv2d(384, 384, kernelSize: 3, padding: 1, groups: 2, draw: WithBiasesOfOne));
        conv5 = Child("conv5", new Conv2d(384, 256, kernelSize: 3, padding: 1, groups: 2, draw: WithBiasesOfOne));
        fc6 = Child("fc6", new Linear(256 * 6 * 6, 4096, draw: WithBiasesOfOne));
        dropout6 = Child("dropout6", new Dropout());
        fc7 = Child("fc7", new Linear(4096, 4096, draw: WithBiasesOfOne));
        dropout7 = Child("dropout7", new Dropout());
        fc8 = Child("fc8", new Linear(4096, classes, draw: Initialization.SmallNormal));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized; both sides 63 or more, 224 in the paper.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc8[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = Normalized(conv1[x].Relu()).MaxPool(3, stride: 2);   // (N,  96, 27, 27) for 224x224
        x = Normalized(conv2[x].Relu()).MaxPool(3, stride: 2);   // (N, 256, 13, 13)
        x = conv3[x].Relu();                                     // (N, 384, 13, 13)
        x = conv4[x].Relu();                                     // (N, 384, 13, 13)
        x = conv5[x].Relu().MaxPool(3, stride: 2);               // (N, 256, 6, 6)
        x = x.AdaptiveAvgPool(6, 6).Flatten();                   // (N, 9216)
        x = dropout6[fc6[x].Relu()];                             // (N, 4096)
        return dropout7[fc7[x].Relu()];                          // (N, 4096)
    }

    // Section 3.3: k = 2, n = 5, α = 1e-4, β = 0.75. The paper's α is not divided by n.
    private static Tensor Normalized(Tensor x)
    {
        const int Channels = 5;
        return x.LocalResponseNorm(Channels, alpha: 1e-4f * Channels, beta: 0.75f, k: 2);
    }

    private static void WithBiasesOfOne(Tensor weight, Tensor? bias, ref Generator generator)
    {
        Initialization.SmallNormal(weight, bias, ref generator);
        Initialization.Constant(bias!, 1);
    }
}
