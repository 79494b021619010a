using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Nine inception stages, 22 weighted layers, and in training two auxiliary heads that help the lower ones.</summary>
/// <remarks>
/// Szegedy et al., "Going Deeper with Convolutions", 2014, arXiv:1409.4842, table 1. Differs from the paper, as torchvision
/// does it: batch norm instead of local response normalization; 3x3 instead of 5x5 convolutions; dropout of 0.2 instead of 0.4.
/// The small form is ours: its first convolution sees 3x3 pixels at a stride of 1 instead of 7x7 at 2, so that each later
/// layer has twice as many pixels on a side.
/// </remarks>
internal sealed class GoogLeNet : Module, IHasFeatures, IHasTrainingLoss
{
    private const float AuxiliaryWeight = 0.3f;
    private readonly ConvNormRelu conv1, conv2, conv3;
    private readonly Inception inception3a, inception3b, inception4a, inception4b, inception4c, inception4d, inception4e, inception5a, inception5b;
    private readonly AuxiliaryHead aux1, aux2;
    private readonly Dropout dropout;
    private readonly Linear fc;
    private Tensor? logits1, logits2;

    /// <summary>Creates the network.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="small">Whether it is the form for small pictures.</param>
    public GoogLeNet(int channels, int classes, bool small = false)
    {
        conv1 = Child("conv1", small ? new ConvNormRelu(channels, 64, kernelSize: 3, padding: 1) : new ConvNormRelu(channels, 64, kernelSize: 7, stride: 2, padding: 3));
        conv2 = Child("conv2", new ConvNormRelu(64, 64, kernelSize: 1));
        conv3 = Child("conv3", new ConvNormRelu(64, 192, kernelSize: 3, padding: 1));
        inception3a = Child("inception3a", new Inception(192, 64, 96, 128, 16, 32, 32));
        inception3b = Child("inception3b", new Inception(256, 128, 128, 192, 32, 96, 64));
        inception4a = Child("inception4a", new Inception(480, 192, 96, 208, 16, 48, 64));
        inception4b = Child("inception4b", new Inception(512, 160, 112, 224, 24, 64, 64));
        inception4c = Child("inception4c", new Inception(512, 128, 128, 256, 24, 64, 64));
        inception4d = Child("inception4d", new Inception(512, 112, 144, 288, 32, 64, 64));
        inception4e = Child("inception4e", new Inception(528, 256, 160, 320, 32, 128, 128));
        inception5a = Child("inception5a", new Inception(832, 256, 160, 320, 32, 128, 128));
        inception5b = Child("inception5b", new Inception(832, 384, 192, 384, 48, 128, 128));
        aux1 = Child("aux1", new AuxiliaryHead(512, classes));
        aux2 = Child("aux2", new AuxiliaryHead(528, classes));
        dropout = Child("dropout", new Dropout(0.2f));
        fc = Child("fc", new Linear(1024, classes));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> OnlyInTraining => ["aux1", "aux2"];

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K). In training, those of the auxiliary heads are kept for <see cref="Loss"/>.</returns>
    public override Tensor Forward(Tensor x) => fc[dropout[Features(x)]];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        bool withHeads = IsTraining && Gradients.AreOn;
        logits1 = logits2 = null;
        x = conv1[x];                                            // (N,   64, H/2,  W/2); small: (N, 64, H, W)
        x = x.MaxPool(3, stride: 2, ceilMode: true);             // (N,   64, H/4,  W/4)
        x = conv3[conv2[x]];                                     // (N,  192, H/4,  W/4)
        x = x.MaxPool(3, stride: 2, ceilMode: true);             // (N,  192, H/8,  W/8)
        x = inception3b[inception3a[x]];                         // (N,  480, H/8,  W/8)
        x = x.MaxPool(3, stride: 2, ceilMode: true);             // (N,  480, H/16, W/16)
        x = inception4a[x];                                      // (N,  512, H/16, W/16)
        logits1 = withHeads ? aux1[x] : null;                    // (N, K)
        x = inception4d[inception4c[inception4b[x]]];            // (N,  528, H/16, W/16)
        logits2 = withHeads ? aux2[x] : null;                    // (N, K)
        x = inception4e[x];                                      // (N,  832, H/16, W/16)
        x = x.MaxPool(2, stride: 2, ceilMode: true);             // (N,  832, H/32, W/32)
        x = inception5b[inception5a[x]];                         // (N, 1024, H/32, W/32)
        return x.MeanOverPixels();                               // (N, 1024)
    }

    /// <summary>Cross-entropy of the logits and, with gradients, 0.3 times that of either auxiliary head (section 5).</summary>
    /// <param name="logits">What the last call returned, (N, K).</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <returns>A scalar.</returns>
    /// <param name="crossEntropy">How logits are judged.</param>
    public Tensor Loss(Tensor logits, ReadOnlySpan<long> labels, CrossEntropy crossEntropy)
    {
        var loss = crossEntropy.Of(logits, labels);
        if (logits1 is not null && logits2 is not null)
            loss += AuxiliaryWeight * (crossEntropy.Of(logits1, labels) + crossEntropy.Of(logits2, labels));
        return loss;
    }

    /// <summary>Average to 4x4, a 1x1 convolution and two linear layers.</summary>
    private sealed class AuxiliaryHead : Module
    {
        private readonly ConvNormRelu conv;
        private readonly Linear fc1;
        private readonly Dropout dropout;
        private readonly Linear fc2;

        public AuxiliaryHead(int channels, int classes)
        {
            conv = Child("conv", new ConvNormRelu(channels, 128, kernelSize: 1));
            fc1 = Child("fc1", new Linear(128 * 4 * 4, 1024));
            dropout = Child("dropout", new Dropout(0.7f));
            fc2 = Child("fc2", new Linear(1024, classes));
        }

        public override Tensor Forward(Tensor x)
        {
            x = conv[x.AdaptiveAvgPool(4, 4)];             // (N, 128, 4, 4)
            x = dropout[fc1[x.Flatten()].Relu()];          // (N, 1024)
            return fc2[x];                                 // (N, K)
        }
    }
}
