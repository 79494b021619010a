using System.Globalization;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Export;

/// <summary>A graph that grows node by node.</summary>
internal sealed class GraphBuilder(int operators)
{
    private readonly List<GraphNode> nodes = [];
    private readonly List<TensorData> constants = [];
    private readonly HashSet<string> names = [], domains = [];

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

    /// <summary>Adds all nodes of a network that was read from a graph, with its weights as they are now.</summary>
    /// <param name="network">The network; its operators are of the version of this graph.</param>
    /// <param name="input">The shape (C, H, W) of its input.</param>
    /// <param name="images">The input's name.</param>
    /// <returns>The name of its result, (N, K).</returns>
    public string Add(GraphNetwork network, ImageShape input, string images)
    {
        const string Prefix = "net/";
        var plan = network.Plan;
        var weights = network.StateDict().ToDictionary();
        var taken = plan.Nodes.SelectMany(n => n.Inputs).Append(plan.Output).ToHashSet();
        string Own(string value) => value.Length == 0 ? "" : value == plan.Input ? images : Prefix + value;
        foreach (var (name, constant) in plan.Constants)
            if (taken.Contains(name))
                constants.Add((weights.TryGetValue(name, out var now) ? new Value(now) : constant).ToData(Own(name)));
        foreach (var node in plan.Nodes)
            nodes.Add(node with { Name = $"{node.Operator}_{nodes.Count.ToString(CultureInfo.InvariantCulture)}", Inputs = [.. node.Inputs.Select(Own)], Outputs = [.. node.Outputs.Select(Own)] });
        domains.UnionWith(plan.Graph.Operators.Keys);
        string result = Own(plan.Output);
        if (!network.HasHead)
            return Add("Flatten", [result], ("axis", 1));
        if (network.RankOfFeatures(input) == 4)
            result = Add("GlobalAveragePool", [result]);
        Tensor weight = weights[$"{GraphForm.Head}.weight"], bias = weights[$"{GraphForm.Head}.bias"];
        return Add("Gemm", [Add("Flatten", [result], ("axis", 1)), Constant("weight", weight.ToArray(), weight.Shape[0], weight.Shape[1]), Constant("bias", bias.ToArray(), bias.Count)], ("transB", 1));
    }

    public Graph Build(IReadOnlyList<GraphValue> inputs, IReadOnlyList<GraphValue> outputs, IReadOnlyDictionary<string, string> metadata) => new()
    {
        IrVersion = 8,
        Operators = domains.Append("").Distinct().ToDictionary(d => d, d => d.Length == 0 ? Operators : 1L),
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
