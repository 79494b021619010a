using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>ShuffleNetV2 at its usual width: half of the channels pass each block as they are, and then all are shuffled.</summary>
/// <remarks>Ma, Zhang, Zheng, Sun, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", 2018, arXiv:1807.11164, figure 3 and table 5. Differs from the paper: nothing.</remarks>
internal sealed class ShuffleNetV2 : Module, IHasFeatures
{
    private readonly Sequential conv1, stage2, stage3, stage4, conv5;
    private readonly Linear fc;

    public ShuffleNetV2(int channels, int classes)
    {
        conv1 = Child("conv1", Blocks.ConvNorm(channels, 24, 3, stride: 2, activation: new Relu()));
        stage2 = Child("stage2", Stage(24, 116, 4));
        stage3 = Child("stage3", Stage(116, 232, 8));
        stage4 = Child("stage4", Stage(232, 464, 4));
        conv5 = Child("conv5", Blocks.ConvNorm(464, 1024, 1, activation: new Relu()));
        fc = Child("fc", new Linear(1024, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc[Features(x)];            // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = conv1[x].MaxPool(3, stride: 2, padding: 1);                     // (N,   24, H/4,  W/4)
        x = stage4[stage3[stage2[x]]];                                      // (N,  464, H/32, W/32)
        return conv5[x].MeanOverPixels();                                   // (N, 1024)
    }

    private static Sequential Stage(int channels, int features, int count) =>
        new([.. Enumerable.Range(0, count).Select(i => new Block(i == 0 ? channels : features, features, i == 0 ? 2 : 1))]);

    private sealed class Block : Module
    {
        private readonly Sequential? branch1;
        private readonly Sequential branch2;
        private readonly int half;

        public Block(int channels, int features, int stride)
        {
            half = features / 2;
            if (stride > 1)
                branch1 = Child("branch1", new Sequential(Depthwise(channels, stride), new BatchNorm2d(channels), Pointwise(channels, half), new BatchNorm2d(half), new Relu()));
            branch2 = Child("branch2", new Sequential(
                Pointwise(stride > 1 ? channels : half, half), new BatchNorm2d(half), new Relu(),
                Depthwise(half, stride), new BatchNorm2d(half),
                Pointwise(half, half), new BatchNorm2d(half), new Relu()));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x)
        {
            var y = branch1 is null
                ? Tensor.Concatenate(1, x.Narrow(1, 0, half), branch2[x.Narrow(1, half, half)])
                : Tensor.Concatenate(1, branch1[x], branch2[x]);
            // The halves' channels by turns: (N, 2, F/2, H, W) -> (N, F/2, 2, H, W).
            var (n, h, w) = (y.Shape[0], y.Shape[2], y.Shape[3]);
            return y.Reshape([n, 2, half, h, w]).Permute(0, 2, 1, 3, 4).Reshape([n, 2 * half, h, w]);
        }

        private static Conv2d Depthwise(int channels, int stride) => new(channels, channels, kernelSize: 3, stride, padding: 1, groups: channels, bias: false, draw: Initialization.HeFanOut);

        private static Conv2d Pointwise(int channels, int features) => new(channels, features, kernelSize: 1, bias: false, draw: Initialization.HeFanOut);
    }
}
