using Mekiki;
using Mekiki.Layers;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;

namespace OwnNetwork;

/// <summary>Each patch of 8x8 pixels becomes 64 numbers by one linear map, as in a vision transformer's first layer; all of them together choose the class.</summary>
internal sealed class Patches : Module, IHasFeatures
{
    private readonly Linear fc1, fc2;

    public Patches(ImageShape input, int classes)
    {
        Stem = Child("stem", new Conv2d(input.Channels, 64, kernelSize: 8, stride: 8));
        fc1 = Child("fc1", new Linear(64 * (input.Height / 8) * (input.Width / 8), 256));
        fc2 = Child("fc2", new Linear(256, classes));
    }

    public Conv2d Stem { get; }

    public override Tensor Forward(Tensor x) => fc2[Features(x)];   // (N, K)

    public Tensor Features(Tensor x)
    {
        x = Stem[x].Relu();                                         // (N, 64, H/8, W/8)
        return fc1[x.Flatten()].Relu();                             // (N, 256)
    }
}

/// <summary>Random change of a training image: spots of ink.</summary>
internal sealed record Spots(int Most) : PixelTransform
{
    public override bool IsRandom => true;

    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        image.CopyTo(destination);
        for (int spot = generator.NextInt32(Most + 1); spot > 0; spot--)
            destination[generator.NextInt32(destination.Length)] = 0;
    }
}

/// <summary>Prints each epoch, and stops a training after some steps.</summary>
internal sealed class Report(int stopAfter = 0, CancellationTokenSource? stop = null) : ITrainingObserver
{
    private int steps;

    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        if (++steps == stopAfter)
            stop?.Cancel();
    }

    public void OnEpoch(Trainer trainer, EpochResult epoch) =>
        Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:0.000}, test {epoch.TestAccuracy:P1}");
}
