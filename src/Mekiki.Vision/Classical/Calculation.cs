using Mekiki.Autograd;

namespace Mekiki.Vision.Classical;

/// <summary>A calculation on tensors whose results are plain numbers: the tensors that operations make in it are freed at its end, as those of a module's forward pass are.</summary>
internal sealed class Calculation : Module<Action, bool>
{
    private static readonly Calculation instance = new();

    private Calculation() => Eval();

    /// <summary>Runs <paramref name="body"/> without recording. What it keeps must not be the result of an operation on tensors, but numbers copied from it.</summary>
    public static void Run(Action body)
    {
        using var pause = Gradients.Off();
        _ = instance[body];
    }

    /// <inheritdoc/>
    public override bool Forward(Action body)
    {
        body();
        return true;
    }
}
