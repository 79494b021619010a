using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>SqueezeNet 1.1: fire modules, and no linear layer.</summary>
/// <remarks>Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and less than 0.5MB model size", 2016, arXiv:1602.07360; version 1.1 of its authors, with 2.4 times less work.</remarks>
internal sealed class SqueezeNet : Module
{
    private readonly Sequential features, classifier;

    public SqueezeNet(int channels, int classes)
    {
        features = Child("features", new Sequential(
            new Conv2d(channels, 64, kernelSize: 3, stride: 2, draw: Initialization.HeFanOut),
            new Relu(),
            new MaxPool2d(3, stride: 2, ceilMode: true),
            new Fire(64, 16, 64),
            new Fire(128, 16, 64),
            new MaxPool2d(3, stride: 2, ceilMode: true),
            new Fire(128, 32, 128),
            new Fire(256, 32, 128),
            new MaxPool2d(3, stride: 2, ceilMode: true),
            new Fire(256, 48, 192),
            new Fire(384, 48, 192),
            new Fire(384, 64, 256),
            new Fire(512, 64, 256)));
        classifier = Child("classifier", new Sequential(new Dropout(), new Conv2d(512, classes, kernelSize: 1, draw: Initialization.HeFanOut), new Relu()));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Scores, (N, K), 0 or more.</returns>
    public override Tensor Forward(Tensor x)
    {
        x = features[x];                            // (N, 512, H/16, W/16)
        return classifier[x].MeanOverPixels();      // (N, K)
    }

    private sealed class Fire : Module
    {
        private readonly Conv2d squeeze, expand1x1, expand3x3;

        public Fire(int channels, int squeezed, int expanded)
        {
            squeeze = Child("squeeze", new Conv2d(channels, squeezed, kernelSize: 1, draw: Initialization.HeFanOut));
            expand1x1 = Child("expand1x1", new Conv2d(squeezed, expanded, kernelSize: 1, draw: Initialization.HeFanOut));
            expand3x3 = Child("expand3x3", new Conv2d(squeezed, expanded, kernelSize: 3, padding: 1, draw: Initialization.HeFanOut));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x)
        {
            x = squeeze[x].Relu();
            return Tensor.Concatenate(1, expand1x1[x].Relu(), expand3x3[x].Relu());
        }
    }
}
