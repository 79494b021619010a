namespace Mekiki.Autograd;

/// <summary>An operation on tensors, as <see cref="OperationTrace"/> shows it.</summary>
/// <example>
/// <code>
/// using (OperationTrace.Watch(operation => Console.WriteLine($"{operation.Name}: {operation.Inputs.Count} inputs, stride {operation.Setting("stride", 1)}")))
///     _ = net[x];
/// </code>
/// </example>
/// <param name="Name">What was computed: the name of the method of <see cref="Tensor"/>, such as <c>Conv2d</c>, <c>MaxPool</c> or <c>Relu</c>; <c>Add</c>, <c>Subtract</c>, <c>Multiply</c> and <c>Divide</c> for the operators on tensors, <c>Scale</c> for a tensor times a number.</param>
/// <param name="Inputs">The tensors that it was computed from: the images or rows, then the parameters that there are.</param>
/// <param name="Output">The result.</param>
/// <param name="Settings">Its numbers by name, such as <c>stride</c> and <c>padding</c>.</param>
public sealed record TracedOperation(string Name, IReadOnlyList<Tensor> Inputs, Tensor Output, IReadOnlyDictionary<string, double> Settings)
{
    /// <summary>What was computed.</summary>
    public string Name { get; init; } = Name ?? throw new ArgumentNullException(nameof(Name));

    /// <summary>The tensors that it was computed from.</summary>
    public IReadOnlyList<Tensor> Inputs { get; init; } = Inputs ?? throw new ArgumentNullException(nameof(Inputs));

    /// <summary>The result.</summary>
    public Tensor Output { get; init; } = Output ?? throw new ArgumentNullException(nameof(Output));

    /// <summary>Its numbers by name.</summary>
    public IReadOnlyDictionary<string, double> Settings { get; init; } = Settings ?? throw new ArgumentNullException(nameof(Settings));

    /// <summary>A number of <see cref="Settings"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">What it is where the operation does not tell it.</param>
    public double Setting(string name, double otherwise = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Settings.TryGetValue(name, out double value) ? value : otherwise;
    }
}
