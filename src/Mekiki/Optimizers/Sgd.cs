using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Stochastic gradient descent, with momentum when wanted.</summary>
/// <remarks>
/// g += weightDecay · p; b = momentum · b + g; p -= learningRate · b, or with Nesterov's p -= learningRate · (g + momentum · b).
/// Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013.
/// Differs from the paper: the learning rate multiplies b, not g in b, as in PyTorch.
/// </remarks>
/// <example>
/// <code>
/// var sgd = new Sgd(net, new() { LearningRate = 0.1, Momentum = 0.9 });
/// sgd.ZeroGrad();
/// loss.Backward();
/// sgd.Step();
/// </code>
/// </example>
public sealed class Sgd : Optimizer
{
    private readonly SgdOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    /// <exception cref="ArgumentException">The model has no parameters.</exception>
    public Sgd(Module model, SgdOptions? options = null) : this(GroupedParameters.Of(model, []), options ?? new())
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <exception cref="ArgumentException">There are none, or an operation made one.</exception>
    public Sgd(IEnumerable<Tensor> parameters, SgdOptions? options = null) : this(GroupedParameters.Of(parameters), options ?? new())
    {
    }

    /// <summary>Trains all parameters of a model, of which those in groups have a learning rate or a weight decay of their own.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="groups">Some or all of its parameters, each in one group at most.</param>
    /// <param name="options">The numbers of parameters whose group has none of its own.</param>
    /// <exception cref="ArgumentException">The model has no parameters, one is in two groups or not in the model, or a group has a learning rate of its own and the options have 0.</exception>
    public Sgd(Module model, IEnumerable<ParameterGroup> groups, SgdOptions? options = null) : this(GroupedParameters.Of(model, groups), options ?? new())
    {
    }

    /// <summary>Trains the parameters of the given groups; in the saved state they are called 0, 1, 2, ….</summary>
    /// <param name="groups">One or more; each parameter in one of them.</param>
    /// <param name="options">The numbers of groups without their own.</param>
    /// <exception cref="ArgumentException">There is no parameter, one is in two groups, an operation made one, or a group has a learning rate of its own and the options have 0.</exception>
    public Sgd(IEnumerable<ParameterGroup> groups, SgdOptions? options = null) : this(GroupedParameters.Of(groups), options ?? new())
    {
    }

    private Sgd(GroupedParameters parameters, SgdOptions options)
        : base(parameters, options.LearningRate, options.WeightDecay, options.Momentum > 0 ? ["momentum_buffer"] : []) =>
        this.options = options;

    private protected override UpdateRule? RuleOf(double learningRate, double weightDecay) => new UpdateRule(UpdateKind.Sgd) { Decay = (float)weightDecay, First = (float)options.Momentum, Nesterov = options.Nesterov };
}

/// <summary>How <see cref="Sgd"/> goes.</summary>
/// <example>
/// <code>
/// var sgd = new Sgd(net, new SgdOptions { LearningRate = 0.1, Momentum = 0.9, Nesterov = true, WeightDecay = 5e-4 });
/// </code>
/// </example>
public sealed record SgdOptions
{
    /// <summary>How far a step goes, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double LearningRate { get; init => field = Ranges.NotNegative(value, "Learning rate"); } = 0.01;

    /// <summary>Share of its last direction that a step keeps, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public double Momentum { get; init => field = Ranges.Share(value, "Momentum"); }

    /// <summary>Whether a step looks ahead along its direction.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Share of each parameter that is added to its gradient, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double WeightDecay { get; init => field = Ranges.NotNegative(value, "Weight decay"); }
}
