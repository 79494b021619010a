namespace Mekiki.Layers;

/// <summary>What it is given, unchanged: a place where nothing is to be done.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x;
    }
}
