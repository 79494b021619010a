using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>EfficientNet: inverted residuals with squeeze and excitation, and swish; B0 and its larger forms, and the small form of version 2.</summary>
/// <remarks>
/// Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, arXiv:1905.11946, table 1 and section 3.3;
/// "EfficientNetV2: Smaller Models and Faster Training", 2021, arXiv:2104.00298, table 4. Differs from the papers: no blocks are dropped at
/// random in training (stochastic depth).
/// </remarks>
internal sealed class EfficientNet : Module, IHasFeatures
{
    private static readonly Stage[] stages =
    [
        new(1, 3, 1, 16, 1), new(6, 3, 2, 24, 2), new(6, 5, 2, 40, 2), new(6, 3, 2, 80, 3), new(6, 5, 1, 112, 3), new(6, 5, 2, 192, 4), new(6, 3, 1, 320, 1),
    ];

    private static readonly Stage[] smallStages =
    [
        new(1, 3, 1, 24, 2, IsFused: true), new(4, 3, 2, 48, 4, IsFused: true), new(4, 3, 2, 64, 4, IsFused: true), new(4, 3, 2, 128, 6), new(6, 3, 1, 160, 9), new(6, 3, 2, 256, 15),
    ];

    private readonly Sequential features, classifier;

    private EfficientNet(IReadOnlyList<Stage> stages, int first, int last, float dropout, float epsilon, int channels, int classes)
    {
        var all = new List<Module> { Blocks.ConvNorm(channels, first, 3, stride: 2, activation: new Silu(), epsilon: epsilon) };
        int width = first;
        foreach (var stage in stages)
        {
            var blocks = new Module[stage.Count];
            for (int i = 0; i < stage.Count; i++, width = stage.Features)
                blocks[i] = new InvertedResidual(width, i == 0 ? stage : stage with { Stride = 1 }, epsilon);
            all.Add(new Sequential(blocks));
        }

        all.Add(Blocks.ConvNorm(width, last, 1, activation: new Silu(), epsilon: epsilon));
        features = Child("features", new Sequential([.. all]));
        classifier = Child("classifier", new Sequential(new Dropout(dropout), new Linear(last, classes)));
    }

    /// <summary>B0 and its larger forms.</summary>
    /// <param name="width">By what numbers of features are multiplied: 1 for B0.</param>
    /// <param name="depth">By what numbers of blocks are multiplied: 1 for B0.</param>
    /// <param name="dropout">Before the last layer.</param>
    /// <param name="channels">C.</param>
    /// <param name="classes">K.</param>
    public static EfficientNet Scaled(double width, double depth, float dropout, int channels, int classes)
    {
        Stage[] scaled = [.. stages.Select(s => s with { Features = Blocks.MultipleOf8(s.Features * width), Count = (int)Math.Ceiling(s.Count * depth) })];
        return new(scaled, Blocks.MultipleOf8(32 * width), 4 * scaled[^1].Features, dropout, epsilon: 1e-5f, channels, classes);
    }

    /// <summary>The small form of version 2, whose first stages have one convolution in place of an expansion and a depthwise one.</summary>
    /// <param name="channels">C.</param>
    /// <param name="classes">K.</param>
    public static EfficientNet SmallV2(int channels, int classes) => new(smallStages, 24, 1280, dropout: 0.2f, epsilon: 1e-3f, channels, classes);

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Features(x)];        // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => features[x].MeanOverPixels();           // (N, D, H/32, W/32) -> (N, D)

    /// <summary>A row of the papers' tables.</summary>
    /// <param name="Expansion">By what a block multiplies its channels.</param>
    /// <param name="Kernel">Rows and columns of the kernel.</param>
    /// <param name="Stride">Of the first block.</param>
    /// <param name="Features">What it gives.</param>
    /// <param name="Count">How many blocks.</param>
    /// <param name="IsFused">Whether expansion and depthwise convolution are one convolution, without squeeze and excitation.</param>
    private readonly record struct Stage(int Expansion, int Kernel, int Stride, int Features, int Count, bool IsFused = false);

    private sealed class InvertedResidual : Module
    {
        private readonly Sequential block;
        private readonly bool isResidual;

        public InvertedResidual(int channels, Stage stage, float epsilon)
        {
            var (expansion, kernel, stride, features, _, isFused) = stage;
            int width = channels * expansion;
            isResidual = stride == 1 && channels == features;
            var parts = new List<Module>();
            if (isFused)
                parts.Add(Blocks.ConvNorm(channels, expansion > 1 ? width : features, kernel, stride, activation: new Silu(), epsilon: epsilon));
            else
            {
                if (expansion > 1)
                    parts.Add(Blocks.ConvNorm(channels, width, 1, activation: new Silu(), epsilon: epsilon));
                parts.Add(Blocks.ConvNorm(width, width, kernel, stride, groups: width, new Silu(), epsilon));
                parts.Add(new SqueezeExcitation(width, Math.Max(1, channels / 4), new Silu(), new Sigmoid()));
            }

            if (!isFused || expansion > 1)
                parts.Add(Blocks.ConvNorm(width, features, 1, epsilon: epsilon));
            block = Child("block", new Sequential([.. parts]));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x) => isResidual ? x + block[x] : block[x];
    }
}
