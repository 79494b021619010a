using Mekiki.Optimizers;
using Mekiki.Schedules;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Ranks;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Training;

/// <summary>Parts of a training that are the program's own, each instead of what <see cref="TrainOptions"/> names; null: as the options say.</summary>
/// <remarks>They are code, so no file keeps them: who goes on from a checkpoint gives the same parts again.</remarks>
/// <example>
/// <code>
/// var parts = new TrainerParts
/// {
///     MakeNetwork = (input, classes) => new Sequential(new Flatten(), new Linear(input.Length, classes)),
///     Augmentation = [new RandomAffine(DrawRange.Around(5))],
/// };
/// var trainer = new Trainer(set, split, new TrainOptions { Epochs = 5 }, parts);
/// </code>
/// </example>
public sealed record TrainerParts
{
    /// <summary>Makes the network for the shape (C, H, W) of its input and K classes; called once, or up to three times where averages or a validation part need copies. Its first weights are drawn from the seed.</summary>
    public Func<ImageShape, int, Module>? MakeNetwork { get; init; }

    /// <summary>A network as it is, with the weights that it has; it is trained in place, and holds the weights that are kept when training has ended. Not beside <see cref="MakeNetwork"/>.</summary>
    public Module? Network { get; init; }

    /// <summary>What the model file calls the network; null: the name of its class.</summary>
    public string? NetworkName { get; init; }

    /// <summary>Changes of the training images, instead of <see cref="TrainOptions.Augmentation"/>.</summary>
    public IReadOnlyList<PixelTransform>? Augmentation { get; init; }

    /// <summary>What training minimizes, instead of the cross-entropy and the network's own loss.</summary>
    public LossFunction? Loss { get; init; }

    /// <summary>What changes the weights, instead of <see cref="TrainOptions.Optimizer"/>; its rate is set by the schedule before each step.</summary>
    public Func<Module, Optimizer>? Optimizer { get; init; }

    /// <summary>How the learning rate changes over the given number of steps, instead of <see cref="TrainOptions.Schedule"/>.</summary>
    public Func<long, Schedule>? Schedule { get; init; }

    /// <summary>Parameters of the network with learning rates of their own; a rate of 0 freezes them: they are neither differentiated nor decayed. Not beside <see cref="Optimizer"/>.</summary>
    public Func<Module, IEnumerable<ParameterGroup>>? Groups { get; init; }

    /// <summary>The processes that train the network together, each with this one's options and images; null: this one trains alone.</summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>Figures beside accuracy and loss, which are computed at each test and stand in the model file.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];
}

/// <summary>What training minimizes.</summary>
/// <param name="logits">The network's result, (N, K), float32.</param>
/// <param name="labels">N class indices in [0, K).</param>
/// <returns>A scalar: a mean over the batch, so that batches of any size count alike.</returns>
public delegate Tensor LossFunction(Tensor logits, ReadOnlySpan<long> labels);

/// <summary>A figure that is computed at each test.</summary>
/// <example>
/// <code>
/// var worst = new Metric("worst_class", result => result.Classes.Min(c => c.Accuracy));
/// var trainer = new Trainer(set, split, parts: new TrainerParts { Metrics = [worst] });
/// </code>
/// </example>
/// <param name="Name">What the model file calls it, after <c>test_</c> or <c>validation_</c>; lower case with underscores.</param>
/// <param name="Value">Computes it.</param>
public sealed record Metric(string Name, Func<EvaluationResult, double> Value)
{
    /// <summary>What the model file calls it.</summary>
    public string Name { get; init; } = Name ?? throw new ArgumentNullException(nameof(Name));

    /// <summary>Computes it.</summary>
    public Func<EvaluationResult, double> Value { get; init; } = Value ?? throw new ArgumentNullException(nameof(Value));
}
