using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>RegNetY of 400 or 800 million multiply-adds: residual blocks with grouped convolutions, and squeeze and excitation.</summary>
/// <remarks>Radosavovic, Kosaraju, Girshick, He, Dollár, "Designing Network Design Spaces", 2020, arXiv:2003.13678, section 4 and table 2. Differs from the paper: nothing.</remarks>
internal sealed class RegNet : Module, IHasFeatures
{
    private readonly Sequential stem;
    private readonly Stages trunk_output;
    private readonly Linear fc;

    /// <summary>Creates the network.</summary>
    /// <param name="widths">Features of the stages.</param>
    /// <param name="depths">Blocks of the stages.</param>
    /// <param name="groupWidth">Channels of a group in the 3x3 convolutions.</param>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public RegNet(int[] widths, int[] depths, int groupWidth, int channels, int classes)
    {
        stem = Child("stem", Blocks.ConvNorm(channels, 32, 3, stride: 2, activation: new Relu()));
        trunk_output = Child("trunk_output", new Stages(widths, depths, groupWidth));
        fc = Child("fc", new Linear(widths[^1], classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc[Features(x)];                            // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => trunk_output[stem[x]].MeanOverPixels();             // (N, F, H/32, W/32) -> (N, F)

    private sealed class Stages : Module
    {
        private readonly Stage[] stages;

        public Stages(int[] widths, int[] depths, int groupWidth) => stages = [.. widths.Select((width, i) =>
            Child($"block{i + 1}", new Stage(i + 1, i == 0 ? 32 : widths[i - 1], width, depths[i], groupWidth)))];

        public override Tensor Forward(Tensor x) => stages.Aggregate(x, (y, stage) => stage[y]);
    }

    private sealed class Stage : Module
    {
        private readonly Block[] blocks;

        public Stage(int number, int channels, int width, int depth, int groupWidth) => blocks = [.. Enumerable.Range(0, depth).Select(i =>
            Child($"block{number}-{i}", new Block(i == 0 ? channels : width, width, i == 0 ? 2 : 1, groupWidth)))];

        public override Tensor Forward(Tensor x) => blocks.Aggregate(x, (y, block) => block[y]);
    }

    private sealed class Block : Module
    {
        private readonly Sequential? proj;
        private readonly Way f;

        public Block(int channels, int width, int stride, int groupWidth)
        {
            if (stride != 1 || channels != width)
                proj = Child("proj", Blocks.ConvNorm(channels, width, 1, stride));
            f = Child("f", new Way(channels, width, stride, groupWidth));
        }

        public override Tensor Forward(Tensor x) => ((proj is null ? x : proj[x]) + f[x]).Relu();
    }

    private sealed class Way : Module
    {
        private readonly Sequential a, b, c;
        private readonly SqueezeExcitation se;

        public Way(int channels, int width, int stride, int groupWidth)
        {
            a = Child("a", Blocks.ConvNorm(channels, width, 1, activation: new Relu()));
            b = Child("b", Blocks.ConvNorm(width, width, 3, stride, width / groupWidth, new Relu()));
            se = Child("se", new SqueezeExcitation(width, (int)Math.Round(0.25 * channels), new Relu(), new Sigmoid()));
            c = Child("c", Blocks.ConvNorm(width, width, 1));
        }

        public override Tensor Forward(Tensor x) => c[se[b[a[x]]]];
    }
}
