using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Onnx.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Onnx.Import;

/// <summary>A graph as a network: its constants are parameters, which training changes.</summary>
internal sealed class GraphNetwork : Module, IHasForm
{
    private readonly GraphNode[] nodes;
    private readonly Func<NodeCall, Value[]>[] operations;
    private readonly int[][] inputs, outputs, done;
    private readonly Value?[] known;
    private readonly GraphPlan plan;
    private readonly int input, output, features, version;
    private readonly bool takesBytes;
    private readonly Linear? fc;

    /// <summary>Makes the network of a plan.</summary>
    /// <param name="plan">The plan, of scores or of features.</param>
    /// <param name="head">The last layer, which takes what the plan computes; null: the plan has it.</param>
    public GraphNetwork(GraphPlan plan, Linear? head = null)
    {
        this.plan = plan;
        takesBytes = plan.Graph.Inputs.Any(i => i.Name == plan.Input && i.Type == ElementType.UInt8);
        var places = new Dictionary<string, int> { [""] = 0, [plan.Input] = 1 };
        var constants = Own(plan);
        var form = QuantizedForm.Of(plan);
        nodes = [.. form?.Nodes ?? FunctionForm.Nodes(plan)];
        operations = Array.ConvertAll(nodes, n => OperatorTable.Find(n.Operator, n.Domain)!);
        version = plan.Version;
        foreach (string name in nodes.SelectMany(n => n.Inputs.Concat(n.Outputs)).Append(plan.Output))
            places.TryAdd(name, places.Count);
        known = new Value?[places.Count];
        foreach (string name in nodes.SelectMany(n => n.Inputs).Append(plan.Output))
            if (known[places[name]] is null && (constants.TryGetValue(name, out var constant) || form?.Constants.TryGetValue(name, out constant) == true))
                known[places[name]] = constant;
        inputs = Array.ConvertAll(nodes, n => n.Inputs.Select(v => places[v]).ToArray());
        outputs = Array.ConvertAll(nodes, n => n.Outputs.Select(v => places[v]).ToArray());
        (input, output) = (1, places[plan.Output]);
        features = head is null ? places[plan.Features] : output;
        done = Done();
        if (head is not null)
            fc = Child(GraphForm.Head, head);
    }

    /// <summary>The nodes and constants that it was made of; the constants that are weights may have changed since.</summary>
    public GraphPlan Plan => plan;

    /// <summary>Whether its last layer is not the graph's own.</summary>
    public bool HasHead => fc is not null;

    /// <inheritdoc/>
    public string FormName => GraphForm.Name;

    /// <inheritdoc/>
    public string Form => GraphForm.Text(plan, HasHead);

    /// <summary>Whether a constant of a graph is a weight: one number alone is a bound or an exponent. Training changes floats.</summary>
    public static bool IsWeight(Value constant) => constant is { Tensor: not null, Count: > 1 };

    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>The graph's result; (N, K), if it has sizes of 1 alone behind K.</returns>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (plan.IsQuantized && IsTraining && Gradients.AreOn)
            throw new MekikiException("Graph: expected a network that computes with floats to train, got one that is quantized. Train the model that it was made of.");
        if (fc is not null)
            return fc[Features(x)];
        var result = Run(x, output);
        return result.Shape.Rank > 2 && result.Shape.ToArray().Skip(2).All(s => s == 1) ? result.Flatten() : result;
    }

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var result = Run(x, features);
        // (N, D, H, W) -> (N, D)
        return result.Shape.Rank == 4 ? result.MeanOverPixels() : result.Shape.Rank > 2 ? result.Flatten() : result;
    }

    /// <inheritdoc/>
    public Module WithHead(int classes, ulong seed) => GraphForm.WithHead(this, plan, classes, seed);

    /// <summary>How many dimensions the plan's result has for images of a shape.</summary>
    public int RankOfFeatures(ImageShape shape)
    {
        using var off = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        return Run(Tensor.Zeros([1, shape.Channels, shape.Height, shape.Width]), features).Shape.Rank;
    }

    /// <summary>All results of the nodes, for tests of single nodes.</summary>
    internal Value RunAll(Value x, int wanted)
    {
        var values = (Value?[])known.Clone();
        values[input] = x;
        HashSet<Tensor>? several = null;    // some operators return what they are given: such tensors have several places
        for (int i = 0; i < nodes.Length && values[wanted] is null; i++)
        {
            var given = new Value?[inputs[i].Length];
            for (int g = 0; g < given.Length; g++)
                given[g] = values[inputs[i][g]];
            var results = GraphPlan.Compute(operations[i], new NodeCall(nodes[i], given, version));
            for (int o = 0; o < outputs[i].Length; o++)
                if (outputs[i][o] != 0)
                {
                    values[outputs[i][o]] = results[o];
                    if (results[o].Tensor is { } tensor && (IsAmong(tensor, given) || IsAmong(tensor, results.AsSpan(0, o))))
                        (several ??= []).Add(tensor);
                }

            foreach (int place in done[i])
                if (place != wanted && values[place]?.Tensor is { } tensor && several?.Contains(tensor) != true)
                    ForwardPass.Free(tensor);
        }

        return values[wanted] ?? throw new MekikiException("Graph: expected a node, a constant or an input for its output, got none. Get or write the file again.");
    }

    private static bool IsAmong(Tensor tensor, ReadOnlySpan<Value?> values)
    {
        foreach (var value in values)
            if (value?.Tensor == tensor)
                return true;
        return false;
    }

    private Tensor Run(Tensor x, int wanted) => RunAll(new Value(x) { AreBytes = takesBytes }, wanted).Floats;

    // For each node, what no later one reads, and only nodes make.
    private int[][] Done()
    {
        var last = new Dictionary<int, int>();
        for (int i = 0; i < nodes.Length; i++)
            foreach (int place in inputs[i].Concat(outputs[i]))
                last[place] = i;
        var made = outputs.SelectMany(o => o).Where(p => p != 0 && p != input && known[p] is null).ToHashSet();
        return [.. Enumerable.Range(0, nodes.Length).Select(i => inputs[i].Concat(outputs[i]).Distinct().Where(p => made.Contains(p) && last[p] == i).ToArray())];
    }

    // The plan's constants: floats as parameters, bytes as buffers.
    private Dictionary<string, Value> Own(GraphPlan plan)
    {
        var own = new Dictionary<string, Value>();
        foreach (string name in plan.Nodes.SelectMany(n => n.Inputs).Append(plan.Output))
            if (!own.ContainsKey(name) && plan.Constants.TryGetValue(name, out var constant))
                own[name] = !IsWeight(constant) ? constant : constant.IsBytes ? Kept(name, constant) : Trained(name, constant.Floats);
        return own;
    }

    private Value Kept(string name, Value constant)
    {
        RegisterBuffer(name, constant.Tensor!);
        return constant;
    }

    private Value Trained(string name, Tensor values)
    {
        var parameter = Parameter(name, values.Shape);
        parameter.CopyFrom(values);
        return new Value(parameter);
    }
}
