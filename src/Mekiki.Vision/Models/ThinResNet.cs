using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Residual network for small pictures, and its plain twin: three stages of 16, 32 and 64 channels.</summary>
/// <remarks>
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015, arXiv:1512.03385, section 4.2: 20, 32, 44 or 56
/// layers, with 0.27, 0.46, 0.66 and 0.85 million parameters for 3x32x32 and 10 classes. Shortcuts have no parameters
/// (option A): where the size changes every second pixel is taken, and zeros stand in the new channels. The plain twin has
/// the same layers without shortcuts, and as many parameters. Differs from the paper: nothing; images of any size are taken.
/// </remarks>
internal sealed class ThinResNet : Module, IHasFeatures
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1, layer2, layer3;
    private readonly Linear fc;

    /// <summary>Creates the network.</summary>
    /// <param name="layers">20, 32, 44 or 56; in general 6n + 2.</param>
    /// <param name="hasShortcuts">Whether there is a way around each pair of convolutions; otherwise it is the plain twin.</param>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <exception cref="MekikiException">The number of layers is not 6n + 2.</exception>
    public ThinResNet(int layers, bool hasShortcuts, int channels, int classes)
    {
        if (layers < 8 || layers % 6 != 2)
            throw new MekikiException($"Thin residual network: expected 6n + 2 layers, such as 20, 32, 44 or 56, got {layers}.");
        int blocks = layers / 6;
        conv1 = Child("conv1", new Conv2d(channels, 16, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut));
        bn1 = Child("bn1", new BatchNorm2d(16));
        layer1 = Child("layer1", Stage(16, 16, blocks, hasShortcuts));
        layer2 = Child("layer2", Stage(16, 32, blocks, hasShortcuts));
        layer3 = Child("layer3", Stage(32, 64, blocks, hasShortcuts));
        fc = Child("fc", new Linear(64, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized; 32x32 in the paper.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = bn1[conv1[x]].Relu();        // (N, 16, H,   W)
        x = layer1[x];                   // (N, 16, H,   W)
        x = layer2[x];                   // (N, 32, H/2, W/2)
        x = layer3[x];                   // (N, 64, H/4, W/4)
        return x.MeanOverPixels();       // (N, 64)
    }

    private static Sequential Stage(int channels, int features, int count, bool hasShortcuts)
    {
        var blocks = new Module[count];
        for (int i = 0; i < count; i++)
            blocks[i] = new Block(i == 0 ? channels : features, features, hasShortcuts);
        return new Sequential(blocks);
    }

    /// <summary>Two 3x3 convolutions and, if wanted, a way around them without parameters. More channels come with half the size.</summary>
    private sealed class Block : Module
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly int stride, added;
        private readonly bool hasShortcut;

        public Block(int channels, int features, bool hasShortcut)
        {
            (stride, added, this.hasShortcut) = (features == channels ? 1 : 2, features - channels, hasShortcut);
            conv1 = Child("conv1", new Conv2d(channels, features, kernelSize: 3, stride, padding: 1, bias: false, draw: Initialization.HeFanOut));
            bn1 = Child("bn1", new BatchNorm2d(features));
            conv2 = Child("conv2", new Conv2d(features, features, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut));
            bn2 = Child("bn2", new BatchNorm2d(features));
        }

        /// <inheritdoc/>
        public override bool KeepsNothing => true;

        public override Tensor Forward(Tensor x)
        {
            var y = bn1[conv1[x]].Relu();   // (N, F, H / stride, W / stride)
            y = bn2[conv2[y]];              // (N, F, H / stride, W / stride)
            return (hasShortcut ? y + Shortcut(x) : y).Relu();
        }

        private Tensor Shortcut(Tensor x)
        {
            if (stride == 1)
                return x;
            x = x.AvgPool(1, stride);       // every second pixel
            return Tensor.Concatenate(1, x, Tensor.Zeros([x.Shape[0], added, x.Shape[2], x.Shape[3]]));
        }
    }
}
