using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>MobileNetV2: inverted residuals with depthwise convolutions and linear bottlenecks.</summary>
/// <remarks>Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, arXiv:1801.04381, table 2. Differs from the paper: dropout of 0.2 before the last layer, as torchvision has it.</remarks>
internal sealed class MobileNetV2 : Module, IHasFeatures
{
    private readonly Sequential features, classifier;

    public MobileNetV2(int channels, int classes)
    {
        // Expansion, features, how many, stride of the first.
        (int, int, int, int)[] stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        var all = new List<Module> { Blocks.ConvNorm(channels, 32, 3, stride: 2, activation: new Relu6()) };
        int width = 32;
        foreach (var (expansion, next, count, stride) in stages)
            for (int i = 0; i < count; i++, width = next)
                all.Add(new InvertedResidual(width, next, i == 0 ? stride : 1, expansion));
        all.Add(Blocks.ConvNorm(width, 1280, 1, activation: new Relu6()));
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
        private readonly Sequential conv;
        private readonly bool isResidual;

        public InvertedResidual(int channels, int features, int stride, int expansion)
        {
            int width = channels * expansion;
            isResidual = stride == 1 && channels == features;
            var depthwise = Blocks.ConvNorm(width, width, 3, stride, groups: width, new Relu6());
            var project = new Conv2d(width, features, kernelSize: 1, bias: false, draw: Initialization.HeFanOut);
            conv = Child("conv", expansion == 1
                ? new Sequential(depthwise, project, new BatchNorm2d(features))
                : new Sequential(Blocks.ConvNorm(channels, width, 1, activation: new Relu6()), depthwise, project, new BatchNorm2d(features)));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x) => isResidual ? x + conv[x] : conv[x];
    }
}
