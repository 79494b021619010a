using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Adam: steps of a length that adapts to each parameter's gradients.</summary>
/// <remarks>
/// g += weightDecay · p; m = β₁ m + (1 - β₁) g; v = β₂ v + (1 - β₂) g²; p -= learningRate · m̂ / (√v̂ + ε), m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ).
/// Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015, arXiv:1412.6980, algorithm 1. Differs from the paper: weight decay.
/// </remarks>
/// <example>
/// <code>
/// var adam = new Adam(net, learningRate: 0.001);
/// adam.ZeroGrad();
/// loss.Backward();
/// adam.Step();
/// </code>
/// </example>
public sealed class Adam : Optimizer
{
    private readonly AdamOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    /// <exception cref="ArgumentException">The model has no parameters.</exception>
    public Adam(Module model, AdamOptions? options = null) : this(GroupedParameters.Of(model, []), options ?? new())
    {
    }

    /// <summary>Trains all parameters of a model at a learning rate of 0 or more.</summary>
    /// <exception cref="ArgumentException">The model has no parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not a number.</exception>
    public Adam(Module model, double learningRate) : this(model, new AdamOptions { LearningRate = learningRate })
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <exception cref="ArgumentException">There are none, or an operation made one.</exception>
    public Adam(IEnumerable<Tensor> parameters, AdamOptions? options = null) : this(GroupedParameters.Of(parameters), options ?? new())
    {
    }

    /// <summary>Trains all parameters of a model, of which those in groups have a learning rate or a weight decay of their own.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="groups">Some or all of its parameters, each in one group at most.</param>
    /// <param name="options">The numbers of parameters whose group has none of its own.</param>
    /// <exception cref="ArgumentException">The model has no parameters, one is in two groups or not in the model, or a group has a learning rate of its own and the options have 0.</exception>
    public Adam(Module model, IEnumerable<ParameterGroup> groups, AdamOptions? options = null) : this(GroupedParameters.Of(model, groups), options ?? new())
    {
    }

    /// <summary>Trains the parameters of the given groups; in the saved state they are called 0, 1, 2, ….</summary>
    /// <param name="groups">One or more; each parameter in one of them.</param>
    /// <param name="options">The numbers of groups without their own.</param>
    /// <exception cref="ArgumentException">There is no parameter, one is in two groups, an operation made one, or a group has a learning rate of its own and the options have 0.</exception>
    public Adam(IEnumerable<ParameterGroup> groups, AdamOptions? options = null) : this(GroupedParameters.Of(groups), options ?? new())
    {
    }

    private Adam(GroupedParameters parameters, AdamOptions options) : base(parameters, options.LearningRate, options.WeightDecay, "exp_avg", "exp_avg_sq") =>
        this.options = options;

    private protected override UpdateRule? RuleOf(double learningRate, double weightDecay) => options.Rule() with { Decay = (float)weightDecay };

    private protected override (double Rate, double Correction) RateAt(double learningRate, long step) => options.RateAt(learningRate, step);
}

/// <summary>How <see cref="Adam"/> and <see cref="AdamW"/> go.</summary>
/// <example>
/// <code>
/// var adam = new Adam(net, new AdamOptions { LearningRate = 3e-4, Beta2 = 0.99 });
/// </code>
/// </example>
public record AdamOptions
{
    /// <summary>How far a step goes, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double LearningRate { get; init => field = Ranges.NotNegative(value, "Learning rate"); } = 1e-3;

    /// <summary>How much of the gradients' running mean m is kept at each step, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public double Beta1 { get; init => field = Ranges.Share(value, "Beta1"); } = 0.9;

    /// <summary>How much of the squared gradients' running mean v is kept at each step, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public double Beta2 { get; init => field = Ranges.Share(value, "Beta2"); } = 0.999;

    /// <summary>ε, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double Epsilon { get; init => field = Ranges.Positive(value, "Epsilon"); } = 1e-8;

    /// <summary>Share of each parameter that Adam adds to its gradient; that AdamW takes off, times the learning rate. 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double WeightDecay { get; init => field = Ranges.NotNegative(value, "Weight decay"); }

    internal UpdateRule Rule() => new(UpdateKind.Adam)
    {
        First = (float)Beta1,
        FirstRest = (float)(1 - Beta1),
        Second = (float)Beta2,
        SecondRest = (float)(1 - Beta2),
        Epsilon = (float)Epsilon,
    };

    /// <summary>The corrections for averages that began at 0, at a parameter's step.</summary>
    internal (double Rate, double Correction) RateAt(double learningRate, long step) =>
        (learningRate / (1 - Math.Pow(Beta1, step)), 1 / Math.Sqrt(1 - Math.Pow(Beta2, step)));
}
