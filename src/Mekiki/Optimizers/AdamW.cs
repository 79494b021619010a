using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Adam with weight decay beside the gradient instead of in it.</summary>
/// <remarks>
/// p -= learningRate · weightDecay · p, then <see cref="Adam"/> without decay.
/// Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019, arXiv:1711.05101, algorithm 2.
/// Differs from the paper: the decay is multiplied by the learning rate, as in PyTorch.
/// </remarks>
/// <example>
/// <code>
/// var adamW = new AdamW(net, new() { LearningRate = 0.001, WeightDecay = 0.05 });
/// adamW.ZeroGrad();
/// loss.Backward();
/// adamW.Step();
/// </code>
/// </example>
public sealed class AdamW : Optimizer
{
    private readonly AdamWOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    /// <exception cref="ArgumentException">The model has no parameters.</exception>
    public AdamW(Module model, AdamWOptions? options = null) : this(GroupedParameters.Of(model, []), options ?? new())
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <exception cref="ArgumentException">There are none, or an operation made one.</exception>
    public AdamW(IEnumerable<Tensor> parameters, AdamWOptions? options = null) : this(GroupedParameters.Of(parameters), options ?? new())
    {
    }

    /// <summary>Trains all parameters of a model, of which those in groups have a learning rate or a weight decay of their own.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="groups">Some or all of its parameters, each in one group at most.</param>
    /// <param name="options">The numbers of parameters whose group has none of its own.</param>
    /// <exception cref="ArgumentException">The model has no parameters, one is in two groups or not in the model, or a group has a learning rate of its own and the options have 0.</exception>
    public AdamW(Module model, IEnumerable<ParameterGroup> groups, AdamWOptions? options = null) : this(GroupedParameters.Of(model, groups), options ?? new())
    {
    }

    /// <summary>Trains the parameters of the given groups; in the saved state they are called 0, 1, 2, ….</summary>
    /// <param name="groups">One or more; each parameter in one of them.</param>
    /// <param name="options">The numbers of groups without their own.</param>
    /// <exception cref="ArgumentException">There is no parameter, one is in two groups, an operation made one, or a group has a learning rate of its own and the options have 0.</exception>
    public AdamW(IEnumerable<ParameterGroup> groups, AdamWOptions? options = null) : this(GroupedParameters.Of(groups), options ?? new())
    {
    }

    private AdamW(GroupedParameters parameters, AdamWOptions options) : base(parameters, options.LearningRate, options.WeightDecay, "exp_avg", "exp_avg_sq") =>
        this.options = options;

    private protected override UpdateRule? RuleOf(double learningRate, double weightDecay) => options.Rule() with { Keep = (float)(1 - learningRate * weightDecay) };

    private protected override (double Rate, double Correction) RateAt(double learningRate, long step) => options.RateAt(learningRate, step);
}

/// <summary>How <see cref="AdamW"/> goes: as <see cref="AdamOptions"/>, with a weight decay of 0.01 when none is given.</summary>
/// <example>
/// <code>
/// var adamW = new AdamW(net, new AdamWOptions { LearningRate = 3e-4, WeightDecay = 0.05 });
/// </code>
/// </example>
public sealed record AdamWOptions : AdamOptions
{
    /// <summary>Creates the defaults.</summary>
    public AdamWOptions() => WeightDecay = 0.01;
}
