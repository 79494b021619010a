using Mekiki.Layers;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Models;

/// <summary>A network for small colour pictures that learns within ten epochs: a first layer that is fixed before training, and three blocks of two convolutions without shortcuts.</summary>
/// <remarks>
/// Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, arXiv:2404.00498, section 3: airbench94. The first layer, 2x2, makes the pixels of a patch independent and alike in
/// size (whitening; Page 2018), each direction with both signs; convolutions begin as the identity (dirac); GELU; the scores are divided by 9; batch norm's statistics follow quickly.
/// Differs from the paper: batch norms have scales that are trained, the first layer's bias is trained to the end, and the optimizer is whatever the options name. The last pooling takes the
/// maximum of all places, which are 3x3 for images of 32x32, so that images of any size are taken.
/// </remarks>
internal sealed class Airbench : Module, IHasFeatures, ILearnsFromPatches
{
    private const float Divisor = 9;
    private const int Wide = 256, Narrow = 64;
    private readonly WhiteningConv2d whiten;
    private readonly Block layer1, layer2, layer3;
    private readonly Linear head;

    /// <summary>Creates the network.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public Airbench(int channels, int classes)
    {
        whiten = Child("whiten", new WhiteningConv2d(channels));
        layer1 = Child("layer1", new Block(whiten.Features, Narrow));
        layer2 = Child("layer2", new Block(Narrow, Wide));
        layer3 = Child("layer3", new Block(Wide, Wide));
        head = Child("head", new Linear(Wide, classes, bias: false));
    }

    /// <inheritdoc/>
    public void LearnPatches(PreparedImages images) => whiten.Learn(images);

    /// <param name="x">Images, (N, C, H, W), float32, normalized; 32x32 in the paper.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => head[Features(x)] * (1 / Divisor);      // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = whiten[x].Gelu();                            // (N, 8C,  H-1, W-1)
        x = layer1[x];                                   // (N,  64, H/2, W/2)
        x = layer2[x];                                   // (N, 256, H/4, W/4)
        x = layer3[x];                                   // (N, 256, H/8, W/8)
        return x.AdaptiveMaxPool(1, 1).Flatten();        // (N, 256)
    }

    /// <summary>Two 3x3 convolutions; the first halves the image.</summary>
    private sealed class Block : Module
    {
        private const float Momentum = 0.4f;
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d bn1, bn2;

        public Block(int channels, int features)
        {
            conv1 = Child("conv1", Convolution(channels, features));
            bn1 = Child("bn1", new BatchNorm2d(features, momentum: Momentum));
            conv2 = Child("conv2", Convolution(features, features));
            bn2 = Child("bn2", new BatchNorm2d(features, momentum: Momentum));
        }

        public override Tensor Forward(Tensor x)
        {
            x = bn1[conv1[x].MaxPool(2)].Gelu();         // (N, F, H/2, W/2)
            return bn2[conv2[x]].Gelu();                 // (N, F, H/2, W/2)
        }

        private static Conv2d Convolution(int channels, int features) => new(channels, features, kernelSize: 3, padding: 1, bias: false, draw: Dirac);

        // As many outputs as there are inputs begin as these themselves.
        private static void Dirac(Tensor weight, Tensor? bias, ref Generator generator)
        {
            Initialization.Default(weight, bias, ref generator);
            float[] values = weight.ToArray();
            int inputs = weight.Shape[1], taps = weight.Shape[2] * weight.Shape[3];
            for (int o = 0; o < Math.Min(weight.Shape[0], inputs); o++)
            {
                values.AsSpan(o * inputs * taps, inputs * taps).Clear();
                values[(o * inputs + o) * taps + taps / 2] = 1;
            }

            weight.CopyFrom(values);
        }
    }
}
