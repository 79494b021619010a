using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>DenseNet-121: each layer takes what all layers of its block before it gave.</summary>
/// <remarks>Huang, Liu, van der Maaten, Weinberger, "Densely Connected Convolutional Networks", 2016, arXiv:1608.06993, table 1. Differs from the paper: nothing.</remarks>
internal sealed class DenseNet : Module, IHasFeatures
{
    private const int Growth = 32, Bottleneck = 4;

    private readonly Trunk features;
    private readonly Linear classifier;

    public DenseNet(int channels, int classes)
    {
        features = Child("features", new Trunk(channels, [6, 12, 24, 16]));
        classifier = Child("classifier", new Linear(features.Width, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Features(x)];                // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => features[x].Relu().MeanOverPixels();            // (N, 1024, H/32, W/32) -> (N, 1024)

    private sealed class Trunk : Module
    {
        private readonly Conv2d conv0;
        private readonly BatchNorm2d norm0, norm5;
        private readonly List<Module> blocks = [];

        public Trunk(int channels, int[] counts)
        {
            conv0 = Child("conv0", new Conv2d(channels, 64, kernelSize: 7, stride: 2, padding: 3, bias: false, draw: Initialization.HeFanOut));
            norm0 = Child("norm0", new BatchNorm2d(64));
            Width = 64;
            for (int b = 0; b < counts.Length; b++)
            {
                blocks.Add(Child($"denseblock{b + 1}", new DenseBlock(Width, counts[b])));
                Width += counts[b] * Growth;
                if (b == counts.Length - 1)
                    break;
                blocks.Add(Child($"transition{b + 1}", new Transition(Width)));
                Width /= 2;
            }

            norm5 = Child("norm5", new BatchNorm2d(Width));
        }

        /// <summary>Features of the result.</summary>
        public int Width { get; }

        public override Tensor Forward(Tensor x)
        {
            x = norm0[conv0[x]].Relu().MaxPool(3, stride: 2, padding: 1);
            foreach (var block in blocks)
                x = block[x];
            return norm5[x];
        }
    }

    private sealed class DenseBlock : Module
    {
        private readonly DenseLayer[] layers;

        public DenseBlock(int channels, int count) => layers = [.. Enumerable.Range(0, count).Select(i => Child($"denselayer{i + 1}", new DenseLayer(channels + i * Growth)))];

        public override Tensor Forward(Tensor x) => layers.Aggregate(x, (y, layer) => Tensor.Concatenate(1, y, layer[y]));
    }

    private sealed class DenseLayer : Module
    {
        private readonly BatchNorm2d norm1, norm2;
        private readonly Conv2d conv1, conv2;

        public DenseLayer(int channels)
        {
            norm1 = Child("norm1", new BatchNorm2d(channels));
            conv1 = Child("conv1", new Conv2d(channels, Bottleneck * Growth, kernelSize: 1, bias: false, draw: Initialization.HeFanOut));
            norm2 = Child("norm2", new BatchNorm2d(Bottleneck * Growth));
            conv2 = Child("conv2", new Conv2d(Bottleneck * Growth, Growth, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut));
        }

        public override Tensor Forward(Tensor x) => conv2[norm2[conv1[norm1[x].Relu()]].Relu()];
    }

    private sealed class Transition : Module
    {
        private readonly BatchNorm2d norm;
        private readonly Conv2d conv;

        public Transition(int channels)
        {
            norm = Child("norm", new BatchNorm2d(channels));
            conv = Child("conv", new Conv2d(channels, channels / 2, kernelSize: 1, bias: false, draw: Initialization.HeFanOut));
        }

        public override Tensor Forward(Tensor x) => conv[norm[x].Relu()].AvgPool(2);
    }
}
