using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Quantizing;

/// <summary>Which nodes of a graph compute with 8 bits, and which values are therefore quantized.</summary>
/// <remarks>
/// Products with constant weights do. What stands between them, pooling, sums, joining, moving and functions of one number, follows them where
/// it takes quantized values and a quantized node wants its result.
/// </remarks>
internal sealed class QuantizedNodes
{
    private readonly GraphPlan plan;
    private readonly Dictionary<string, GraphNode> makers;
    private readonly ILookup<string, GraphNode> users;
    private readonly HashSet<GraphNode> products = [], followers = [], activations = [];
    private readonly HashSet<string> values = [], wanted = [];

    private QuantizedNodes(GraphPlan plan, bool keepsFirst, bool keepsLast)
    {
        this.plan = plan;
        makers = plan.Nodes.ToDictionary(n => n.Outputs[0]);
        users = plan.Nodes.SelectMany(n => n.Inputs.Distinct().Select(v => (v, n))).ToLookup(p => p.v, p => p.n);
        var all = plan.Nodes.Where(IsProduct).ToList();
        if (keepsFirst && all.Count > 0)
            all.RemoveAt(0);
        if (keepsLast && all.Count > 0)
            all.RemoveAt(all.Count - 1);
        products.UnionWith(all);
        Supply();
        Demand();
        Kept = new SortedDictionary<string, int>(plan.Nodes.Where(n => !products.Contains(n) && !followers.Contains(n) && !activations.Contains(n)).GroupBy(n => n.Operator).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal);
    }

    /// <summary>Convolutions and linear layers that compute with 8 bits.</summary>
    public IReadOnlyCollection<GraphNode> Products => products;

    /// <summary>Values that are quantized.</summary>
    public IReadOnlyCollection<string> Values => values;

    /// <summary>How many operators of each kind stay on floats.</summary>
    public IReadOnlyDictionary<string, int> Kept { get; }

    public static QuantizedNodes Of(GraphPlan plan, bool keepsFirst, bool keepsLast) => new(plan, keepsFirst, keepsLast);

    /// <summary>Whether a node's result stands for the same numbers as its input, so that both have one scale.</summary>
    public bool IsMoved(GraphNode node) => followers.Contains(node) && Moves(node);

    /// <summary>The 8-bit numbers of each quantized value, of the ranges that were seen; what moves elements keeps those of its input.</summary>
    public Func<string, Quantization> Meanings(ValueRanges ranges)
    {
        var known = new Dictionary<string, Quantization>();
        return Of;

        Quantization Of(string value)
        {
            if (!known.TryGetValue(value, out var meaning))
                known[value] = meaning = makers.TryGetValue(value, out var maker) && IsMoved(maker) ? Of(maker.Inputs[0]) : ranges.Of(value);
            return meaning;
        }
    }

    /// <summary>Whether the weights of a product lie as (D, O).</summary>
    public static bool IsTransposed(GraphNode product) => product.Operator == "MatMul" || (product.Operator == "Gemm" && product.Attributes.GetValueOrDefault("transB")?.Integer is null or 0);

    private bool IsProduct(GraphNode node)
    {
        if (node.Operator is not ("Conv" or "Gemm" or "MatMul") || node.Inputs.Count < 2 || plan.Constants.ContainsKey(node.Inputs[0]))
            return false;
        if (!plan.Constants.TryGetValue(node.Inputs[1], out var weight) || !weight.IsFloat || weight.Sizes.Length != (node.Operator == "Conv" ? 4 : 2))
            return false;
        if (node.Inputs.Count > 2 && node.Inputs[2].Length > 0 && (!plan.Constants.TryGetValue(node.Inputs[2], out var bias) || bias.Count != weight.Sizes[IsTransposed(node) ? 1 : 0]))
            return false;
        if (node.Attributes.GetValueOrDefault("dilations")?.Integers is [var down, var across] && down != across)
            return false;
        return node.Attributes.GetValueOrDefault("transA")?.Integer is null or 0 && node.Attributes.GetValueOrDefault("alpha")?.Number is null or 1 && node.Attributes.GetValueOrDefault("beta")?.Number is null or 1;
    }

    private static bool Moves(GraphNode node) => node.Operator is "MaxPool" or "Flatten" or "Reshape" or "Transpose" or "Squeeze" or "Unsqueeze" or "Identity" or "Dropout";

    private bool IsActivation(GraphNode node) => node.Operator is "Relu" or "Clip" && node.Inputs.Skip(1).All(v => v.Length == 0 || plan.Constants.ContainsKey(v));

    private static bool IsFunction(GraphNode node) => node.Operator is "Relu" or "Clip" or "Sigmoid" or "HardSigmoid" or "HardSwish" or "Tanh" or "LeakyRelu" or "Gelu";

    // An activation behind a product or sum whose result nobody else takes is one with it.
    private GraphNode? Before(GraphNode activation) =>
        IsActivation(activation) && makers.TryGetValue(activation.Inputs[0], out var maker) && maker.Operator is "Conv" or "Gemm" or "MatMul" or "Add"
        && users[activation.Inputs[0]].Count() == 1 && activation.Inputs[0] != plan.Output ? makers[activation.Inputs[0]] : null;

    // Nodes that could compute with 8 bits, since what they take comes from such.
    private void Supply()
    {
        var supplied = new HashSet<string>();
        foreach (var node in plan.Nodes)
        {
            string[] taken = [.. node.Inputs.Where(v => v.Length > 0 && !plan.Constants.ContainsKey(v))];
            bool isFed = taken.Length > 0 && taken.All(supplied.Contains);
            bool canFollow = node.Operator switch
            {
                "Add" => node.Inputs.Count == 2 && taken.Length == 2,
                "Concat" => node.Attributes.GetValueOrDefault("axis")?.Integer == 1 && taken.Length == node.Inputs.Count,
                "GlobalAveragePool" => true,
                _ => (Moves(node) || IsFunction(node)) && taken.Length == 1 && node.Outputs.Count == 1,
            };
            if (products.Contains(node) || (isFed && canFollow))
                supplied.Add(node.Outputs[0]);
            if (isFed && canFollow)
                followers.Add(node);
        }
    }

    // Of those the ones whose result is wanted with 8 bits.
    private void Demand()
    {
        foreach (var node in plan.Nodes.AsEnumerable().Reverse())
        {
            string result = node.Outputs[0];
            bool isWanted = values.Contains(result);
            if (isWanted && Before(node) is { } before && (products.Contains(before) || followers.Contains(before)))
            {
                // The result of what stands before is never written.
                followers.Remove(node);
                activations.Add(node);
                wanted.Add(before.Outputs[0]);
            }
            else if (followers.Contains(node) && !isWanted && !wanted.Contains(result))
                followers.Remove(node);
            else if (products.Contains(node) || followers.Contains(node))
                values.UnionWith(node.Inputs.Where(v => v.Length > 0 && !plan.Constants.ContainsKey(v)));
        }
    }
}
