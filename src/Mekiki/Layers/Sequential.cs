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
            keepNothing[i] = KeepsNothing(Child(i.ToString(CultureInfo.InvariantCulture), modules[i]));
    }

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

    /// <summary>Whether a module keeps neither what it takes nor what it returns: the library's own do not.</summary>
    private static bool KeepsNothing(Module module) =>
        module is Sequential chain ? Array.TrueForAll(chain.keepNothing, k => k) : module.GetType() is { IsSealed: true } type && type.Assembly == typeof(Module).Assembly;
}
