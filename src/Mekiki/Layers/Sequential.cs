using System.Globalization;
using Mekiki.Autograd;

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
    private readonly bool[] keepNothing;

    /// <summary>Creates the chain.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        keepNothing = new bool[modules.Length];
        for (int i = 0; i < modules.Length; i++)
            keepNothing[i] = Child(i.ToString(CultureInfo.InvariantCulture), modules[i]).KeepsNothing;
    }

    /// <inheritdoc/>
    public override bool KeepsNothing => Array.TrueForAll(keepNothing, k => k);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        bool isOwn = false;
        for (int i = 0; i < keepNothing.Length; i++)
        {
            var y = Children[i].Module[x];
            // What one part made and the next has read is known to nobody else, unless one of them is a user's, who may keep it.
            if (y == x)
                isOwn &= keepNothing[i];
            else
            {
                if (isOwn && keepNothing[i])
                    ForwardPass.Free(x);
                isOwn = keepNothing[i] && !ForwardPass.IsChanging;
            }

            x = y;
        }

        return x;
    }
}
