using Mekiki.Autograd;
using Mekiki.Layers;

namespace Mekiki.Tests.Properties;

/// <summary>Convolutions, batch norms, ReLU, pooling and sums in any order; each takes any earlier result, which may be used more than once or never.</summary>
internal sealed class RandomNetwork : Module
{
    private readonly List<(int From, Func<Tensor, IReadOnlyList<Tensor>, Tensor> Step)> steps = [];
    private readonly List<string> words = [];

    public RandomNetwork(Draw d, Shape input)
    {
        var shapes = new List<Shape> { input };
        int count = d.Int(2, 9);
        for (int i = 0; i < count; i++)
        {
            // Most steps go on from the last result, as in real networks.
            int from = d.Int(0, 2) < 2 ? shapes.Count - 1 : d.Int(0, shapes.Count - 1);
            shapes.Add(AddStep(d, from, shapes));
        }

        Input = input;
    }

    public Shape Input { get; }

    public override Tensor Forward(Tensor x)
    {
        var results = new List<Tensor> { x };
        foreach (var (from, step) in steps)
            results.Add(step(results[from], results));
        return results[^1];
    }

    /// <summary>From the weights of a seed: the result with and without gradients, all gradients, and the running statistics.</summary>
    public Dictionary<string, float[]> Run(bool training, ulong images)
    {
        Initialize(5);
        if (training)
            Train();
        else
            Eval();
        var generator = new Generator(images);
        var x = Tensor.Normal(Input, ref generator).WithGrad();
        var results = new Dictionary<string, float[]>();
        using (Gradients.Off())
            results["y, unrecorded"] = this[x].ToArray();
        foreach (var (_, parameter) in NamedParameters())
            parameter.ZeroGrad();
        var y = this[x];
        results["y"] = y.ToArray();
        y.Backward(Tensor.Normal(y.Shape, ref generator));
        results["dx"] = x.Grad?.ToArray() ?? [];
        foreach (var (name, parameter) in NamedParameters())
            results["d" + name] = parameter.Grad?.ToArray() ?? [];
        foreach (var (name, tensor) in StateDict())
            if (tensor.DType == DType.Float32)
                results[name] = tensor.ToArray();
        return results;
    }

    /// <summary>Two ways to run a network agree.</summary>
    /// <remarks>
    /// Rounding differs, and now and then it decides which of two pixels is the maximum or whether a ReLU is open: then a whole
    /// gradient goes elsewhere. So a network has three tries with other images; a wrong way fails in each. A gradient that
    /// is 0 but for rounding, as before a batch norm, is measured by the largest of the network.
    /// </remarks>
    public static void AssertSame(string network, Func<ulong, Dictionary<string, float[]>> one, Func<ulong, Dictionary<string, float[]>> other)
    {
        string? problem = null;
        for (ulong images = 0; images < 3; images++)
        {
            var (expected, got) = (one(images), other(images));
            double largest = expected.Where(e => e.Key.StartsWith('d')).Max(e => Norm(e.Value));
            problem = expected.Where(e => Norm([.. e.Value.Zip(got[e.Key], (a, b) => a - b)]) > 1e-3 * Norm(e.Value) + 1e-4 * largest).Select(e => $"{e.Key} is {Goldens.Distance(e.Value, got[e.Key]):g3} off").FirstOrDefault();
            if (problem is null)
                return;
        }

        Assert.Fail($"{network}: {problem}");
    }

    public override string ToString() => $"{Input}: {string.Join("; ", words)}";

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));

    private Shape AddStep(Draw d, int from, List<Shape> shapes)
    {
        var shape = shapes[from];
        int kind = d.Int(0, 7), place = steps.Count;
        switch (kind)
        {
            case 0 or 1:
                int kernel = d.Pick(1, 3), stride = d.Int(1, 2), outputs = d.Pick(3, 8, 16);
                bool bias = d.Flag();
                var convolution = Child($"conv{place}", new Conv2d(shape[1], outputs, kernel, stride, kernel / 2, bias: bias));
                Add(from, (x, _) => convolution[x], $"conv {kernel}x{kernel}/{stride} to {outputs}{(bias ? " with bias" : "")}");
                return [shape[0], outputs, (shape[2] - 1) / stride + 1, (shape[3] - 1) / stride + 1];
            case 2 or 3:
                var norm = Child($"bn{place}", new BatchNorm2d(shape[1]));
                Add(from, (x, _) => norm[x], "norm");
                return shape;
            case 4 or 5:
                Add(from, (x, _) => x.Relu(), "relu");
                return shape;
            case 6 when shape[2] >= 4 && shape[3] >= 4:
                Add(from, (x, _) => x.MaxPool(2), "pool");
                return [shape[0], shape[1], shape[2] / 2, shape[3] / 2];
            default:
                int other = shapes.FindLastIndex(shapes.Count - 1, s => s == shape && d.Flag());
                other = other < 0 ? from : other;
                Add(from, (x, results) => x + results[other], $"+ {other}");
                return shape;
        }
    }

    private void Add(int from, Func<Tensor, IReadOnlyList<Tensor>, Tensor> step, string word)
    {
        words.Add($"{steps.Count + 1} = {from} {word}");
        steps.Add((from, step));
    }
}
