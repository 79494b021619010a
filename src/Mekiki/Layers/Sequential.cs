using System.Globalization;

namespace Mekiki.Layers;

/// <summary>Modules one after another, named 0, 1, 2, … as in PyTorch.</summary>
/// <example>
/// <code>
/// var network = new Sequential(new Flatten(), new Linear(48 * 48, 128), new Relu(), new Linear(128, 10));
/// var logits = network[x];        // (N, 1, 48, 48) -> (N, 10)
/// </code>
/// </example>
public sealed class Sequential : Module
{
    /// <summary>Creates the chain.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        for (int i = 0; i < modules.Length; i++)
            Child(i.ToString(CultureInfo.InvariantCulture), modules[i]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        foreach (var (_, module) in Children)
            x = module[x];
        return x;
    }
}
