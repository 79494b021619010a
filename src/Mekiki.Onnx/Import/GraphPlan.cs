using Mekiki.Files;
using Mekiki.Onnx.Files;

namespace Mekiki.Onnx.Import;

/// <summary>The nodes of a graph that a value needs, in order, with all that is constant computed.</summary>
internal sealed class GraphPlan
{
    private const int OldestOperators = 7, NewestOperators = 22;

    private GraphPlan(Graph graph, string input, string output) => (Graph, Input, Output) = (graph, input, output);

    public Graph Graph { get; }

    /// <summary>The name of the images.</summary>
    public string Input { get; }

    /// <summary>The name of the wanted value.</summary>
    public string Output { get; }

    public int Version { get; private init; }

    /// <summary>The value that the last layer with weights takes, or the wanted value where there is none.</summary>
    public string Features => Nodes.FindLastIndex(n => n.Operator is "Gemm" or "MatMul" or "Conv") is var last and >= 0 ? Nodes[last].Inputs[0] : Output;

    /// <summary>Whether values of the network are quantized, not its weights alone.</summary>
    public bool IsQuantized => Nodes.Any(n => n.Operator == "QuantizeLinear");

    public List<GraphNode> Nodes { get; private set; } = [];

    public Dictionary<string, Value> Constants { get; } = [];

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="output">The wanted value; null: the first output, before its softmax if it has one.</param>
    /// <exception cref="MekikiException">It uses operators that are not read, all of which are named; or values are missing, or a node cannot be computed.</exception>
    public static GraphPlan Of(Graph graph, string name, string? output = null)
    {
        long version = graph.Operators.GetValueOrDefault("", 1);
        if (version is < OldestOperators or > NewestOperators)
            throw new MekikiException($"{name}: expected operators of version {OldestOperators} to {NewestOperators} (opset), got {FileText.Number(version)}. Export the network in one of these.");
        RefuseUnknown(graph, name);
        var constants = new Dictionary<string, TensorData>();
        foreach (var constant in graph.Constants)
            constants[constant.Name] = constant;
        string[] inputs = [.. graph.Inputs.Select(i => i.Name).Where(i => !constants.ContainsKey(i))];
        if (inputs.Length != 1 || graph.Outputs.Count == 0)
            throw new MekikiException($"{name}: expected one input and an output or more, got {FileText.Number(inputs.Length)} and {FileText.Number(graph.Outputs.Count)}. Export a network that takes images alone.");
        output ??= BeforeSoftmax(graph, graph.Outputs[0].Name);
        var plan = new GraphPlan(graph, inputs[0], output) { Version = (int)version };
        plan.Order(name, constants);
        plan.Fold(name);
        return plan;
    }

    /// <summary>The part of a plan that a value needs, with weights as they are now.</summary>
    /// <param name="plan">The whole.</param>
    /// <param name="output">The value.</param>
    /// <param name="weights">Its weights by name.</param>
    public static GraphPlan Cut(GraphPlan plan, string output, IReadOnlyDictionary<string, Tensor> weights)
    {
        var cut = new GraphPlan(plan.Graph, plan.Input, output) { Version = plan.Version };
        var needed = new HashSet<string> { output };
        for (int i = plan.Nodes.Count - 1; i >= 0; i--)
            if (plan.Nodes[i].Outputs.Any(needed.Contains))
            {
                needed.UnionWith(plan.Nodes[i].Inputs);
                cut.Nodes.Insert(0, plan.Nodes[i]);
            }

        foreach (var (name, constant) in plan.Constants)
            if (needed.Contains(name))
                cut.Constants[name] = weights.TryGetValue(name, out var now) ? new Value(now) : constant;
        return cut;
    }

    /// <summary>Carries out a node.</summary>
    /// <exception cref="MekikiException">It cannot be computed.</exception>
    public static Value[] Compute(GraphNode node, Value?[] inputs, int version) => Compute(OperatorTable.Find(node.Operator, node.Domain)!, new NodeCall(node, inputs, version));

    /// <summary>Carries out a node whose operator is known.</summary>
    /// <exception cref="MekikiException">It cannot be computed.</exception>
    public static Value[] Compute(Func<NodeCall, Value[]> operation, NodeCall call)
    {
        try
        {
            var results = operation(call);
            return results.Length >= call.Node.Outputs.Count ? results : throw call.Wrong($"{results.Length} results at most", call.Node.Outputs.Count);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or IndexOutOfRangeException or InvalidOperationException)
        {
            throw call.Wrong(FileText.Short($"what it can compute ({e.Message})"));
        }
    }

    private static void RefuseUnknown(Graph graph, string name)
    {
        const int MostNamed = 5;
        var unknown = graph.Nodes.Where(n => OperatorTable.Find(n.Operator, n.Domain) is null)
            .GroupBy(n => n.Domain.Length == 0 ? n.Operator : $"{n.Domain}.{n.Operator}").OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        if (unknown.Length == 0)
            return;
        string all = string.Join(", ", unknown.Take(20).Select(g =>
            $"{FileText.Short(g.Key)} ({string.Join(", ", g.Take(MostNamed).Select(n => n.Name.Length > 0 ? FileText.Short(n.Name) : "without a name"))}{(g.Count() > MostNamed ? $" and {FileText.Number(g.Count() - MostNamed)} more" : "")})"));
        throw new MekikiException($"{name}: expected operators that Mekiki reads, got also {all}. Export the network without them.");
    }

    private static string BeforeSoftmax(Graph graph, string output)
    {
        var last = graph.Nodes.LastOrDefault(n => n.Outputs.Contains(output));
        return last is { Operator: "Softmax", Inputs.Count: 1 } ? last.Inputs[0] : output;
    }

    // Nodes that the output needs; a value is made before it is taken.
    private void Order(string name, Dictionary<string, TensorData> constants)
    {
        var makers = new Dictionary<string, int>();
        for (int i = 0; i < Graph.Nodes.Count; i++)
            foreach (string made in Graph.Nodes[i].Outputs)
                if (made.Length > 0 && !makers.TryAdd(made, i))
                    throw new MekikiException($"{name}: expected each value to be made once, got '{FileText.Short(made)}' twice. Get or write the file again.");
        var needed = new bool[Graph.Nodes.Count];
        var left = new Stack<string>([Output]);
        var seen = new HashSet<string>();
        while (left.TryPop(out string? value))
        {
            if (value.Length == 0 || !seen.Add(value) || value == Input)
                continue;
            if (makers.TryGetValue(value, out int maker))
            {
                needed[maker] = true;
                foreach (string taken in Graph.Nodes[maker].Inputs)
                    left.Push(taken);
            }
            else if (constants.TryGetValue(value, out var constant))
                Constants[value] = Value.Of(constant);
            else
                throw new MekikiException($"{name}: expected a node, a constant or an input for the value '{FileText.Short(value)}', got none. Get or write the file again.");
        }

        var known = new HashSet<string>(Constants.Keys) { Input, "" };
        for (int i = 0; i < needed.Length; i++)
        {
            if (!needed[i])
                continue;
            var node = Graph.Nodes[i];
            if (node.Inputs.FirstOrDefault(v => !known.Contains(v)) is { } missing)
                throw new MekikiException($"{name}: expected values to be made before they are taken, got {FileText.Short(node.Operator)} '{FileText.Short(node.Name)}', which takes '{FileText.Short(missing)}'. Get or write the file again.");
            known.UnionWith(node.Outputs);
            Nodes.Add(node);
        }
    }

    private void Fold(string name)
    {
        var rest = new List<GraphNode>();
        // Weights of 8 bits stay, if they are multiplied with values of 8 bits.
        bool keepsWeights = IsQuantized;
        foreach (var node in Nodes)
        {
            if (!node.Inputs.All(v => v.Length == 0 || Constants.ContainsKey(v)) || (keepsWeights && node.Operator == "DequantizeLinear" && !Constants[node.Inputs[0]].IsFloat))
            {
                rest.Add(node);
                continue;
            }

            try
            {
                var results = Compute(node, [.. node.Inputs.Select(v => v.Length == 0 ? null : Constants[v])], Version);
                for (int i = 0; i < node.Outputs.Count; i++)
                    Constants[node.Outputs[i]] = results[i];
            }
            catch (MekikiException e)
            {
                throw new MekikiException($"{name}: {e.Message}", e);
            }
        }

        Nodes = rest;
        FoldNorms();
    }

    // A norm behind a convolution goes into the weights: y = x · γ / √(σ² + ε) + (β - μ γ / √(σ² + ε)).
    private void FoldNorms()
    {
        var uses = Nodes.SelectMany(n => n.Inputs).Append(Output).GroupBy(v => v).ToDictionary(g => g.Key, g => g.Count());
        var convolutions = Nodes.Where(n => n is { Operator: "Conv", Outputs: [{ Length: > 0 }], Inputs.Count: >= 2 } && n.Inputs.Skip(1).All(v => v.Length == 0 || Constants.ContainsKey(v))).ToDictionary(n => n.Outputs[0]);
        foreach (var norm in Nodes.Where(n => n is { Operator: "BatchNormalization", Inputs.Count: 5 } && n.Attributes.GetValueOrDefault("training_mode")?.Integer is null or 0).ToArray())
        {
            if (!convolutions.TryGetValue(norm.Inputs[0], out var convolution) || uses[norm.Inputs[0]] != 1 || !Constants.TryGetValue(convolution.Inputs[1], out var weight) || !norm.Inputs.Skip(1).All(v => Constants.TryGetValue(v, out var c) && c.IsFloat))
                continue;
            float[][] numbers = [.. norm.Inputs.Skip(1).Select(v => Constants[v].Floats.ToArray())];
            if (!weight.IsFloat || weight.Sizes.Length != 4 || numbers.Any(n => n.Length != weight.Sizes[0]))
                continue;
            float[] values = weight.Floats.ToArray(), bias = convolution.Inputs.Count > 2 && convolution.Inputs[2].Length > 0 ? Constants[convolution.Inputs[2]].Floats.ToArray() : new float[weight.Sizes[0]];
            if (bias.Length != weight.Sizes[0])
                continue;
            double epsilon = norm.Attributes.GetValueOrDefault("epsilon")?.Number ?? 1e-5f;
            int each = values.Length / Math.Max(1, numbers[0].Length);
            for (int c = 0; c < numbers[0].Length; c++)
            {
                double factor = numbers[0][c] / Math.Sqrt(numbers[3][c] + epsilon);
                for (int i = c * each; i < (c + 1) * each; i++)
                    values[i] = (float)(values[i] * factor);
                bias[c] = (float)((bias[c] - numbers[2][c]) * factor + numbers[1][c]);
            }

            // Weights may be shared: the folded ones have names of their own.
            string made = norm.Outputs[0];
            (string weightName, string biasName) = ($"{made}.weight", $"{made}.bias");
            Constants[weightName] = new Value(Tensor.From(values, weight.Sizes));
            Constants[biasName] = new Value(Tensor.From(bias, [bias.Length]));
            Nodes[Nodes.IndexOf(convolution)] = convolution with { Inputs = [convolution.Inputs[0], weightName, biasName], Outputs = [made] };
            Nodes.Remove(norm);
        }
    }
}
