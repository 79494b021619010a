using Mekiki.Layers;

namespace Mekiki.Tests;

/// <summary>The chapter's perceptron; the sizes are the test's.</summary>
internal sealed class ChapterMlp : Module
{
    private readonly Linear fc1, fc2, fc3;
    private readonly BatchNorm1d bn1, bn2;

    public ChapterMlp(int inFeatures, int width1, int width2, int classes)
    {
        fc1 = Child("fc1", new Linear(inFeatures, width1));
        bn1 = Child("bn1", new BatchNorm1d(width1));
        fc2 = Child("fc2", new Linear(width1, width2));
        bn2 = Child("bn2", new BatchNorm1d(width2));
        fc3 = Child("fc3", new Linear(width2, classes));
    }

    public override Tensor Forward(Tensor x)
    {
        x = bn1[fc1[x.Flatten()]].Relu();
        x = bn2[fc2[x]].Relu();
        return fc3[x].LogSoftmax(1);
    }
}

/// <summary>The chapter's convolutional network; the sizes are the test's.</summary>
internal sealed class ChapterCnn : Module
{
    private readonly Conv2d conv1, conv2;
    private readonly BatchNorm2d bn1, bn2;
    private readonly Linear fc3;

    public ChapterCnn(int channels, int width1, int width2, int features, int classes)
    {
        conv1 = Child("conv1", new Conv2d(channels, width1, 3, padding: 1));
        bn1 = Child("bn1", new BatchNorm2d(width1));
        conv2 = Child("conv2", new Conv2d(width1, width2, 3, padding: 1));
        bn2 = Child("bn2", new BatchNorm2d(width2));
        fc3 = Child("fc3", new Linear(features, classes));
    }

    public override Tensor Forward(Tensor x)
    {
        x = bn1[conv1[x]].MaxPool(2).Relu();
        x = bn2[conv2[x]].Relu().MaxPool(2);
        return fc3[x.Flatten()].LogSoftmax(1);
    }
}
