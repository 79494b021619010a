using Mekiki.Autograd;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Export;

/// <summary>What a network computes, as a list of operations on numbered values.</summary>
internal sealed class NetworkTrace
{
    /// <summary>Images that are traced together: a number that no size of a layer is likely to be taken for.</summary>
    public const int Images = 2;

    // Sizes that are others then depend on the number of images.
    private const int OtherImages = 3;

    private readonly Dictionary<Tensor, int> numbers = [];
    private readonly Dictionary<int, Tensor> weights = [];
    private readonly Dictionary<int, (float[] Values, Shape Shape)> constants = [];
    private readonly HashSet<int> rows = [];
    private readonly List<NetworkStep> steps = [];

    private NetworkTrace(Module network)
    {
        Steps = steps;
        foreach (var (_, tensor) in network.StateDict())
            if (tensor.DType == DType.Float32 && !numbers.ContainsKey(tensor))
                weights[NumberOf(tensor)] = tensor;
    }

    public IReadOnlyList<NetworkStep> Steps { get; private set; }

    /// <summary>The number of the network's input.</summary>
    public int Input { get; private set; }

    /// <summary>The number of its scores.</summary>
    public int Output { get; private set; }

    /// <summary>Follows a network over images of a shape.</summary>
    /// <exception cref="MekikiException">The network computes something that is not shown, or other things for other images.</exception>
    public static NetworkTrace Of(Module network, ImageShape input)
    {
        var first = Follow(network, input, Images, seed: 1);
        var second = Follow(network, input, OtherImages, seed: 2);
        // What depends on the images, and no operation made, was made by an operation that is not shown.
        bool isSame = first.steps.Count == second.steps.Count && first.Output == second.Output && first.constants.Count == second.constants.Count
            && first.steps.Zip(second.steps).All(p => p.First.Name == p.Second.Name && p.First.Inputs.AsSpan().SequenceEqual(p.Second.Inputs))
            && first.constants.All(c => second.constants.TryGetValue(c.Key, out var other) && AreAlike(c.Value, other));
        bool isShown = first.steps.Any(s => s.Output == first.Output);
        if (!isSame || !isShown)
            throw new MekikiException($"{network.GetType().Name}: expected a network of operations that ONNX files hold, got one that computes with others. {Missing}");
        first.Steps = [.. first.steps.Zip(second.steps, (step, other) => step with { OtherShape = other.OutputShape })];
        foreach (var (value, constant) in first.constants)
            if (constant.Shape != second.constants[value].Shape)
                first.rows.Add(value);
        return first;
    }

    /// <summary>What to do with a network that cannot be written.</summary>
    public const string Missing = "Export another network, or write it with convolutions, linear layers, norms, pooling and functions of one number.";

    /// <summary>How many operations take a value.</summary>
    public int Uses(int value) => steps.Sum(s => s.Inputs.Count(i => i == value));

    /// <summary>The elements of a weight or a constant; null where the value depends on the images.</summary>
    public (float[] Values, Shape Shape)? Constant(int value) =>
        weights.TryGetValue(value, out var weight) ? (weight.ToArray(), weight.Shape)
        : constants.TryGetValue(value, out var constant) ? constant
        : null;

    /// <summary>Whether a constant has a size that depends on the number of images.</summary>
    public bool IsPerImage(int value) => rows.Contains(value);

    // What has rows for each image has more for more images.
    private static bool AreAlike((float[] Values, Shape Shape) a, (float[] Values, Shape Shape) b) => a.Shape == b.Shape
        ? a.Values.AsSpan().SequenceEqual(b.Values)
        : a.Values.AsSpan().SequenceEqual(b.Values.AsSpan(0, Math.Min(a.Values.Length, b.Values.Length)));

    private static NetworkTrace Follow(Module network, ImageShape input, int count, ulong seed)
    {
        var trace = new NetworkTrace(network);
        var generator = new Generator(seed);
        var images = Tensor.Normal([count, input.Channels, input.Height, input.Width], ref generator);
        trace.Input = trace.NumberOf(images);
        using var pause = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        using var watching = OperationTrace.Watch(trace.Add);
        var scores = network[images];
        trace.Output = trace.NumberOf(scores);
        return trace;
    }

    private void Add(TracedOperation operation)
    {
        var inputs = new int[operation.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            var tensor = operation.Inputs[i];
            bool isKnown = numbers.ContainsKey(tensor);
            inputs[i] = NumberOf(tensor);
            if (!isKnown)
                constants[inputs[i]] = tensor.DType == DType.Float32
                    ? (tensor.ToArray(), tensor.Shape)
                    : throw new MekikiException($"{operation.Name}: expected float32 elements, got {tensor.DType}. {Missing}");
        }

        steps.Add(new NetworkStep(operation, inputs, NumberOf(operation.Output)));
    }

    private int NumberOf(Tensor tensor)
    {
        if (!numbers.TryGetValue(tensor, out int number))
            numbers[tensor] = number = numbers.Count;
        return number;
    }
}
