namespace Mekiki.Optimizers;

/// <summary>Layer-wise adaptive rate scaling: stochastic gradient descent for large batches, in which each weight tensor's step is in proportion to its length.</summary>
/// <remarks>
/// λ = trust · ‖p‖ / (‖g‖ + weightDecay · ‖p‖); b = momentum · b + learningRate · λ · (g + weightDecay · p); p -= b.
/// You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks", 2017, arXiv:1708.03888, algorithm 1.
/// Differs from the paper: biases and the scales of norms, which have one dimension, have λ = 1 and no decay; so do weights whose length or gradient is 0.
/// </remarks>
/// <example>
/// <code>
/// var lars = new Lars(net, new() { LearningRate = 5, WeightDecay = 5e-4 });
/// lars.ZeroGrad();
/// loss.Backward();
/// lars.Step();
/// </code>
/// </example>
public sealed class Lars : Optimizer
{
    private const string Buffer = "momentum_buffer";

    private readonly LarsOptions options;

    /// <summary>Trains all parameters of a model.</summary>
    /// <exception cref="ArgumentException">The model has no parameters.</exception>
    public Lars(Module model, LarsOptions? options = null) : this(model, [], options)
    {
    }

    /// <summary>Trains all parameters of a model, of which those in groups have a learning rate or a weight decay of their own.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="groups">Some or all of its parameters, each in one group at most.</param>
    /// <param name="options">The numbers of parameters whose group has none of its own.</param>
    /// <exception cref="ArgumentException">The model has no parameters, one is in two groups or not in the model, or a group has a learning rate of its own and the options have 0.</exception>
    public Lars(Module model, IEnumerable<ParameterGroup> groups, LarsOptions? options = null)
        : base(model, groups, (options ??= new()).LearningRate, options.WeightDecay, Buffer) => this.options = options;

    /// <inheritdoc/>
    protected override void Update(ParameterStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var (p, g) = (step.Parameter, step.Gradient);
        double rate = step.LearningRate, decay = 0;
        if (p.Shape.Rank > 1)
        {
            decay = step.WeightDecay;
            double weights = Math.Sqrt(p.Backend.SquareSum(p.Data)), gradient = Math.Sqrt(g.Backend.SquareSum(g.Data));
            if (weights > 0 && gradient > 0)
                rate *= options.Trust * weights / (gradient + decay * weights);
        }

        var direction = decay > 0 ? g + p * (float)decay : g;
        step[Buffer].CopyFrom(step[Buffer] * (float)options.Momentum + direction * (float)rate);
        p.CopyFrom(p - step[Buffer]);
    }
}

/// <summary>How <see cref="Lars"/> goes.</summary>
/// <example>
/// <code>
/// var lars = new Lars(net, new LarsOptions { LearningRate = 5, Momentum = 0.9, WeightDecay = 5e-4 });
/// </code>
/// </example>
public sealed record LarsOptions
{
    /// <summary>How far a step goes, 0 or more; of each weight tensor times its own λ.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double LearningRate { get; init => field = Ranges.NotNegative(value, "Learning rate"); } = 5;

    /// <summary>Share of its last direction that a step keeps, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public double Momentum { get; init => field = Ranges.Share(value, "Momentum"); } = 0.9;

    /// <summary>The paper's η: how large a step is beside the weights, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double Trust { get; init => field = Ranges.Positive(value, "Trust"); } = 0.001;

    /// <summary>Share of each weight that is added to its gradient, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double WeightDecay { get; init => field = Ranges.NotNegative(value, "Weight decay"); }
}
