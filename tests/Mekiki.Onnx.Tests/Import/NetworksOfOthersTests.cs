using System.Globalization;
using Mekiki.Autograd;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Whole networks of others against ONNX Runtime: the nine of ONNX's own editions since 1.13, and what a folder holds.</summary>
public sealed class NetworksOfOthersTests : IDisposable
{
    private const float MostDifference = 1e-4f;
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> LightNames => ["bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet", "vgg19", "zfnet512"];

    public void Dispose() => folder.Dispose();

    // The files tell the shapes of weights, not weights: all are alike, and so are the outputs. The suite's own input and tolerance.
    [Theory]
    [MemberData(nameof(LightNames))]
    public void Light_AsItIs_GivesTheOutputsBesideIt(string name)
    {
        string path = Light(name);
        var graph = WithWeights(GraphReader.Read(path), null);
        using var pause = Autograd.Gradients.Off();
        var network = Network(graph, path);
        int[] sizes = SizesOf(graph, network.Plan.Input);
        int count = sizes.Aggregate((a, b) => a * b);
        float[] ours = network[Tensor.From([.. Enumerable.Range(0, count).Select(i => (float)((double)i / count))], sizes)].ToArray();
        float[] expected = Value.Of(GraphReader.ReadTensor(File.ReadAllBytes(path.Replace(".onnx", "_output_0.pb", StringComparison.Ordinal)), path)).Floats.ToArray();
        Assert.Equal(expected.Length, ours.Length);
        float ratio = name == "densenet121" ? 2e-3f : 1e-3f;
        Assert.All(ours.Zip(expected), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-7f + ratio * MathF.Abs(p.Second)));
    }

    [Theory]
    [MemberData(nameof(LightNames))]
    public void Light_WithDrawnWeights_AgreesWithOnnxRuntime(string name)
    {
        string path = Light(name);
        var graph = WithWeights(GraphReader.Read(path), new Random(1));
        // The scores before the softmax: probabilities of many classes are all small.
        string scores = GraphPlan.Of(graph, path).Output;
        graph = graph with { Outputs = [new GraphValue(scores, ElementType.Float, null)] };
        using (var stream = File.Create(folder["drawn.onnx"]))
            GraphWriter.Write(graph, stream);
        Agree(folder["drawn.onnx"], name);
    }

    [Fact(Explicit = true)]
    public void Folder_AgreesWithOnnxRuntime()
    {
        string? given = Environment.GetEnvironmentVariable("MEKIKI_ONNX_NETWORKS");
        Assert.SkipWhen(given is null, "MEKIKI_ONNX_NETWORKS names no folder of ONNX files (networks.py beside this project makes one).");
        var faults = new List<string>();
        foreach (string path in Directory.GetFiles(given, "*.onnx").Order(StringComparer.Ordinal))
            try
            {
                Agree(path, Path.GetFileNameWithoutExtension(path));
            }
            catch (Exception e) when (e is MekikiException or Xunit.Sdk.XunitException)
            {
                faults.Add($"{path}: {e.Message}");
            }

        Assert.Empty(faults);
    }

    private static void Agree(string path, string name)
    {
        var graph = GraphReader.Read(path);
        using var pause = Autograd.Gradients.Off();
        var network = Network(graph, path);
        int[] sizes = SizesOf(graph, network.Plan.Input);
        var generator = new Generator(1);
        var x = Tensor.Normal(sizes, ref generator);
        float[] ours = network[x].ToArray(), theirs = Runtime.Run(path, network.Plan.Input, x.ToArray(), Array.ConvertAll(sizes, s => (long)s));
        Assert.Equal(theirs.Length, ours.Length);
        float most = theirs.Max(MathF.Abs), largest = ours.Zip(theirs, (a, b) => MathF.Abs(a - b)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name},{graph.Operators[""]},{largest:E1},{most:E1}"));
        // Scores are of any size: the difference is a share of the largest.
        Assert.True(largest < MostDifference * most, $"{largest} of {most}");
        Assert.Equal(Array.IndexOf(theirs, theirs.Max()), Array.IndexOf(ours, ours.Max()));
    }

    private static string Light(string name)
    {
        string? light = new[] { Environment.GetEnvironmentVariable("MEKIKI_ONNX_LIGHT"), "/usr/share/libonnx-testdata/data/light" }.FirstOrDefault(f => f is { Length: > 0 } && Directory.Exists(f));
        Assert.SkipWhen(light is null, "ONNX's light networks are not installed (ONNX since 1.13; or MEKIKI_ONNX_LIGHT).");
        return Path.Combine(light, $"light_{name}.onnx");
    }

    private static int[] SizesOf(Graph graph, string input) => [.. graph.Inputs.Single(i => i.Name == input).Sizes!.Select((s, d) => (int)(s.Value ?? (d == 0 ? 1 : 224)))];

    // What the nodes ConstantOfShape stand for as constants of the file: alike, or drawn so that values neither grow nor shrink.
    private static Graph WithWeights(Graph graph, Random? random)
    {
        var constants = graph.Constants.ToDictionary(c => c.Name);
        foreach (var node in graph.Nodes.Where(n => n.Operator == "ConstantOfShape"))
        {
            int[] sizes = Array.ConvertAll(Value.Of(constants[node.Inputs[0]]).Integers, s => (int)s);
            var values = new float[sizes.Aggregate(1, (a, b) => a * b)];
            if (random is null)
                Array.Fill(values, Value.Of(node.Attributes["value"].Tensor!).Floats.ToArray()[0]);
            else
                for (int i = 0; i < values.Length; i++)
                    // Numbers of norms are above 0: one of them is a variance.
                    values[i] = sizes.Length == 1 ? 0.5f + random.NextSingle() / 2 : (2 * random.NextSingle() - 1) * MathF.Sqrt(6f * sizes[0] / values.Length);
            constants[node.Outputs[0]] = TensorData.Of(node.Outputs[0], values, Array.ConvertAll(sizes, s => (long)s));
        }

        var nodes = graph.Nodes.Where(n => n.Operator != "ConstantOfShape").ToList();
        var taken = nodes.SelectMany(n => n.Inputs).ToHashSet();
        return graph with { Nodes = nodes, Constants = [.. constants.Values.Where(c => taken.Contains(c.Name))], Inputs = [.. graph.Inputs.Where(i => taken.Contains(i.Name) && !constants.ContainsKey(i.Name))] };
    }

    // Relu's result has four names: of itself, of Identity's, of Dropout's and of a view. All are read after the last use of some.
    [Fact]
    public void ResultsOfSeveralNames_AreFreedAfterTheLast()
    {
        var graph = new Graph
        {
            Operators = new Dictionary<string, long> { [""] = 13 },
            Inputs = [new("x", ElementType.Float, null)],
            Outputs = [new("y", ElementType.Float, null)],
            Constants = [TensorData.Of("sizes", new long[] { -1, 4 }, 2)],
            Nodes =
            [
                new("Relu", ["x"], ["a"]), new("Identity", ["a"], ["b"]), new("Reshape", ["a", "sizes"], ["c"]), new("Add", ["b", "a"], ["d"]),
                new("Dropout", ["b"], ["e"]), new("Sub", ["d", "e"], ["f"]), new("Split", ["f"], ["g", "h"]), new("Identity", ["g"], ["i"]),
                new("Reshape", ["h", "sizes"], ["j"]), new("Mul", ["i", "g"], ["k"]), new("Reshape", ["k", "sizes"], ["l"]), new("Add", ["j", "l"], ["m"]), new("Add", ["m", "c"], ["y"]),
            ],
        };
        var network = Network(graph, "several");
        var x = Tensor.From([1f, -2, 3, 4, 5, 6, -7, 8], [2, 4]);
        float[] expected = network[x].ToArray();
        using (Gradients.Off())
            Assert.Equal(expected, network[x].ToArray());
    }

    private static GraphNetwork Network(Graph graph, string path)
    {
        var network = new GraphNetwork(GraphPlan.Of(graph, path, graph.Outputs[0].Name));
        network.Eval();
        return network;
    }
}
