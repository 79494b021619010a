using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Very deep network of 3x3 convolutions: 11, 13, 16 or 19 weighted layers.</summary>
/// <remarks>
/// Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014, arXiv:1409.1556,
/// table 1, columns A, B, D, E. Differs from the paper: batch norm by choice; images of any size are averaged to 7x7
/// before the linear layers (as torchvision does it); first weights after He et al. 2015 instead of pre-training.
/// The small form is ours: images are averaged to one pixel, and the linear layers have 512 units instead of 4096.
/// </remarks>
internal sealed class Vgg : Module, IHasFeatures
{
    private readonly Sequential features;
    private readonly Sequential classifier;
    private readonly int pooledSide;

    /// <summary>Creates the network.</summary>
    /// <param name="layers">11, 13, 16 or 19.</param>
    /// <param name="batchNorm">Whether batch norm follows each convolution.</param>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="small">Whether it is the form for small pictures.</param>
    /// <exception cref="MekikiException">There is no such number of layers.</exception>
    public Vgg(int layers, bool batchNorm, int channels, int classes, bool small = false)
    {
        // Convolutions of each stage; their features are 64, 128, 256, 512, 512.
        int[] convolutions = layers switch
        {
            11 => [1, 1, 2, 2, 2],
            13 => [2, 2, 2, 2, 2],
            16 => [2, 2, 3, 3, 3],
            19 => [2, 2, 4, 4, 4],
            _ => throw new MekikiException($"VGG: expected 11, 13, 16 or 19 layers, got {layers}."),
        };
        features = Child("features", new Sequential([.. Features(channels, convolutions, batchNorm)]));
        pooledSide = small ? 1 : 7;
        int units = small ? 512 : 4096;
        // Normal with deviation 0.01, the values would vanish on their way through 512 units.
        WeightDraw draw = small ? Initialization.Default : Initialization.SmallNormal;
        classifier = Child("classifier", new Sequential(
            new Linear(512 * pooledSide * pooledSide, units, draw: draw),
            new Relu(),
            new Dropout(),
            new Linear(units, units, draw: draw),
            new Relu(),
            new Dropout(),
            new Linear(units, classes, draw: draw)));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized; both sides 32 or more.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Pooled(x)];                  // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => classifier.ApplyAllButLast(Pooled(x));          // (N, 4096); small: (N, 512)

    private Tensor Pooled(Tensor x)
    {
        x = features[x];                                            // (N, 512, H/32, W/32)
        return x.AdaptiveAvgPool(pooledSide, pooledSide).Flatten(); // (N, 512 * 7 * 7); small: (N, 512)
    }

    private static IEnumerable<Module> Features(int channels, int[] convolutions, bool batchNorm)
    {
        for (int stage = 0; stage < convolutions.Length; stage++)
        {
            int features = Math.Min(64 << stage, 512);
            for (int i = 0; i < convolutions[stage]; i++)
            {
                yield return new Conv2d(channels, features, kernelSize: 3, padding: 1, draw: Initialization.HeFanOut);
                if (batchNorm)
                    yield return new BatchNorm2d(features);
                yield return new Relu();
                channels = features;
            }

            yield return new MaxPool2d(2);
        }
    }
}
