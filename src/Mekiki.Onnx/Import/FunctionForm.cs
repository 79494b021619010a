using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>Joins the nodes that exporters make of one function, so that it is computed in one pass, and with the layer before it: x · sigmoid(x) and x · hardsigmoid(x).</summary>
internal static class FunctionForm
{
    public const string Silu = "Silu";

    private const float HardSlope = 1f / 6;

    /// <summary>The nodes of a plan in their order, with the joined ones in place of the last of their parts.</summary>
    public static List<GraphNode> Nodes(GraphPlan plan)
    {
        var makers = new Dictionary<string, GraphNode>();
        foreach (var node in plan.Nodes)
            foreach (string made in node.Outputs)
                makers[made] = node;
        var uses = plan.Nodes.SelectMany(n => n.Inputs).Append(plan.Output).Append(plan.Features).GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        var gates = new HashSet<GraphNode>();
        var nodes = plan.Nodes.ConvertAll(node => node is { Operator: "Mul", Domain: "", Inputs: [var a, var b], Outputs.Count: 1 } ? Joined(node, a, b) ?? Joined(node, b, a) ?? node : node);
        nodes.RemoveAll(gates.Contains);
        return nodes;

        GraphNode? Joined(GraphNode product, string x, string factor)
        {
            if (!makers.TryGetValue(factor, out var gate) || uses[factor] != 1 || gate.Domain.Length > 0 || gate.Outputs.Count != 1 || gate.Inputs is not [var given] || given != x)
                return null;
            GraphNode? joined = gate.Operator switch
            {
                "Sigmoid" => product with { Operator = Silu, Domain = QuantizedForm.Domain, Inputs = [x] },
                "HardSigmoid" when IsHard(gate) => product with { Operator = "HardSwish", Inputs = [x] },
                _ => null,
            };
            if (joined is not null)
                gates.Add(gate);
            return joined;
        }
    }

    /// <summary>Whether a HardSigmoid is the engine's, min(max(x + 3, 0), 6) / 6; files hold 1/6 with more or fewer digits.</summary>
    public static bool IsHard(GraphNode node) =>
        node.Attributes.GetValueOrDefault("alpha")?.Number is { } slope && Math.Abs(slope - HardSlope) < 1e-6f && node.Attributes.GetValueOrDefault("beta")?.Number is null or 0.5f;
}
