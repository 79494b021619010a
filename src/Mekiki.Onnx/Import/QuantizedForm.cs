using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>Rewrites a graph whose values pass through QuantizeLinear and DequantizeLinear, so that what stands between them is computed with 8-bit numbers.</summary>
/// <remarks>
/// DequantizeLinear → operator → activation → QuantizeLinear becomes one operator (QLinearConv and others), a function of one number a table.
/// Results are those of the graph but for the rounding of sums, which are exact here. What is not known stays as it is, on floats.
/// </remarks>
internal sealed class QuantizedForm
{
    public const string Domain = "mekiki", Lookup = "Lookup";

    private readonly GraphPlan plan;
    private readonly Dictionary<string, GraphNode> makers = [], made = [];
    private readonly Dictionary<string, int> uses = [];
    private readonly HashSet<GraphNode> taken = [];
    private readonly List<GraphNode> nodes = [];

    private QuantizedForm(GraphPlan plan)
    {
        this.plan = plan;
        foreach (var constant in plan.Constants)
            Constants[constant.Key] = constant.Value;
        foreach (var node in plan.Nodes)
            if (IsWhole(node))
                makers[node.Outputs[0]] = node;
        foreach (string value in plan.Nodes.SelectMany(n => n.Inputs).Append(plan.Output).Append(plan.Features))
            uses[value] = uses.GetValueOrDefault(value) + 1;
        foreach (var node in plan.Nodes.Where(n => n.Operator == "QuantizeLinear" && IsWhole(n) && IsPlain(n)))
            if (Fused(node) is { } fused)
                made[node.Outputs[0]] = fused;
        foreach (var node in plan.Nodes)
            Write(node);
    }

    /// <summary>The nodes in order: those that the output needs, then those for the features alone.</summary>
    public IReadOnlyList<GraphNode> Nodes => nodes;

    /// <summary>The plan's constants and more.</summary>
    public Dictionary<string, Value> Constants { get; } = [];

    /// <summary>The form of a plan; null: it has no quantized values.</summary>
    public static QuantizedForm? Of(GraphPlan plan)
    {
        if (!plan.IsQuantized)
            return null;
        var form = new QuantizedForm(plan);
        form.KeepNeeded();
        return form;
    }

    private void Write(GraphNode node)
    {
        if (node.Operator == "QuantizeLinear" && IsWhole(node) && made.TryGetValue(node.Outputs[0], out var fused))
        {
            foreach (var part in Parts(fused))
                nodes.Add(part);
            return;
        }

        if (!taken.Contains(node))
            nodes.Add(Product(node, null) ?? node);
    }

    // A node may be followed by a table, which stands under the name of what it takes.
    private IEnumerable<GraphNode> Parts(GraphNode node)
    {
        if (node.Domain == Domain && made.TryGetValue(node.Inputs[0], out var first))
            yield return first;
        yield return node;
    }

    // What the quantized value is made of, as one node; null: it stays as it is.
    private GraphNode? Fused(GraphNode quantize)
    {
        string output = quantize.Outputs[0], x = quantize.Inputs[0];
        if (Single(x) is not { } last)
            return null;
        var path = new List<GraphNode> { last };
        var core = last;
        var (least, most) = (float.NegativeInfinity, float.PositiveInfinity);
        if (Bounds(last) is { } bounds && Single(last.Inputs[0]) is { Operator: "Conv" or "Gemm" or "MatMul" or "Add" } before)
        {
            (core, (least, most)) = (before, bounds);
            path.Add(core);
        }

        var target = Meaning(quantize);
        bool isInt8 = TypeOf(quantize) == ElementType.Int8;
        byte low = target.Nearest(Math.Max(least, target.Real(0))), high = target.Nearest(Math.Min(most, target.Real(255)));
        bool isFloored = low == target.Zero && low > 0;
        bool needsTable = high < 255 || (low > 0 && !isFloored);
        string result = needsTable ? New($"{output}.whole") : output;
        var node = core.Operator switch
        {
            "Conv" or "Gemm" or "MatMul" => Product(core, (quantize, result, isFloored && !needsTable)),
            "Add" => Sum(core, quantize, result, isFloored && !needsTable),
            "GlobalAveragePool" => Taken(core.Inputs[0]) is { } from ? Node("QLinearGlobalAveragePool", [.. from, quantize.Inputs[1], Zero(quantize)], result) : null,
            "Concat" => Joined(core, quantize, result),
            "MaxPool" or "Reshape" or "Flatten" or "Transpose" or "Squeeze" or "Unsqueeze" or "Identity" or "Dropout" => Moved(core, quantize, result),
            _ => null,
        };
        node ??= core == last ? Table(core, quantize) : null;
        if (node is null)
            return null;
        taken.UnionWith(path);
        if (!needsTable)
            return node;
        made[result] = node;
        return Node(Lookup, [result, Constant($"{output}.table", Bytes([.. Enumerable.Range(0, 256).Select(q => (byte)Math.Clamp(q, low, high))], isInt8))], output);
    }

    // y = quantize(x · w + b), or without a target x · w + b.
    private GraphNode? Product(GraphNode node, (GraphNode Quantize, string Result, bool IsFloored)? target)
    {
        if (node.Operator is not ("Conv" or "Gemm" or "MatMul") || !IsWhole(node) || Taken(node.Inputs[0]) is not { } from || Constant(node.Inputs[1]) is not { } dequantize)
            return null;
        bool isConvolution = node.Operator == "Conv", isTransposed = node.Operator == "MatMul" || (node.Operator == "Gemm" && Integer(node, "transB") != 1);
        var (weight, scales) = (Constants[dequantize.Inputs[0]], Constants[dequantize.Inputs[1]]);
        var zeros = dequantize.Inputs.Count > 2 && dequantize.Inputs[2].Length > 0 ? Constants[dequantize.Inputs[2]] : null;
        int rank = weight.Sizes.Length, axis = isTransposed ? 1 : 0, given = (int)(dequantize.Attributes.GetValueOrDefault("axis")?.Integer ?? 1);
        if (!weight.IsBytes || rank != (isConvolution ? 4 : 2) || (scales.Count > 1 && (given < 0 ? given + rank : given) != axis))
            return null;
        if (node.Attributes.GetValueOrDefault("dilations")?.Integers is [var down, var across] && down != across)
            return null;
        if (Integer(node, "transA") == 1 || node.Attributes.GetValueOrDefault("alpha")?.Number is { } alpha and not 1 || node.Attributes.GetValueOrDefault("beta")?.Number is { } beta and not 1)
            return null;
        int[] sizes = isTransposed ? [weight.Sizes[1], weight.Sizes[0]] : weight.Sizes;
        try
        {
            var bias = Bias(node, Constants[from[1]].Floats.ToArray()[0], scales.Floats.ToArray(), sizes[0]);
            // Whether the engine takes them is seen now; they are kept for later.
            QuantizedOperators.Weights(weight, sizes, scales, zeros, bias is null ? null : Constants[bias], isTransposed);
            string[] weights = [dequantize.Inputs[0], dequantize.Inputs[1], zeros is null ? "" : dequantize.Inputs[2]];
            string[] to = target is { } t ? [t.Quantize.Inputs[1], Zero(t.Quantize)] : ["", ""];
            string[] inputs = node.Operator == "Gemm" ? [.. from, .. weights, bias ?? "", .. to] : [.. from, .. weights, .. to, bias ?? ""];
            string op = node.Operator switch { "Conv" => "QLinearConv", "Gemm" => "QGemm", _ => "QLinearMatMul" };
            var attributes = new Dictionary<string, AttributeValue>(node.Attributes);
            if (target is { IsFloored: true })
                attributes[QuantizedOperators.Floor] = 1;
            return Node(op, inputs, target?.Result ?? node.Outputs[0]) with { Attributes = attributes };
        }
        catch (Exception e) when (e is MekikiException or OverflowException)
        {
            return null;
        }
    }

    // The name of the bias in units of the input's scale times the weights'; null: there is none.
    private string? Bias(GraphNode node, float from, float[] scales, int features)
    {
        if (node.Inputs.Count < 3 || node.Inputs[2].Length == 0)
            return null;
        string name = node.Inputs[2];
        double[] real;
        if (Constant(name) is { } dequantize && Constants[dequantize.Inputs[1]].Floats.ToArray() is var own)
        {
            long zero = dequantize.Inputs.Count > 2 && dequantize.Inputs[2].Length > 0 ? Constants[dequantize.Inputs[2]].Integers[0] : 0;
            real = [.. Constants[dequantize.Inputs[0]].Integers.Select((b, o) => (b - zero) * (double)own[own.Length == 1 ? 0 : o])];
        }
        else if (Constants.TryGetValue(name, out var bias) && bias.IsFloat)
            real = [.. bias.Floats.ToArray()];
        else
            throw new MekikiException("Bias: expected a constant, got a value that depends on the images.");
        if (real.Length != features)
            throw new MekikiException($"Bias: expected {features} numbers, got {real.Length}.");
        return Constant($"{node.Outputs[0]}.bias", new Value([.. real.Select((b, o) => checked((long)Math.Round(b / ((double)from * scales[scales.Length == 1 ? 0 : o]))))], [features], ElementType.Int32));
    }

    private GraphNode? Sum(GraphNode node, GraphNode quantize, string result, bool isFloored)
    {
        if (node.Inputs.Count != 2 || Taken(node.Inputs[0]) is not { } a || Taken(node.Inputs[1]) is not { } b)
            return null;
        var sum = Node("QLinearAdd", [.. a, .. b, quantize.Inputs[1], Zero(quantize)], result);
        return isFloored ? sum with { Attributes = new Dictionary<string, AttributeValue> { [QuantizedOperators.Floor] = 1 } } : sum;
    }

    private GraphNode? Joined(GraphNode node, GraphNode quantize, string result)
    {
        var parts = node.Inputs.Select(Taken).ToArray();
        return parts.Any(p => p is null) ? null
            : Node("QLinearConcat", [quantize.Inputs[1], Zero(quantize), .. parts.SelectMany(p => p!)], result) with { Attributes = node.Attributes };
    }

    // The same on 8-bit numbers, if they stand for the same before and after.
    private GraphNode? Moved(GraphNode node, GraphNode quantize, string result) =>
        node.Outputs.Count == 1 && node.Inputs.Skip(1).All(v => v.Length == 0 || Constants.ContainsKey(v)) && makers.TryGetValue(node.Inputs[0], out var dequantize)
        && Taken(node.Inputs[0]) is [var from, ..] && Meaning(dequantize) == Meaning(quantize) && TypeOf(dequantize) == TypeOf(quantize)
            ? node with { Inputs = [from, .. node.Inputs.Skip(1)], Outputs = [result] }
            : null;

    // Any function of one number: its 256 values.
    private GraphNode? Table(GraphNode node, GraphNode quantize)
    {
        int at = node.Inputs.ToList().FindIndex(v => !Constants.ContainsKey(v) && v.Length > 0);
        if (!IsFunction(node) || at < 0 || node.Inputs.Skip(at + 1).Any(v => !Constants.ContainsKey(v) && v.Length > 0)
            || node.Inputs.Any(v => Constants.TryGetValue(v, out var constant) && constant.Count != 1) || Taken(node.Inputs[at]) is not [var from, ..])
            return null;
        var (meaning, target) = (Meaning(makers[node.Inputs[at]]), Meaning(quantize));
        var all = new Value(Tensor.From([.. Enumerable.Range(0, 256).Select(meaning.Real)], [256]));
        float[] values = GraphPlan.Compute(node, [.. node.Inputs.Select((v, i) => i == at ? all : v.Length == 0 ? null : Constants[v])], plan.Version)[0].Floats.ToArray();
        return values.Length != 256 ? null
            : Node(Lookup, [from, Constant($"{quantize.Outputs[0]}.table", Bytes(Array.ConvertAll(values, target.Nearest), TypeOf(quantize) == ElementType.Int8))], quantize.Outputs[0]);
    }

    // Whether it has what every node of its kind has; a file may hold anything.
    private static bool IsWhole(GraphNode node) =>
        node.Outputs is [{ Length: > 0 }] && node.Inputs.Count >= (node.Operator is "Conv" or "Gemm" or "MatMul" or "QuantizeLinear" or "DequantizeLinear" ? 2 : 1);

    private static bool IsFunction(GraphNode node) => node.Operator is "Relu" or "Clip" or "Sigmoid" or "HardSigmoid" or "HardSwish" or "Tanh" or "LeakyRelu" or "Elu" or "Gelu" or "Erf"
        or "Sqrt" or "Exp" or "Log" or "Abs" or "Neg" or "Softplus" or "Mul" or "Add" or "Sub" or "Div" or "Pow" or "Identity";

    // The one who made a value that nobody else takes.
    private GraphNode? Single(string value) => uses.GetValueOrDefault(value) == 1 && makers.TryGetValue(value, out var maker) && !taken.Contains(maker) ? maker : null;

    // The quantized value behind a real one: its name, scale and zero.
    private string[]? Taken(string value) =>
        makers.TryGetValue(value, out var maker) && maker.Operator == "DequantizeLinear" && !Constants.ContainsKey(maker.Inputs[0]) && IsPlain(maker)
            ? [maker.Inputs[0], maker.Inputs[1], Zero(maker)]
            : null;

    // The node that makes a real constant of whole numbers.
    private GraphNode? Constant(string value) =>
        makers.TryGetValue(value, out var maker) && maker.Operator == "DequantizeLinear" && maker.Inputs.All(v => v.Length == 0 || Constants.ContainsKey(v)) ? maker : null;

    private static (float, float)? Bounds(GraphNode node, IReadOnlyDictionary<string, Value> constants)
    {
        if (node.Operator == "Relu")
            return (0, float.PositiveInfinity);
        if (node.Operator != "Clip")
            return null;
        return (Bound(1, "min") ?? float.NegativeInfinity, Bound(2, "max") ?? float.PositiveInfinity) is var bounds && !float.IsNaN(bounds.Item1) && !float.IsNaN(bounds.Item2) ? bounds : null;

        float? Bound(int input, string name) => node.Inputs.Count > input && node.Inputs[input].Length > 0
            ? constants.TryGetValue(node.Inputs[input], out var value) && value.Count == 1 ? value.Floats.ToArray()[0] : float.NaN
            : node.Attributes.GetValueOrDefault(name)?.Number;
    }

    private (float, float)? Bounds(GraphNode node) => Bounds(node, Constants);

    // Whether one scale and one zero of 8 bits, both constant, count for all elements.
    private bool IsPlain(GraphNode node) =>
        Constants.TryGetValue(node.Inputs[1], out var scale) && scale is { Count: 1, IsFloat: true } && scale.Floats.ToArray()[0] is > 0 and < float.PositiveInfinity
        && (Zero(node).Length == 0 || (Constants.TryGetValue(Zero(node), out var zero) && zero.Count == 1 && zero.Type is ElementType.UInt8 or ElementType.Int8))
        && (node.Attributes.GetValueOrDefault("output_dtype")?.Integer ?? 0) is 0 or (int)ElementType.UInt8;

    private Quantization Meaning(GraphNode node) => new(Constants[node.Inputs[1]].Floats.ToArray()[0], Zero(node) is { Length: > 0 } zero ? Constants[zero].UnsignedZero : 0);

    private ElementType TypeOf(GraphNode node) => Zero(node) is { Length: > 0 } zero ? Constants[zero].Type : ElementType.UInt8;

    private static string Zero(GraphNode node) => node.Inputs.Count > 2 ? node.Inputs[2] : "";

    private static long Integer(GraphNode node, string name) => node.Attributes.GetValueOrDefault(name)?.Integer ?? 0;

    private static Value Bytes(byte[] values, bool isInt8) => new(Tensor.From(values, [values.Length]), isInt8 ? ElementType.Int8 : ElementType.UInt8);

    private string Constant(string about, Value value)
    {
        string name = New(about);
        Constants[name] = value;
        return name;
    }

    private string New(string name)
    {
        while (Constants.ContainsKey(name) || makers.ContainsKey(name))
            name += "_";
        return name;
    }

    private static GraphNode Node(string op, string[] inputs, string output) => new(op, inputs, [output]) { Name = output, Domain = op == Lookup ? Domain : QuantizedOperators.Domain(op) };

    private void KeepNeeded()
    {
        var forOutput = Needed(plan.Output);
        var forFeatures = Needed(plan.Features);
        GraphNode[] all = [.. nodes];
        nodes.Clear();
        nodes.AddRange(all.Where(forOutput.Contains));
        nodes.AddRange(all.Where(n => forFeatures.Contains(n) && !forOutput.Contains(n)));
        // What is still real of the weights is computed once.
        foreach (var node in nodes.Where(n => Constant(n.Outputs[0]) is not null))
            Constants[node.Outputs[0]] = GraphPlan.Compute(node, [.. node.Inputs.Select(v => v.Length == 0 ? null : Constants[v])], plan.Version)[0];
        nodes.RemoveAll(n => Constants.ContainsKey(n.Outputs[0]));

        HashSet<GraphNode> Needed(string output)
        {
            var (values, needed) = (new HashSet<string> { output }, new HashSet<GraphNode>());
            for (int i = nodes.Count - 1; i >= 0; i--)
                if (nodes[i].Outputs.Any(values.Contains))
                {
                    needed.Add(nodes[i]);
                    values.UnionWith(nodes[i].Inputs);
                }

            return needed;
        }
    }
}
