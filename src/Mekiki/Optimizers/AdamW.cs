using Mekiki.Backends;

namespace Mekiki.Optimizers;

/// <summary>Adam with weight decay beside the gradient instead of in it.</summary>
/// <remarks>
/// p -= learningRate · weightDecay · p, then <see cref="Adam"/> without decay.
/// Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019, arXiv:1711.05101, algorithm 2.
/// Differs from the paper: the decay is multiplied by the learning rate, as in PyTorch.
/// </remarks>
public sealed class AdamW : Optimizer
{
    private readonly AdamWOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    public AdamW(Module model, AdamWOptions? options = null) : this(model.NamedParameters(), options ?? new())
    {
    }

    /// <summary>Trains the given tensors; in the saved state they are called 0, 1, 2, ….</summary>
    /// <exception cref="MekikiException">There are none, or an operation made one.</exception>
    public AdamW(IEnumerable<Tensor> parameters, AdamWOptions? options = null) : this(Numbered(parameters), options ?? new())
    {
    }

    private AdamW(IEnumerable<(string, Tensor)> parameters, AdamWOptions options) : base(parameters, options.LearningRate, "exp_avg", "exp_avg_sq") =>
        this.options = options;

    private protected override UpdateRule Rule => options.Rule() with { Keep = (float)(1 - LearningRate * options.WeightDecay) };

    private protected override (double Rate, double Correction) RateAt(long step) => options.RateAt(LearningRate, step);
}

/// <summary>How <see cref="AdamW"/> goes: as <see cref="AdamOptions"/>, with a weight decay of 0.01 when none is given.</summary>
public sealed record AdamWOptions : AdamOptions
{
    /// <summary>Creates the defaults.</summary>
    public AdamWOptions() => WeightDecay = 0.01;
}
