using Mekiki.Vision.Models;

namespace Mekiki.Vision.Training;

/// <summary>How a network is trained. All of it is saved with the run.</summary>
public sealed record TrainOptions
{
    private readonly string? optimizer;
    private readonly double? learningRate, momentum;

    /// <summary>The network's name in <see cref="Catalogue"/>.</summary>
    public string Model { get; init => field = Catalogue.Find(value).Name; } = "cnn";

    /// <summary>A model file or a run's folder with the same network, whose weights training begins with; null: they are drawn.</summary>
    public string? From { get; init => field = value is null or { Length: > 0 } ? value : throw new MekikiException("--from: expected a model file or a run's folder, got an empty text."); }

    /// <summary>How often every image is trained on, 1 or more.</summary>
    public int Epochs { get; init => field = AtLeastOne(value, "--epochs"); } = 1;

    /// <summary>Steps after which training ends, be it within the last epoch, 1 or more; null: every epoch is whole.</summary>
    public long? Steps { get; init => field = value is null or >= 1 ? value : throw new MekikiException($"--steps: expected 1 or more, got {value}."); }

    /// <summary>Seconds of training after which it ends, whatever is left, above 0; null: none. What a time budget needs if the machine becomes slower than it was.</summary>
    public double? MostSeconds { get; init => field = value is null or > 0 ? value : throw new MekikiException(FormattableString.Invariant($"--time: expected a time above 0, got {value} seconds.")); }

    /// <summary>Images in a batch, 1 or more; 32 as in the chapter.</summary>
    public int BatchSize { get; init => field = AtLeastOne(value, "--batch"); } = 32;

    /// <summary>What changes the weights: a name in <see cref="NamedOptimizer"/>; unless given, the model's.</summary>
    public string Optimizer { get => optimizer ?? Usual.Optimizer; init => optimizer = NamedOptimizer.Find(value).Name; }

    /// <summary>How far a step goes at most, above 0; unless given, the model's, or what is usual for another <see cref="Optimizer"/>.</summary>
    public double LearningRate
    {
        get => learningRate ?? (IsUsualOptimizer ? Usual.LearningRate : NamedOptimizer.Find(Optimizer).LearningRate);
        init => learningRate = value > 0 && double.IsFinite(value) ? value : throw new MekikiException(FormattableString.Invariant($"--lr: expected a number above 0, got {value}."));
    }

    /// <summary>Share of its last direction that a step keeps, in [0, 1); unless given, the model's, or what is usual for the <see cref="Optimizer"/>. Null: the optimizer takes none.</summary>
    public double? Momentum
    {
        get => momentum ?? (IsUsualOptimizer ? Usual.Momentum : null) ?? NamedOptimizer.Find(Optimizer).Momentum;
        init => momentum = value is null or (>= 0 and < 1) ? value : throw new MekikiException(FormattableString.Invariant($"--momentum: expected a number from 0 to below 1, got {value}."));
    }

    /// <summary>How the learning rate changes: a name in <see cref="NamedSchedule"/>.</summary>
    public string Schedule { get; init => field = NamedSchedule.Find(value).Name; } = "decay";

    /// <summary>Random changes of the training images: a name in <see cref="Transforms.Augmentation"/>.</summary>
    public string Augmentation { get; init => field = Transforms.Augmentation.Find(value).Name; } = "train";

    /// <summary>Share of each target that is spread over all classes, in [0, 1); see <see cref="CrossEntropy"/>.</summary>
    public double LabelSmoothing { get; init => field = Share(value, "--label-smoothing"); }

    /// <summary>What a step takes off the weights, times the learning rate, 0 or more; see <see cref="Optimizers.WeightDecay"/>.</summary>
    public double WeightDecay { get; init => field = NotNegative(value, "--weight-decay"); }

    /// <summary>How much of the weights' moving average a step keeps, in [0, 1); the average is what is tested and kept. 0: none; see <see cref="Optimizers.WeightAverage"/>.</summary>
    public double Ema { get; init => field = Share(value, "--ema"); }

    /// <summary>Images are mixed in pairs by shares from Beta(this, this), 0 or more; 0: none. 0.2 mixes little, 1 evenly.</summary>
    public double Mixup { get; init => field = NotNegative(value, "--mixup"); }

    /// <summary>The most that the gradients' length may be, 0 or more; 0: any. See <see cref="Optimizers.GradientNorm"/>.</summary>
    public double Clip { get; init => field = NotNegative(value, "--clip"); }

    /// <summary>Batches whose gradients are added up for one step, 1 or more.</summary>
    public int Accumulate { get; init => field = AtLeastOne(value, "--accumulate"); } = 1;

    /// <summary>What is done for rare classes.</summary>
    public Balance Balance { get; init; }

    /// <summary>Training ends after this many epochs without a better one on the validation set, 1 or more; null: never early.</summary>
    public int? Patience { get; init => field = value is null ? null : AtLeastOne(value.Value, "--patience"); }

    /// <summary>Pixels by which images are shifted in four directions when they are recognized, beside as they are, 0 to 16; the model file keeps it. 0: none.</summary>
    public int Shift { get; init => field = value is >= 0 and <= Evaluation.ShiftedViews.MostPixels ? value : throw new MekikiException($"--tta: expected 0 to {Evaluation.ShiftedViews.MostPixels} pixels, got {value}."); }

    /// <summary>Whether the test part is tried after the last epoch alone. With a validation part it is so always.</summary>
    public bool TestOnce { get; init; }

    /// <summary>Images of one step: a batch, or several whose gradients are added up.</summary>
    /// <exception cref="MekikiException">They are more than an array can hold.</exception>
    public int ImagesPerStep() => (long)BatchSize * Accumulate <= int.MaxValue
        ? BatchSize * Accumulate
        : throw new MekikiException($"--batch and --accumulate: expected at most {int.MaxValue:N0} images for a step, got {(long)BatchSize * Accumulate:N0}. Lower one of them.");

    /// <summary>Seed of the first weights, the order of the images and their random changes.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads prepare images; 0: one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init => field = value >= 0 ? value : throw new MekikiException($"--threads: expected 0 or more, got {value}."); }

    private OptimizerDefaults Usual => Catalogue.Find(Model).Optimizer;

    private bool IsUsualOptimizer => optimizer is null || optimizer == Usual.Optimizer;

    private static double Share(double value, string name) =>
        value is >= 0 and < 1 ? value : throw new MekikiException(FormattableString.Invariant($"{name}: expected a number from 0 to below 1, got {value}."));

    private static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new MekikiException(FormattableString.Invariant($"{name}: expected a number of 0 or more, got {value}."));

    private static int AtLeastOne(int value, string name) => value >= 1 ? value : throw new MekikiException($"{name}: expected 1 or more, got {value}.");
}
