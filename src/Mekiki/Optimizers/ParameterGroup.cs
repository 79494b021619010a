namespace Mekiki.Optimizers;

/// <summary>Parameters that an optimizer treats alike: with a learning rate and a weight decay of their own, where these are given.</summary>
/// <remarks>
/// A group's own learning rate follows the optimizer's in proportion, as under PyTorch's schedulers: where the optimizer begins with 0.1
/// and the group with 0.01, the group's is always a tenth of <see cref="Optimizer.LearningRate"/>.
/// </remarks>
/// <example>
/// <code>
/// var (body, head) = (new ParameterGroup(net.Children[0].Module) { LearningRate = 1e-4 }, new ParameterGroup(net.Children[1].Module));
/// var sgd = new Sgd([body, head], new() { LearningRate = 1e-2 });
/// </code>
/// </example>
public sealed class ParameterGroup
{
    private readonly Tensor[] parameters;

    /// <summary>A group of tensors.</summary>
    /// <param name="parameters">One or more.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public ParameterGroup(IEnumerable<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        this.parameters = [.. parameters];
        foreach (var tensor in this.parameters)
            ArgumentNullException.ThrowIfNull(tensor, nameof(parameters));
        if (this.parameters.Length == 0)
            throw new ArgumentException("Parameter group: expected one parameter or more, got none. Leave the group out.", nameof(parameters));
    }

    /// <summary>A group of all parameters of a module.</summary>
    /// <param name="module">A network or a part of one.</param>
    /// <exception cref="ArgumentException">It has no parameters.</exception>
    public ParameterGroup(Module module) : this((module ?? throw new ArgumentNullException(nameof(module))).Parameters())
    {
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Tensor> Parameters => parameters;

    /// <summary>The group's learning rate at first, 0 or more; null: the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double? LearningRate { get; init => field = value is { } given ? Ranges.NotNegative(given, "Learning rate") : null; }

    /// <summary>The group's weight decay, 0 or more; null: the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double? WeightDecay { get; init => field = value is { } given ? Ranges.NotNegative(given, "Weight decay") : null; }
}
