using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>The network that began the deep years: five convolutions and three linear layers.</summary>
/// <remarks>
/// Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, arXiv:1404.5997, the one-tower
/// form of Krizhevsky, Sutskever, Hinton 2012. Differs from the paper: images of any size are averaged to 6x6 before the
/// linear layers, dropout stands before each of the first two (both as torchvision does it). The small form is ours: its
/// first convolution has 5x5 pixels and a stride of 2 instead of 11x11 and 4, and its linear layers have 512 units on 2x2
/// pixels instead of 4096 on 6x6; its first weights are after He et al. 2015.
/// </remarks>
internal sealed class AlexNet : Module, IHasFeatures
{
    private readonly Sequential features;
    private readonly Sequential classifier;
    private readonly int pooledSide;

    /// <summary>Creates the network.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="small">Whether it is the form for small pictures.</param>
    public AlexNet(int channels, int classes, bool small = false)
    {
        pooledSide = small ? 2 : 6;
        int units = small ? 512 : 4096;
        // The original's first weights let the values shrink from layer to layer; with few images that costs the first epochs.
        WeightDraw? draw = small ? Initialization.HeFanOut : null;
        features = Child("features", new Sequential(
            small ? new Conv2d(channels, 64, kernelSize: 5, stride: 2, padding: 2, draw: draw) : new Conv2d(channels, 64, kernelSize: 11, stride: 4, padding: 2),
            new Relu(),
            new MaxPool2d(3, stride: 2),
            new Conv2d(64, 192, kernelSize: 5, padding: 2, draw: draw),
            new Relu(),
            new MaxPool2d(3, stride: 2),
            new Conv2d(192, 384, kernelSize: 3, padding: 1, draw: draw),
            new Relu(),
            new Conv2d(384, 256, kernelSize: 3, padding: 1, draw: draw),
            new Relu(),
            new Conv2d(256, 256, kernelSize: 3, padding: 1, draw: draw),
            new Relu(),
            new MaxPool2d(3, stride: 2)));
        classifier = Child("classifier", new Sequential(
            new Dropout(),
            new Linear(256 * pooledSide * pooledSide, units, draw: draw),
            new Relu(),
            new Dropout(),
            new Linear(units, units, draw: draw),
            new Relu(),
            new Linear(units, classes)));
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized; both sides 63 or more, 224 in the paper; 29 or more in the small form.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => classifier[Pooled(x)];                  // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => classifier.ApplyAllButLast(Pooled(x));          // (N, 4096); small: (N, 512)

    private Tensor Pooled(Tensor x)
    {
        x = features[x];                                            // (N, 256, 6, 6) for 224x224; small: (N, 256, 2, 2) for 48x48
        return x.AdaptiveAvgPool(pooledSide, pooledSide).Flatten();
    }
}
