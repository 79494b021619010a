namespace Mekiki.Onnx.Files;

/// <summary>A node of an ONNX graph: an operator with the values that it takes and makes.</summary>
/// <param name="Operator">Its name, such as <c>Conv</c>.</param>
/// <param name="Inputs">Names of values; an empty one is left out.</param>
/// <param name="Outputs">Names of values; an empty one is not wanted.</param>
internal sealed record GraphNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    public string Name { get; init; } = "";

    /// <summary>Who defines the operator; empty: ONNX.</summary>
    public string Domain { get; init; } = "";

    public IReadOnlyDictionary<string, AttributeValue> Attributes { get; init; } = new Dictionary<string, AttributeValue>();
}
