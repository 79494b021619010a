using System.Diagnostics;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Tests.Export;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Damaged files: bits, lengths and ends are changed. A message is the only answer.</summary>
public sealed class HostileOnnxTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int> Seeds => new() { { "mlp", 1 }, { "cnn", 2 }, { "kana-net", 3 } };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Load_DamagedFiles_GiveMessages(string model, int seed) => Try(model, seed, files: 150);

    [Theory(Explicit = true)]
    [MemberData(nameof(Seeds))]
    public void Load_ManyDamagedFiles_GiveMessages(string model, int seed) => Try(model, seed + 100, files: 20_000);

    [Fact]
    public void OutputWithoutAName_IsRefused() => Refused("Graph: expected a node, a constant or an input for its output, got none.", [new("Flatten", ["x"], [""])], [], output: "");

    [Fact]
    public void ConvolutionWithoutWeights_BeforeANorm_IsRefused() => Refused("Conv: expected 2 inputs or more, got others.",
        [new("Conv", ["x", ""], ["c"]), new("BatchNormalization", ["c", "b", "b", "b", "b"], ["n"]), new("Flatten", ["n"], ["y"])], [TensorData.Of("b", new float[2], 2)]);

    [Fact]
    public void BiasOfAnotherLength_BeforeANorm_IsRefused() => Refused("Conv",
        [new("Conv", ["x", "w", "b"], ["c"]), new("BatchNormalization", ["c", "n", "n", "n", "n"], ["m"]), new("Flatten", ["m"], ["y"])],
        [TensorData.Of("w", new float[18], 2, 1, 3, 3), TensorData.Of("b", new float[1], 1), TensorData.Of("n", new float[2], 2)]);

    [Fact]
    public void ConstantOfManyDimensions_IsRefused() => Refused("'s': expected at most 6 dimensions, got 7.", [new("Reshape", ["x", "s"], ["y"])], [TensorData.Of("s", new long[1], 1, 1, 1, 1, 1, 1, 1)]);

    private void Refused(string message, GraphNode[] nodes, TensorData[] constants, string output = "y")
    {
        var graph = new Graph
        {
            IrVersion = 8,
            Operators = new Dictionary<string, long> { [""] = 18 },
            Inputs = [new("x", ElementType.Float, [1, 1, 4, 4])],
            Outputs = [new(output, ElementType.Float, [1, 2])],
            Nodes = nodes,
            Constants = constants,
        };
        using (var file = File.Create(folder["x.onnx"]))
            GraphWriter.Write(graph, file);
        Assert.StartsWith($"{folder["x.onnx"]}: {message}", Assert.Throws<MekikiException>(() => OnnxImport.Load(folder["x.onnx"])).Message);
    }

    private void Try(string model, int seed, int files)
    {
        OnnxExport.Save(MadeRecognizer.Of(model, side: 8, classes: 3), folder["whole.onnx"]);
        byte[] whole = File.ReadAllBytes(folder["whole.onnx"]);
        var random = new Random(seed);
        TimeSpan longest = default;
        for (int i = 0; i < files; i++)
        {
            byte[] damaged = Damaged(whole, random);
            File.WriteAllBytes(folder["damaged.onnx"], damaged);
            var clock = Stopwatch.StartNew();
            try
            {
                OnnxImport.Load(folder["damaged.onnx"]);
            }
            catch (MekikiException)
            {
            }

            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{model}: {files} files, the slowest took {longest.TotalMilliseconds:N0} ms");
    }

    // Most of a file is weights: half of the changes are in the first 2,000 and the last 4,000 bytes, where the graph and the metadata are.
    private static byte[] Damaged(byte[] whole, Random random)
    {
        byte[] damaged = [.. whole];
        if (random.Next(10) == 0)
            return damaged[..random.Next(damaged.Length)];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(4) switch { 0 => random.Next(Math.Min(2000, damaged.Length)), 1 => damaged.Length - 1 - random.Next(Math.Min(4000, damaged.Length)), _ => random.Next(damaged.Length) };
            damaged[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(damaged[at] ^ 1 << random.Next(8)), _ => (byte)(random.Next(2) == 0 ? 0xff : 0x7f) };
        }

        return damaged;
    }
}
