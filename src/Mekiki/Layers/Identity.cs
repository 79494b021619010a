namespace Mekiki.Layers;

/// <summary>What it is given, unchanged: a place where nothing is to be done.</summary>
/// <example>
/// <code>
/// var shortcut = channels == 64 ? (Module)new Identity() : new Conv2d(channels, 64, 1, bias: false);
/// </code>
/// </example>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x;
    }
}
