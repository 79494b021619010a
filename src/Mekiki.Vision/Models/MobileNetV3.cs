using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>MobileNetV3 in its large and small form: inverted residuals, some with squeeze and excitation, and hard-swish.</summary>
/// <remarks>Howard et al., "Searching for MobileNetV3", 2019, arXiv:1905.02244, tables 1 and 2. Differs from the paper: dropout of 0.2 before the last layer, as torchvision has it.</remarks>
internal sealed class MobileNetV3 : Module, IHasFeatures
{
    private const float Epsilon = 1e-3f;

    // Kernel, expanded, features, squeeze and excitation, hard-swish, stride.
    private static readonly (int, int, int, bool, bool, int)[] large =
    [
        (3, 16, 16, false, false, 1), (3, 64, 24, false, false, 2), (3, 72, 24, false, false, 1), (5, 72, 40, true, false, 2), (5, 120, 40, true, false, 1), (5, 120, 40, true, false, 1),
        (3, 240, 80, false, true, 2), (3, 200, 80, false, true, 1), (3, 184, 80, false, true, 1), (3, 184, 80, false, true, 1), (3, 480, 112, true, true, 1), (3, 672, 112, true, true, 1),
        (5, 672, 160, true, true, 2), (5, 960, 160, true, true, 1), (5, 960, 160, true, true, 1),
    ];

    private static readonly (int, int, int, bool, bool, int)[] small =
    [
        (3, 16, 16, true, false, 2), (3, 72, 24, false, false, 2), (3, 88, 24, false, false, 1), (5, 96, 40, true, true, 2), (5, 240, 40, true, true, 1), (5, 240, 40, true, true, 1),
        (5, 120, 48, true, true, 1), (5, 144, 48, true, true, 1), (5, 288, 96, true, true, 2), (5, 576, 96, true, true, 1), (5, 576, 96, true, true, 1),
    ];

    private readonly Sequential features, classifier;

    public MobileNetV3(bool isLarge, int channels, int classes)
    {
        var all = new List<Module> { Blocks.ConvNorm(channels, 16, 3, stride: 2, activation: new Hardswish(), epsilon: Epsilon) };
        int width = 16;
        foreach (var (kernel, expanded, next, squeezes, isHard, stride) in isLarge ? large : small)
        {
            all.Add(new InvertedResidual(width, expanded, next, kernel, stride, squeezes, isHard));
            width = next;
        }

        all.Add(Blocks.ConvNorm(width, 6 * width, 1, activation: new Hardswish(), epsilon: Epsilon));
        features = Child("features", new Sequential([.. all]));
        int units = isLarge ? 1280 : 1024;
        classifier = Child("classifier", new Sequential(new Linear(6 * width, units), new Hardswish(), new Dropout(0.2f), new Linear(units, classes)));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Pooled(x)];                      // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => classifier.ApplyAllButLast(Pooled(x));              // (N, 1280), small: (N, 1024)

    private Tensor Pooled(Tensor x) => features[x].MeanOverPixels();                        // (N, 960), small: (N, 576)

    private sealed class InvertedResidual : Module
    {
        private readonly Sequential block;
        private readonly bool isResidual;

        public InvertedResidual(int channels, int expanded, int features, int kernelSize, int stride, bool squeezes, bool isHard)
        {
            Module Activation() => isHard ? new Hardswish() : new Relu();
            isResidual = stride == 1 && channels == features;
            var parts = new List<Module>();
            if (expanded != channels)
                parts.Add(Blocks.ConvNorm(channels, expanded, 1, activation: Activation(), epsilon: Epsilon));
            parts.Add(Blocks.ConvNorm(expanded, expanded, kernelSize, stride, groups: expanded, Activation(), Epsilon));
            if (squeezes)
                parts.Add(new SqueezeExcitation(expanded, Blocks.MultipleOf8(expanded / 4), new Relu(), new Hardsigmoid()));
            parts.Add(Blocks.ConvNorm(expanded, features, 1, epsilon: Epsilon));
            block = Child("block", new Sequential([.. parts]));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x) => isResidual ? x + block[x] : block[x];
    }
}
