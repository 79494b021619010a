using Mekiki.Autograd;

namespace Mekiki.Onnx.Export;

/// <summary>An operation of a traced network.</summary>
/// <param name="Operation">What was computed; its tensors may be freed.</param>
/// <param name="Inputs">Numbers of the values that it takes.</param>
/// <param name="Output">Number of the value that it makes.</param>
internal sealed record NetworkStep(TracedOperation Operation, int[] Inputs, int Output)
{
    /// <summary>The shape of the result for another number of images.</summary>
    public Shape OtherShape { get; init; }

    public string Name => Operation.Name;

    public Shape InputShape(int index) => Operation.Inputs[index].Shape;

    public Shape OutputShape => Operation.Output.Shape;

    public double Setting(string name) => Operation.Setting(name);
}
