namespace Mekiki.Onnx.Files;

/// <summary>What an ONNX file holds.</summary>
internal sealed record Graph
{
    public int IrVersion { get; init; }

    /// <summary>The version of each set of operators; that of ONNX has an empty name.</summary>
    public IReadOnlyDictionary<string, long> Operators { get; init; } = new Dictionary<string, long>();

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<GraphNode> Nodes { get; init; } = [];

    public IReadOnlyList<TensorData> Constants { get; init; } = [];

    public IReadOnlyList<GraphValue> Inputs { get; init; } = [];

    public IReadOnlyList<GraphValue> Outputs { get; init; } = [];
}
