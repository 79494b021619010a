using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Row = Mekiki.Vision.Options.OptionRow<Mekiki.Vision.Training.TrainOptions>;

namespace Mekiki.Vision.Training;

/// <summary>How a network is trained. All of it is saved with the run.</summary>
/// <remarks>
/// A property refuses a value outside its range with a <see cref="MekikiException"/>, since people choose options in files and on
/// command lines as often as in code. <see cref="Table"/> holds what is said about each of them: a new option is a property and a row.
/// </remarks>
/// <example>
/// <code>
/// var options = new TrainOptions { Model = "resnet18", Epochs = 5, BatchSize = 64, Schedule = "one-cycle", Augmentation = "small" };
/// var result = new Trainer(set, split, options).Run(cancellation);
/// </code>
/// </example>
public sealed record TrainOptions
{
    private readonly string? optimizer;
    private readonly double? learningRate, momentum;

    /// <summary>The network's name in <see cref="Catalogue"/>.</summary>
    /// <exception cref="MekikiException">There is no such network.</exception>
    public string Model { get; init => field = Table.Check(value); } = "cnn";

    /// <summary>A model file or a run's folder with the same network, whose weights training begins with; null: they are drawn. With the model <c>pretrained</c> it is any network that has features.</summary>
    /// <exception cref="MekikiException">It is an empty text.</exception>
    public string? From { get; init => field = Table.Check(value); }

    /// <summary>What is learnt at once on the features of the network that training begins with; only with the model <c>pretrained</c>.</summary>
    /// <exception cref="MekikiException">There is no such value.</exception>
    public HeadKind Head { get; init => field = Table.Check(value); }

    /// <summary>How often every image is trained on, 1 or more; with the model <c>pretrained</c> also 0, for its last layer as it is.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Epochs { get; init => field = Table.Check(value); } = 1;

    /// <summary>Images in a batch, 1 or more; 32 as in the chapter.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int BatchSize { get; init => field = Table.Check(value); } = 32;

    /// <summary>What changes the weights: a name in <see cref="NamedOptimizer"/>; unless given, the model's.</summary>
    /// <exception cref="MekikiException">There is no such optimizer.</exception>
    public string Optimizer { get => optimizer ?? Usual.Optimizer; init => optimizer = Table.Check(value); }

    /// <summary>How far a step goes at most, more than 0; unless given, the model's, or what is usual for another <see cref="Optimizer"/>.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double LearningRate
    {
        get => learningRate ?? (IsUsualOptimizer ? Usual.LearningRate : NamedOptimizer.Find(Optimizer).LearningRate);
        init => learningRate = Table.Check(value);
    }

    /// <summary>Share of its last direction that a step keeps, in [0, 1); unless given, the model's, or what is usual for the <see cref="Optimizer"/>. Null: the optimizer takes none.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double? Momentum
    {
        get => momentum ?? (IsUsualOptimizer ? Usual.Momentum : null) ?? NamedOptimizer.Find(Optimizer).Momentum;
        init => momentum = Table.Check(value);
    }

    /// <summary>Whether the learning rate is multiplied by the images of a step (<see cref="ImagesPerStep"/>) over 32, after a warm-up of five epochs, or a fifth of all steps if that is less.</summary>
    /// <remarks>Goyal et al., "Accurate, Large Minibatch SGD", 2017, arXiv:1706.02677, sections 2.1 and 2.2.</remarks>
    public bool ScaleRate { get; init; }

    /// <summary>How the learning rate changes: a name in <see cref="NamedSchedule"/>.</summary>
    /// <exception cref="MekikiException">There is no such schedule.</exception>
    public string Schedule { get; init => field = Table.Check(value); } = "decay";

    /// <summary>Random changes of the training images: a name in <see cref="Transforms.Augmentation"/>.</summary>
    /// <exception cref="MekikiException">There is no such augmentation.</exception>
    public string Augmentation { get; init => field = Table.Check(value); } = "train";

    /// <summary>Share of each target that is spread over all classes, in [0, 1); see <see cref="CrossEntropy"/>.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double LabelSmoothing { get; init => field = Table.Check(value); }

    /// <summary>What a step takes off the weights, times the learning rate, 0 or more; see <see cref="Optimizers.WeightDecay"/>.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double WeightDecay { get; init => field = Table.Check(value); }

    /// <summary>How much of the weights' moving average a step keeps, in [0, 1); the average is what is tested and kept. 0: none; see <see cref="Optimizers.WeightAverage"/>.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double Ema { get; init => field = Table.Check(value); }

    /// <summary>Images are mixed in pairs by shares from Beta(this, this), 0 or more; 0: none. 0.2 mixes little, 1 evenly.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double Mixup { get; init => field = Table.Check(value); }

    /// <summary>A rectangle of another image is pasted into each, with a share of the area from Beta(this, this), 0 or more; 0: none. The paper's is 1. With <see cref="Mixup"/> each step takes one of both, drawn evenly.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double CutMix { get; init => field = Table.Check(value); }

    /// <summary>The most that the gradients' length may be, 0 or more; 0: any. See <see cref="Optimizers.GradientNorm"/>.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double Clip { get; init => field = Table.Check(value); }

    /// <summary>Batches whose gradients are added up for one step, 1 or more.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Accumulate { get; init => field = Table.Check(value); } = 1;

    /// <summary>Parts into which each batch is cut, 1 or more: each has batch-norm statistics of its own, and their gradients are summed in a fixed order. The weights depend on it, and not on how many processes take the parts; see <see cref="TrainerParts.Ranks"/>.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Parts { get; init => field = Table.Check(value); } = 1;

    /// <summary>Megabytes of gradients that several processes send at once, 0 or more, while those of earlier layers are computed; 0: all when they are there. The result does not depend on it.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double BucketMegabytes { get; init => field = Table.Check(value); } = 5;

    /// <summary>The first layer's learning rate as a share of the last's, in (0, 1]; between them it grows evenly in its logarithm. What a trained network knows of edges and colours changes less than what it knows of classes.</summary>
    /// <remarks>Howard, Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018, arXiv:1801.06146, section 3.2.</remarks>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double FirstLayerRate { get; init => field = Table.Check(value); } = 1;

    /// <summary>The share of the layers, from the images on, whose weights stay as they are, in [0, 1); or, from 1 on, how many layers: convolutions, linear layers and what else has weights of two dimensions or more, with what stands before the next.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double Freeze { get; init => field = Table.Check(value); }

    /// <summary>Epochs over which layers join the training, from the last on: in the first the last layer alone learns, and from the one after them all do. 0: all learn from the beginning.</summary>
    /// <remarks>Howard, Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018, arXiv:1801.06146, section 3.3; of networks with many layers, some join at once.</remarks>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Unfreeze { get; init => field = Table.Check(value); }

    /// <summary>Height and width of the images that train, as a share of those that are recognized, in (0, 1]. Smaller ones take less time, and what random crops enlarge looks as large as in a test: tests on larger images than those of the training can be the better ones.</summary>
    /// <remarks>Touvron, Vedaldi, Douze, Jégou, "Fixing the train-test resolution discrepancy", 2019, arXiv:1906.06423, section 3.</remarks>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double TrainScale { get; init => field = Table.Check(value); } = 1;

    /// <summary>Whether batch norms keep the means and deviations that they have, as a network that has seen many more images should.</summary>
    public bool FreezeNorms { get; init; }

    /// <summary>What is done for rare classes.</summary>
    /// <exception cref="MekikiException">There is no such value.</exception>
    public Balance Balance { get; init => field = Table.Check(value); }

    /// <summary>Training ends after this many epochs without a better one on the validation set, 1 or more; null: never early.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int? Patience { get; init => field = Table.Check(value); }

    /// <summary>Steps after which training ends, be it within the last epoch, 1 or more; null: every epoch is whole.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public long? Steps { get; init => field = Table.Check(value); }

    /// <summary>Pixels by which images are shifted in four directions when they are recognized, beside as they are, 0 to 16; the model file keeps it. 0: none.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Shift { get; init => field = Table.Check(value); }

    /// <summary>Whether the test part is tried after the last epoch alone. With a validation part it is so always.</summary>
    public bool TestOnce { get; init; }

    /// <summary>Seconds of training after which it ends, whatever is left, more than 0; null: none. What a time budget needs if the machine becomes slower than it was.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public double? MostSeconds { get; init => field = Table.Check(value); }

    /// <summary>Images of one step: a batch, or several whose gradients are added up.</summary>
    /// <exception cref="MekikiException">They are more than an array can hold.</exception>
    public int ImagesPerStep() => (long)BatchSize * Accumulate <= int.MaxValue
        ? BatchSize * Accumulate
        : throw Wording.Exception($"{TermOf(nameof(BatchSize))} and {TermOf(nameof(Accumulate))}: expected at most {int.MaxValue:N0} images for a step, got {(long)BatchSize * Accumulate:N0}. Lower one of them.");

    /// <summary>Parts of one step: those of a batch, or of several whose gradients are added up.</summary>
    internal int PartsPerStep() => (int)Math.Min(int.MaxValue, (long)Parts * Accumulate);

    /// <summary>Seed of the first weights, the order of the images and their random changes.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many threads prepare images, 0 to 1,024; 0: one for each processor. The result does not depend on it.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Threads { get; init => field = Table.Check(value); }

    private OptimizerDefaults Usual => Catalogue.Find(Model).Optimizer;

    private bool IsUsualOptimizer => optimizer is null || optimizer == Usual.Optimizer;

    private TrainOptions OfModel => new() { Model = Model };

    private TrainOptions OfModelAndOptimizer => new() { Model = Model, Optimizer = Optimizer };

    /// <summary>What is said about each option, in the order of the help: its names, what it does, its range and its default.</summary>
    public static OptionTable<TrainOptions> Table { get; } = new(
    [
        Row.Text("model", nameof(Model), "MODEL", "The network; `mekiki models` lists all", "a name", o => o.Model, (o, v) => o with { Model = v }, v => Catalogue.Find(v).Name)
            with { Names = () => Catalogue.All.Select(m => new OptionName(m.Name, m.Description)) },
        .. NeedingSteps(
            Row.Text("from", nameof(From), "MODEL", "Model file or run of the same network, such as one trained on kana, with whose weights training begins; with --preset photo any model, also an ONNX file", "a model file or a run's folder", o => o.From, (o, v) => o with { From = v })
                with { Otherwise = "weights are drawn" },
            Row.Choice("head", nameof(Head), "KIND", "With --preset photo: what is learnt at once on the network's features. logistic: logistic regression; svm: linear support vector machines; knn: the nearest training images vote, without fine-tuning. Cross-validation chooses the regularization, C or the number of neighbours", [("logistic", HeadKind.Logistic), ("knn", HeadKind.Neighbours), ("svm", HeadKind.Svm)], o => o.Head, (o, v) => o with { Head = v }),
            Row.Number("epochs", nameof(Epochs), "How often every image is trained on; 0, with --preset photo alone: the last layer is learnt, and no more", OptionRange.AtLeast(0), o => o.Epochs, (o, v) => o with { Epochs = v }),
            Row.Number("batch", nameof(BatchSize), "Images in a batch", OptionRange.AtLeast(1), o => o.BatchSize, (o, v) => o with { BatchSize = v }),
            Row.Text("optimizer", nameof(Optimizer), "NAME", "What changes the weights", "a name", o => o.Optimizer, (o, v) => o with { Optimizer = v }, v => NamedOptimizer.Find(v).Name, NamedOptimizer.Names)
                with { Names = () => NamedOptimizer.All.Select(n => new OptionName(n.Name)), Beside = o => o.OfModel, Otherwise = "the model's own, mostly adam" },
            Row.Number("lr", nameof(LearningRate), "Learning rate: how far a step goes at most", OptionRange.MoreThan(0.0), o => o.LearningRate, (o, v) => o with { LearningRate = v })
                with { Beside = o => o.OfModelAndOptimizer, Otherwise = "the model's own, mostly 0.001, or what is usual for the optimizer" },
            Row.Switch("scale-lr", nameof(ScaleRate), "Multiply the learning rate by the images of a step over 32, after a warm-up (the linear rule for large batches)", o => o.ScaleRate, (o, v) => o with { ScaleRate = v }),
            Row.Number("momentum", nameof(Momentum), "Share of its last direction that a step of sgd, rmsprop or lars keeps", OptionRange.Share, o => o.Momentum, (o, v) => o with { Momentum = v })
                with { Beside = o => o.OfModelAndOptimizer, Otherwise = "the model's own, or what is usual for the optimizer" },
            Row.Text("schedule", nameof(Schedule), "NAME", $"How the learning rate changes. {string.Join("; ", NamedSchedule.All.Select(n => $"{n.Name}: {n.Description}"))}", "a name", o => o.Schedule, (o, v) => o with { Schedule = v }, v => NamedSchedule.Find(v).Name)
                with { Names = () => NamedSchedule.All.Select(n => new OptionName(n.Name, n.Description)) },
            Row.Text("augment", nameof(Augmentation), "NAME[+NAME]", $"Random changes of training images, several joined by +. {string.Join("; ", Transforms.Augmentation.All.Select(a => $"{a.Name}: {a.Description}"))}", "a name", o => o.Augmentation, (o, v) => o with { Augmentation = v }, v => Transforms.Augmentation.Find(v).Name)
                with { Names = () => Transforms.Augmentation.All.Select(a => new OptionName(a.Name, a.Description)) },
            Row.Number("label-smoothing", nameof(LabelSmoothing), "Share of each target that is spread over all classes", OptionRange.Share, o => o.LabelSmoothing, (o, v) => o with { LabelSmoothing = v }),
            Row.Number("weight-decay", nameof(WeightDecay), "Share of each weight that a step subtracts, times the learning rate; it does not touch biases and norms", OptionRange.AtLeast(0.0), o => o.WeightDecay, (o, v) => o with { WeightDecay = v }),
            Row.Number("ema", nameof(Ema), "Share of the weights' moving average that a step keeps, such as 0.999; the average is tested and kept. 0: no average", OptionRange.Share, o => o.Ema, (o, v) => o with { Ema = v }),
            Row.Number("mixup", nameof(Mixup), "Images are mixed in pairs, by shares from Beta(X, X): 0.2 mixes little, 1 evenly; 0: not at all", OptionRange.AtLeast(0.0), o => o.Mixup, (o, v) => o with { Mixup = v }),
            Row.Number("cutmix", nameof(CutMix), "Into each image a rectangle of another is pasted, whose share of the area is from Beta(X, X), such as 1; 0: none. Beside --mixup each step takes one of both; for photographs", OptionRange.AtLeast(0.0), o => o.CutMix, (o, v) => o with { CutMix = v }),
            Row.Number("clip", nameof(Clip), "Largest norm of all gradients together; larger ones are scaled down. 0: no limit", OptionRange.AtLeast(0.0), o => o.Clip, (o, v) => o with { Clip = v }),
            Row.Number("first-layer-rate", nameof(FirstLayerRate), "The first layer's learning rate as a share of the last's; from layer to layer it grows evenly in its logarithm. 1: all learn alike", OptionRange.MoreThan(0.0), o => o.FirstLayerRate, (o, v) => o with { FirstLayerRate = v }, only: ("a share of at most 1", v => v <= 1)),
            Row.Number("freeze", nameof(Freeze), "Layers, from the images on, whose weights stay as they are: their share, below 1, or how many", OptionRange.AtLeast(0.0), o => o.Freeze, (o, v) => o with { Freeze = v }, only: ("a share below 1, or a whole number of layers", v => v < 1 || v == Math.Floor(v))),
            Row.Number("unfreeze", nameof(Unfreeze), "Epochs over which layers join the training, from the last on, which alone learns in the first; 0: all learn from the beginning", OptionRange.AtLeast(0), o => o.Unfreeze, (o, v) => o with { Unfreeze = v }),
            Row.Number("train-scale", nameof(TrainScale), "Height and width of the images that train, as a share of those that are recognized: 0.75 takes about half the time", OptionRange.MoreThan(0.0), o => o.TrainScale, (o, v) => o with { TrainScale = v }, only: ("a share of at most 1", v => v <= 1)),
            Row.Switch("freeze-norms", nameof(FreezeNorms), "Batch norms keep the means and deviations that they begin with", o => o.FreezeNorms, (o, v) => o with { FreezeNorms = v }),
            Row.Number("accumulate", nameof(Accumulate), "Batches whose gradients are added up for one step", OptionRange.AtLeast(1), o => o.Accumulate, (o, v) => o with { Accumulate = v }),
            Row.Number("parts", nameof(Parts), "Parts into which a batch is cut; several processes under mpirun share them. The weights depend on it, not on the number of processes", OptionRange.AtLeast(1), o => o.Parts, (o, v) => o with { Parts = v }),
            Row.Number("bucket", nameof(BucketMegabytes), "Megabytes of gradients that several processes send at once, while those of earlier layers are computed; 0: all when they are there. Results do not depend on it", OptionRange.AtLeast(0.0), o => o.BucketMegabytes, (o, v) => o with { BucketMegabytes = v }),
            Row.Choice("balance", nameof(Balance), "WAY", "What is done for rare classes. weights: their images count more in the loss; sampling: every epoch draws equally many images of each class; roots: every epoch draws images of a class by the square root of how many it has", [("none", Balance.None), ("weights", Balance.Weights), ("sampling", Balance.Sampling), ("roots", Balance.Roots)], o => o.Balance, (o, v) => o with { Balance = v }),
            Row.Number("patience", nameof(Patience), "Epochs in a row without a better result on the validation set, after which training ends", OptionRange.AtLeast(1), o => o.Patience, (o, v) => o with { Patience = v })
                with { Otherwise = "all epochs are trained" },
            Row.Number("steps", nameof(Steps), "Steps after which training ends, even within the last epoch", OptionRange.AtLeast(1L), o => o.Steps, (o, v) => o with { Steps = v })
                with { Otherwise = "every epoch is whole" }),
        Row.Number("tta", nameof(Shift), "Pixels by which images are also shifted, in four directions, when they are recognized; the model file keeps it. 0: they are not", OptionRange.Between(0, ShiftedViews.MostPixels), o => o.Shift, (o, v) => o with { Shift = v }),
        Row.Switch("test-once", nameof(TestOnce), "Test only after the last epoch. With a validation set this is always so", o => o.TestOnce, (o, v) => o with { TestOnce = v }),
        Row.Number("time", nameof(MostSeconds), "Seconds of training after which it ends, whatever is left; the command line takes a time, and plans epochs and steps that fit into it", OptionRange.MoreThan(0.0), o => o.MostSeconds, (o, v) => o with { MostSeconds = v })
            with { Otherwise = "all steps are trained" },
        Row.Number("seed", nameof(Seed), "Seed of everything random", OptionRange.AtLeast(0UL), o => o.Seed, (o, v) => o with { Seed = v }),
        Row.Number("threads", nameof(Threads), "Threads that work; results do not depend on it", OptionRange.Between(0, 1024), o => o.Threads, (o, v) => o with { Threads = v })
            with { Otherwise = "0, one for each processor" },
    ]);

    /// <summary>An option in messages about it.</summary>
    internal static Term TermOf(string property) => Table[property].Term;

    private static IEnumerable<Row> NeedingSteps(params IEnumerable<Row> rows) => rows.Select(r => r with { NeedsSteps = true });
}
