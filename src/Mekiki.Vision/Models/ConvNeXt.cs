using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>ConvNeXt in its tiny form: depthwise 7x7 convolutions, layer norm, and two linear layers at each pixel.</summary>
/// <remarks>Liu, Mao, Wu, Feichtenhofer, Darrell, Xie, "A ConvNet for the 2020s", 2022, arXiv:2201.03545, section 2 and table 9. Differs from the paper: no blocks are dropped at random in training (stochastic depth).</remarks>
internal sealed class ConvNeXt : Module, IHasFeatures
{
    private const float Epsilon = 1e-6f;

    private readonly Sequential features, classifier;

    public ConvNeXt(int channels, int classes)
    {
        (int Width, int Count)[] stages = [(96, 3), (192, 3), (384, 9), (768, 3)];
        var all = new List<Module> { new Sequential(new Conv2d(channels, 96, kernelSize: 4, stride: 4), new LayerNorm2d(96, Epsilon)) };
        for (int s = 0; s < stages.Length; s++)
        {
            var (width, count) = stages[s];
            if (s > 0)
                all.Add(new Sequential(new LayerNorm2d(stages[s - 1].Width, Epsilon), new Conv2d(stages[s - 1].Width, width, kernelSize: 2, stride: 2)));
            all.Add(new Sequential([.. Enumerable.Range(0, count).Select(_ => new Block(width))]));
        }

        features = Child("features", new Sequential([.. all]));
        classifier = Child("classifier", new Sequential(new LayerNorm2d(768, Epsilon), new Flatten(), new Linear(768, classes)));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Pooled(x)];                          // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => classifier.ApplyAllButLast(Pooled(x));                  // (N, 768)

    private Tensor Pooled(Tensor x) => features[x].AdaptiveAvgPool(1, 1);                       // (N, 768, 1, 1)

    private sealed class Block : Module
    {
        private readonly Tensor layer_scale;
        private readonly Sequential block;

        public Block(int width)
        {
            layer_scale = Parameter("layer_scale", [width, 1, 1]);
            block = Child("block", new Sequential(
                new Conv2d(width, width, kernelSize: 7, padding: 3, groups: width),
                new Permuted(0, 2, 3, 1),
                new LayerNorm([width], Epsilon),
                new Linear(width, 4 * width),
                new Gelu(),
                new Linear(4 * width, width),
                new Permuted(0, 3, 1, 2)));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x) => x + layer_scale * block[x];

        protected override void Draw(ref Generator generator) => layer_scale.CopyFrom(Enumerable.Repeat(Epsilon, layer_scale.Count).ToArray());
    }

    private sealed class Permuted(params int[] dimensions) : Module
    {
        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x) => x.Permute(dimensions);
    }
}
