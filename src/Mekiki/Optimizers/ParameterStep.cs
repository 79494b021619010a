namespace Mekiki.Optimizers;

/// <summary>What an optimizer of one's own is given at a step for one parameter; see <see cref="Optimizer.Update"/>.</summary>
public sealed class ParameterStep
{
    private readonly string[] names;
    private readonly Tensor[] state;
    private readonly string owner;

    internal ParameterStep(string owner, string name, Tensor parameter, Tensor gradient, string[] names, Tensor[] state) =>
        (this.owner, Name, Parameter, Gradient, this.names, this.state) = (owner, name, parameter, gradient, names, state);

    /// <summary>The parameter's name in the saved state.</summary>
    public string Name { get; }

    /// <summary>The parameter, any shape. Overwrite it: <c>step.Parameter.CopyFrom(step.Parameter - step.Gradient * rate)</c>.</summary>
    public Tensor Parameter { get; }

    /// <summary>Its gradient, of the same shape; not to be overwritten.</summary>
    public Tensor Gradient { get; }

    /// <summary>How often this parameter was updated, this time included: 1, 2, 3, ….</summary>
    public long Count { get; internal init; }

    /// <summary>The learning rate of the parameter's group, now.</summary>
    public double LearningRate { get; internal init; }

    /// <summary>The weight decay of the parameter's group.</summary>
    public double WeightDecay { get; internal init; }

    /// <summary>What the optimizer remembers of this parameter under a name that its constructor announced: of the parameter's shape, 0 at first. Overwrite it by <see cref="Tensor.CopyFrom(Tensor)"/>.</summary>
    /// <exception cref="ArgumentException">The constructor announced no such name.</exception>
    public Tensor this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            int at = Array.IndexOf(names, name);
            return at >= 0
                ? state[at]
                : throw new ArgumentException($"{owner}: expected one of the states that its constructor names ({string.Join(", ", names)}), got '{name}'. Name it there.", nameof(name));
        }
    }
}
