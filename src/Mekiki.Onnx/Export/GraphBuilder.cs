using System.Globalization;
using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Export;

/// <summary>A graph that grows node by node.</summary>
internal sealed class GraphBuilder(int operators)
{
    private readonly List<GraphNode> nodes = [];
    private readonly List<TensorData> constants = [];
    private readonly HashSet<string> names = [];

    /// <summary>The version of ONNX's operators.</summary>
    public int Operators { get; } = operators;

    /// <summary>Adds a node.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The name of the value that it makes.</returns>
    public string Add(string op, IReadOnlyList<string> inputs, params IReadOnlyList<(string Name, AttributeValue Value)> attributes) =>
        AddAs(NewName(op.ToLowerInvariant()), op, inputs, attributes);

    /// <summary>Adds a node whose result has a name of its own.</summary>
    public string AddAs(string output, string op, IReadOnlyList<string> inputs, params IReadOnlyList<(string Name, AttributeValue Value)> attributes)
    {
        nodes.Add(new GraphNode(op, inputs, [output]) { Name = $"{op}_{nodes.Count.ToString(CultureInfo.InvariantCulture)}", Attributes = attributes.ToDictionary(a => a.Name, a => a.Value) });
        return output;
    }

    /// <summary>Adds a constant.</summary>
    /// <returns>Its name.</returns>
    public string Constant(string about, float[] values, params long[] sizes)
    {
        string name = NewName(about);
        constants.Add(TensorData.Of(name, values, sizes));
        return name;
    }

    /// <inheritdoc cref="Constant(string, float[], long[])"/>
    public string Constant(string about, params long[] values)
    {
        string name = NewName(about);
        constants.Add(TensorData.Of(name, values, values.Length));
        return name;
    }

    public Graph Build(IReadOnlyList<GraphValue> inputs, IReadOnlyList<GraphValue> outputs, IReadOnlyDictionary<string, string> metadata) => new()
    {
        IrVersion = 8,
        Operators = new Dictionary<string, long> { [""] = Operators },
        Nodes = nodes,
        Constants = constants,
        Inputs = inputs,
        Outputs = outputs,
        Metadata = metadata,
    };

    private string NewName(string about)
    {
        string name = about;
        for (int i = 1; !names.Add(name); i++)
            name = $"{about}_{i.ToString(CultureInfo.InvariantCulture)}";
        return name;
    }
}
