using Mekiki.Vision.Models;

namespace Mekiki.Vision.Training;

/// <summary>How a network is trained. All of it is saved with the run.</summary>
public sealed record TrainOptions
{
    /// <summary>The network's name in <see cref="Catalogue"/>.</summary>
    public string Model { get; init => field = Catalogue.Find(value).Name; } = "cnn";

    /// <summary>How often every image is trained on, 1 or more.</summary>
    public int Epochs { get; init => field = AtLeastOne(value, "--epochs"); } = 1;

    /// <summary>Images in a batch, 1 or more; 32 as in the chapter.</summary>
    public int BatchSize { get; init => field = AtLeastOne(value, "--batch"); } = 32;

    /// <summary>How far a step goes at most, above 0.</summary>
    public double LearningRate
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new MekikiException(FormattableString.Invariant($"--lr: expected a number above 0, got {value}."));
    }
    = 1e-3;

    /// <summary>How the learning rate changes: a name in <see cref="NamedSchedule"/>.</summary>
    public string Schedule { get; init => field = NamedSchedule.Find(value).Name; } = "decay";

    /// <summary>Random changes of the training images: a name in <see cref="Transforms.Augmentation"/>.</summary>
    public string Augmentation { get; init => field = Transforms.Augmentation.Find(value).Name; } = "train";

    /// <summary>Seed of the first weights, the order of the images and their random changes.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads prepare images; 0: one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init => field = value >= 0 ? value : throw new MekikiException($"--threads: expected 1 or more, got {value}."); }

    private static int AtLeastOne(int value, string name) => value >= 1 ? value : throw new MekikiException($"{name}: expected 1 or more, got {value}.");
}
