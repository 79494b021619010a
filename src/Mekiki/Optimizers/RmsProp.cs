using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>RMSprop: gradients divided by the root of their running mean square.</summary>
/// <remarks>
/// g += weightDecay · p; v = α v + (1 - α) g²; b = momentum · b + g / (√v + ε); p -= learningRate · b.
/// Tieleman, Hinton, "Neural Networks for Machine Learning", Coursera 2012, lecture 6.5. Differs: momentum and weight decay, as in PyTorch.
/// </remarks>
/// <example>
/// <code>
/// var rmsProp = new RmsProp(net, new() { LearningRate = 0.001, Momentum = 0.9 });
/// rmsProp.ZeroGrad();
/// loss.Backward();
/// rmsProp.Step();
/// </code>
/// </example>
public sealed class RmsProp : Optimizer
{
    private readonly RmsPropOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    /// <exception cref="ArgumentException">The model has no parameters.</exception>
    public RmsProp(Module model, RmsPropOptions? options = null) : this(GroupedParameters.Of(model, []), options ?? new())
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <exception cref="ArgumentException">There are none, or an operation made one.</exception>
    public RmsProp(IEnumerable<Tensor> parameters, RmsPropOptions? options = null) : this(GroupedParameters.Of(parameters), options ?? new())
    {
    }

    /// <summary>Trains all parameters of a model, of which those in groups have a learning rate or a weight decay of their own.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="groups">Some or all of its parameters, each in one group at most.</param>
    /// <param name="options">The numbers of parameters whose group has none of its own.</param>
    /// <exception cref="ArgumentException">The model has no parameters, one is in two groups or not in the model, or a group has a learning rate of its own and the options have 0.</exception>
    public RmsProp(Module model, IEnumerable<ParameterGroup> groups, RmsPropOptions? options = null) : this(GroupedParameters.Of(model, groups), options ?? new())
    {
    }

    /// <summary>Trains the parameters of the given groups; in the saved state they are called 0, 1, 2, ….</summary>
    /// <param name="groups">One or more; each parameter in one of them.</param>
    /// <param name="options">The numbers of groups without their own.</param>
    /// <exception cref="ArgumentException">There is no parameter, one is in two groups, an operation made one, or a group has a learning rate of its own and the options have 0.</exception>
    public RmsProp(IEnumerable<ParameterGroup> groups, RmsPropOptions? options = null) : this(GroupedParameters.Of(groups), options ?? new())
    {
    }

    private RmsProp(GroupedParameters parameters, RmsPropOptions options)
        : base(parameters, options.LearningRate, options.WeightDecay, options.Momentum > 0 ? ["square_avg", "momentum_buffer"] : ["square_avg"]) =>
        this.options = options;

    private protected override UpdateRule? RuleOf(double learningRate, double weightDecay) => new UpdateRule(UpdateKind.RmsProp)
    {
        Decay = (float)weightDecay,
        First = (float)options.Alpha,
        FirstRest = (float)(1 - options.Alpha),
        Second = (float)options.Momentum,
        Epsilon = (float)options.Epsilon,
    };
}

/// <summary>How <see cref="RmsProp"/> goes.</summary>
/// <example>
/// <code>
/// var rmsProp = new RmsProp(net, new RmsPropOptions { LearningRate = 0.001, Alpha = 0.9 });
/// </code>
/// </example>
public sealed record RmsPropOptions
{
    /// <summary>How far a step goes, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double LearningRate { get; init => field = Ranges.NotNegative(value, "Learning rate"); } = 0.01;

    /// <summary>How much of the squared gradients' running mean is kept at each step, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public double Alpha { get; init => field = Ranges.Share(value, "Alpha"); } = 0.99;

    /// <summary>ε, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double Epsilon { get; init => field = Ranges.Positive(value, "Epsilon"); } = 1e-8;

    /// <summary>Share of its last direction that a step keeps, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public double Momentum { get; init => field = Ranges.Share(value, "Momentum"); }

    /// <summary>Share of each parameter that is added to its gradient, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double WeightDecay { get; init => field = Ranges.NotNegative(value, "Weight decay"); }
}
