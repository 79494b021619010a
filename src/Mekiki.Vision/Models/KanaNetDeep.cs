using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>Experiment: six 3x3 convolutions in three pairs.</summary>
public sealed class KanaNetDeep : Module
{
    private const int Places = 6;
    private readonly Sequential features;
    private readonly Linear fc;
    private readonly int height, width;

    /// <summary>Creates the network.</summary>
    public KanaNetDeep(ImageShape input, int classes, int a, int b, int c)
    {
        (height, width) = (Math.Min(Places, input.Height / 8), Math.Min(Places, input.Width / 8));
        features = Child("features", new Sequential(
            Convolution(input.Channels, a), new BatchNorm2d(a), new Relu(), Convolution(a, a), new BatchNorm2d(a), new Relu(), new MaxPool2d(2),
            Convolution(a, b), new BatchNorm2d(b), new Relu(), Convolution(b, b), new BatchNorm2d(b), new Relu(), new MaxPool2d(2),
            Convolution(b, c), new BatchNorm2d(c), new Relu(), Convolution(c, c), new BatchNorm2d(c), new Relu(), new MaxPool2d(2)));
        fc = Child("fc", new Linear(c * height * width, classes));
    }

    /// <param name="x">Images.</param>
    public override Tensor Forward(Tensor x)
    {
        x = features[x];
        if (x.Shape[2] > Places || x.Shape[3] > Places)
            x = x.AdaptiveAvgPool(height, width);
        return fc[x.Flatten()];
    }

    private static Conv2d Convolution(int channels, int features) => new(channels, features, kernelSize: 3, padding: 1, bias: false, draw: Initialization.HeFanOut);
}
