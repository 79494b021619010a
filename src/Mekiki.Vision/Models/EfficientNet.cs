using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>EfficientNet-B0: inverted residuals with squeeze and excitation, and swish.</summary>
/// <remarks>Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, arXiv:1905.11946, table 1. Differs from the paper: no blocks are dropped at random in training (stochastic depth).</remarks>
internal sealed class EfficientNet : Module, IHasFeatures
{
    private readonly Sequential features, classifier;

    public EfficientNet(int channels, int classes)
    {
        // Expansion, kernel, stride of the first, features, how many.
        (int, int, int, int, int)[] stages = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)];
        var all = new List<Module> { Blocks.ConvNorm(channels, 32, 3, stride: 2, activation: new Silu()) };
        int width = 32;
        foreach (var (expansion, kernel, stride, next, count) in stages)
        {
            var blocks = new Module[count];
            for (int i = 0; i < count; i++, width = next)
                blocks[i] = new InvertedResidual(width, next, kernel, i == 0 ? stride : 1, expansion);
            all.Add(new Sequential(blocks));
        }

        all.Add(Blocks.ConvNorm(width, 1280, 1, activation: new Silu()));
        features = Child("features", new Sequential([.. all]));
        classifier = Child("classifier", new Sequential(new Dropout(0.2f), new Linear(1280, classes)));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Features(x)];        // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => features[x].MeanOverPixels();           // (N, 1280, H/32, W/32) -> (N, 1280)

    private sealed class InvertedResidual : Module
    {
        private readonly Sequential block;
        private readonly bool isResidual;

        public InvertedResidual(int channels, int features, int kernelSize, int stride, int expansion)
        {
            int width = channels * expansion;
            isResidual = stride == 1 && channels == features;
            var parts = new List<Module>();
            if (expansion > 1)
                parts.Add(Blocks.ConvNorm(channels, width, 1, activation: new Silu()));
            parts.Add(Blocks.ConvNorm(width, width, kernelSize, stride, groups: width, new Silu()));
            parts.Add(new SqueezeExcitation(width, Math.Max(1, channels / 4), new Silu(), new Sigmoid()));
            parts.Add(Blocks.ConvNorm(width, features, 1));
            block = Child("block", new Sequential([.. parts]));
        }

        public override Tensor Forward(Tensor x) => isResidual ? x + block[x] : block[x];
    }
}
