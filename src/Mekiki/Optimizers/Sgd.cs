using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Stochastic gradient descent, with momentum when wanted.</summary>
/// <remarks>
/// g += weightDecay · p; b = momentum · b + g; p -= learningRate · b, or with Nesterov's p -= learningRate · (g + momentum · b).
/// Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013.
/// Differs from the paper: the learning rate multiplies b, not g in b, as in PyTorch.
/// </remarks>
public sealed class Sgd : Optimizer
{
    private readonly SgdOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    public Sgd(Module model, SgdOptions? options = null) : this(model.NamedParameters(), options ?? new())
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <exception cref="MekikiException">There are none, or an operation made one.</exception>
    public Sgd(IEnumerable<Tensor> parameters, SgdOptions? options = null) : this(Numbered(parameters), options ?? new())
    {
    }

    private Sgd(IEnumerable<(string, Tensor)> parameters, SgdOptions options)
        : base(parameters, options.LearningRate, options.Momentum > 0 ? "momentum_buffer" : null, null) =>
        this.options = options;

    private protected override UpdateRule Rule => new(UpdateKind.Sgd) { Decay = (float)options.WeightDecay, First = (float)options.Momentum, Nesterov = options.Nesterov };
}

/// <summary>How <see cref="Sgd"/> goes.</summary>
public sealed record SgdOptions
{
    /// <summary>How far a step goes, 0 or more.</summary>
    public double LearningRate { get; init => field = Ranges.NotNegative(value, "Learning rate"); } = 0.01;

    /// <summary>Share of its last direction that a step keeps, in [0, 1).</summary>
    public double Momentum { get; init => field = Ranges.Share(value, "Momentum"); }

    /// <summary>Whether a step looks ahead along its direction.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Share of each parameter that is added to its gradient, 0 or more.</summary>
    public double WeightDecay { get; init => field = Ranges.NotNegative(value, "Weight decay"); }
}
