using Mekiki.Onnx.Export;
using Mekiki.Onnx.Files;
using Mekiki.Onnx.Tests.Export;
using Mekiki.Optimizers;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Onnx.Tests.Import;

public sealed class OnnxImportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Networks => [.. Catalogue.All.Where(m => !m.IsFitted && m.Build(m.DefaultInput, 10).ParameterCount() < 3_000_000).Select(m => m.Name)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void Load_ExportedNetwork_GivesTheSameProbabilities(string model) => RoundTrip(MadeRecognizer.Of(model), 18);

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    public void Load_ExportedShiftedViewsColoursAndInversion_GivesTheSameProbabilities(int operators) =>
        RoundTrip(MadeRecognizer.Of("cnn", channels: 3, side: 20, shift: 2, invert: true), operators);

    [Theory]
    [InlineData(1, null)]
    [InlineData(3, 2)]
    public void Load_ExportedNetwork_PreparesImagesAsItsOriginal(int channels, int? shift)
    {
        var made = MadeRecognizer.Of("cnn", channels, side: 16, shift, invert: true);
        OnnxExport.Save(made, folder["model.onnx"]);
        var loaded = OnnxImport.Load(folder["model.onnx"]);
        Assert.Equal(made.Preprocessing, loaded.Preprocessing);
        // Written again, it still takes pixels.
        OnnxExport.Save(loaded, folder["again.onnx"]);
        byte[] pixels = MadeRecognizer.Pixels(made.Preprocessing.Input, 3);
        Near(made.Probabilities(MadeRecognizer.Prepared(made, pixels)).ToArray(), Runtime.Run(folder["again.onnx"], pixels, [3, channels, 16, 16]));
        Assert.Equal(made.Preprocessing, OnnxImport.Load(folder["again.onnx"]).Preprocessing);
    }

    [Fact]
    public void Load_ExportedNetwork_ThatIsPreparedInAnotherWay_IsReadAsItIs()
    {
        var made = MadeRecognizer.Of("cnn", side: 16);
        OnnxExport.Save(made, folder["resizing.onnx"], new() { WithResize = true });
        var pixelsOfOne = new Preprocessing(1, 16, 16, Deviation: 1 / 255f);
        Assert.Equal(pixelsOfOne, OnnxImport.Load(folder["resizing.onnx"]).Preprocessing);

        var graph = RecognizerGraph.Of(made, 18, withLogits: false, withResize: false);
        graph = graph with { Constants = [.. graph.Constants.Select(c => c.Name == "scale" ? TensorData.Of("scale", [0.02f], 1, 1, 1) : c)] };
        using (var file = File.Create(folder["changed.onnx"]))
            GraphWriter.Write(graph, file);
        var loaded = OnnxImport.Load(folder["changed.onnx"]);
        Assert.Equal(pixelsOfOne, loaded.Preprocessing);
        byte[] pixels = MadeRecognizer.Pixels(pixelsOfOne.Input, 3);
        Near(Runtime.Run(folder["changed.onnx"], pixels, [3, 1, 16, 16]), loaded.Probabilities(MadeRecognizer.Prepared(loaded, pixels)).ToArray());
    }

    [Fact]
    public void Load_RegisteredExtension_IsReadByTheRecognizer()
    {
        OnnxImport.Register();
        var made = MadeRecognizer.Of("mlp", side: 8);
        OnnxExport.Save(made, folder["model.onnx"]);
        var loaded = Recognizer.Load(folder["model.onnx"]);
        Assert.Equal(made.Classes, loaded.Classes);
        Assert.True(Recognizer.IsModelFile(folder["model.onnx"]));
    }

    [Fact]
    public void Load_ExportedNetwork_LearnsAndHasFeatures()
    {
        var made = MadeRecognizer.Of("cnn", side: 8, classes: 2);
        OnnxExport.Save(made, folder["model.onnx"]);
        var loaded = OnnxImport.Load(folder["model.onnx"]);
        var generator = new Generator(3);
        var x = Tensor.Uniform([8, 1, 8, 8], ref generator, -2, 2);
        long[] labels = [0, 1, 0, 1, 0, 1, 0, 1];
        var network = loaded.Network;
        Assert.True(network.Parameters().Count >= 4);
        Assert.Equal([8, 32 * 2 * 2], loaded.Features(x).Shape.ToArray());
        var optimizer = new AdamW(network);
        float first = 0, last = 0;
        for (int step = 0; step < 30; step++)
        {
            var loss = new CrossEntropy().Of(network[x], labels);
            (first, last) = (step == 0 ? loss.Item() : first, loss.Item());
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }

        Assert.InRange(last, 0, first / 2);
    }

    [Fact]
    public void Save_Copy_TellsWhatTheOptionsTold()
    {
        Write(Made([new("Flatten", ["x"], ["y"])], "y"));
        var options = new OnnxImportOptions { Classes = [.. Enumerable.Range(0, 16).Select(c => $"it's {c}")], Mean = 0.485f, Deviation = 0.229f, Fit = ImageFit.Crop };
        var saved = OnnxImport.Save(folder["made.onnx"], folder["copy.onnx"], options);
        var loaded = OnnxImport.Load(folder["copy.onnx"]);
        Assert.Equal(saved.Classes, loaded.Classes);
        Assert.Equal(options.Classes, loaded.Classes);
        Assert.Equal(new Preprocessing(1, 4, 4, Mean: 0.485f, Deviation: 0.229f, Fit: ImageFit.Crop), loaded.Preprocessing);
        Assert.StartsWith("{0: 'it", Runtime.Metadata(folder["copy.onnx"])["names"], StringComparison.Ordinal);
        OnnxExport.Save(MadeRecognizer.Of("mlp", side: 8), folder["own.onnx"]);
        Assert.Contains("expected a file of another program, got one that Mekiki wrote", Assert.Throws<MekikiException>(() => OnnxImport.Save(folder["own.onnx"], folder["copy.onnx"], options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mobilenet_v2_1.0_224.onnx", 224, "input", 1e-4f)]
    [InlineData("mobilenet_v1_0.25_128.onnx", 128, "input", 1e-4f)]
    public void Load_NetworksOfOthers_AgreeWithOnnxRuntime(string file, int side, string input, float most)
    {
        string path = Shared.File($"data/{file}");
        var recognizer = OnnxImport.Load(path);
        Assert.Equal((1001, "background", "tench, Tinca tinca"), (recognizer.Classes.Count, recognizer.Classes[0], recognizer.Classes[1]));
        Assert.Equal(new ImageShape(3, side, side), recognizer.Preprocessing.Input);
        var generator = new Generator(4);
        var x = Tensor.Uniform([2, 3, side, side], ref generator, -1, 1);
        float[] theirs = Runtime.Run(path, input, x.ToArray(), [2, 3, side, side]);
        Assert.All(recognizer.Probabilities(x).ToArray().Zip(theirs), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, most));
    }

    [Fact]
    public void Load_HalfPrecisionOfOldVersion_IsRead()
    {
        string path = Shared.File("data/SqueezeNet_fp16.onnx");
        var recognizer = OnnxImport.Load(path);
        Assert.Equal(1000, recognizer.Classes.Count);
        var graph = GraphReader.Read(path);
        Assert.Equal((3, 7), (graph.IrVersion, graph.Operators[""]));
        float[] probabilities = recognizer.Probabilities(Tensor.Zeros([1, 3, 224, 224])).ToArray();
        Assert.InRange(probabilities.Sum(), 0.999f, 1.001f);
    }

    [Fact]
    public void Load_UnknownOperators_AreAllNamed()
    {
        Write(new Graph
        {
            Operators = new Dictionary<string, long> { [""] = 13 },
            Nodes = [new("Relu", ["x"], ["a"]), new("Loop", ["a"], ["b"]) { Name = "first" }, new("LSTM", ["b"], ["c"]), new("Loop", ["c"], ["y"]) { Name = "second" }],
            Inputs = [new("x", ElementType.Float, ["N", 1, 4, 4])],
            Outputs = [new("y", ElementType.Float, null)],
        });
        Assert.Equal($"{folder["made.onnx"]}: expected operators that Mekiki reads, got also LSTM (without a name), Loop (first, second). Export the network without them.", Message());
    }

    [Fact]
    public void Load_CyclesMissingValuesAndVersions_AreRefused()
    {
        Write(Made([new("Add", ["x", "b"], ["a"]) { Name = "one" }, new("Relu", ["a"], ["b"])], "b"));
        Assert.Contains("expected values to be made before they are taken, got Add 'one', which takes 'b'.", Message(), StringComparison.Ordinal);
        Write(Made([new("Add", ["x", "nothing"], ["a"])], "a"));
        Assert.Contains("expected a node, a constant or an input for the value 'nothing', got none.", Message(), StringComparison.Ordinal);
        Write(Made([new("Relu", ["x"], ["a"]), new("Relu", ["x"], ["a"])], "a"));
        Assert.Contains("expected each value to be made once, got 'a' twice.", Message(), StringComparison.Ordinal);
        Write(Made([new("Relu", ["x"], ["a"])], "a") with { Operators = new Dictionary<string, long> { [""] = 23 } });
        Assert.Contains("expected operators of version 7 to 22 (opset), got 23.", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HugeShapes_AreRefusedBeforeMemoryIsTaken()
    {
        Write(Made([new("Relu", ["w"], ["a"])], "a") with { Constants = [new TensorData("w", ElementType.Float, [1_000_000_000, 1_000_000_000], new byte[4])] });
        Assert.Contains("got tensor 'w' with more than 2,147,483,647 elements.", Message(), StringComparison.Ordinal);
        Write(Made([new("ConstantOfShape", ["s"], ["a"])], "a") with { Constants = [TensorData.Of("s", [1L << 20, 1L << 20], 2)] });
        Assert.Contains("expected at most 16777216 elements", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ResultsOfAnySize_AreRefusedBeforeMemoryIsTaken()
    {
        GraphNode Convolution(long margin) => new("Conv", ["x", "w"], ["a"]) { Attributes = new Dictionary<string, AttributeValue> { ["pads"] = new long[] { 0, margin, 0, 0 } } };
        var weight = TensorData.Of("w", new float[9], 1, 1, 3, 3);
        Write(Made([Convolution(2)], "a") with { Constants = [weight] });
        Assert.Contains("expected scores (N, K)", Message(), StringComparison.Ordinal);
        Write(Made([Convolution(1 << 27)], "a") with { Constants = [weight] });
        Assert.Contains("Conv: expected margins narrower than the windows, 3, got 134217728.", Message(), StringComparison.Ordinal);
        // 2^20 rows and 2^20 columns: a number for each pair.
        Write(Made([new("ConstantOfShape", ["s"], ["b"]), new("ConstantOfShape", ["t"], ["c"]), new("Add", ["b", "c"], ["a"])], "a") with { Constants = [TensorData.Of("s", [1L << 20, 1], 2), TensorData.Of("t", [1L, 1 << 20], 2)] });
        Assert.Contains("Add: expected a result of at most 67108864 elements, got", Message(), StringComparison.Ordinal);
        Write(Made([new("ConstantOfShape", ["s"], ["b"]), new("ConstantOfShape", ["t"], ["c"]), new("MatMul", ["b", "c"], ["a"])], "a") with { Constants = [TensorData.Of("s", [1L << 20, 1], 2), TensorData.Of("t", [1L, 1 << 20], 2)] });
        Assert.Contains("MatMul: expected a result of at most 67108864 elements, got", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedBytes_AreRefused()
    {
        OnnxExport.Save(MadeRecognizer.Of("mlp", side: 8), folder["whole.onnx"]);
        byte[] whole = File.ReadAllBytes(folder["whole.onnx"]);
        File.WriteAllBytes(folder["made.onnx"], whole[..(whole.Length / 2)]);
        Assert.Contains("expected an ONNX file, got a field that ends", Message(), StringComparison.Ordinal);
        File.WriteAllText(folder["made.onnx"], "no model");
        Assert.StartsWith($"{folder["made.onnx"]}: expected an ONNX file, got", Message(), StringComparison.Ordinal);
        File.Delete(folder["made.onnx"]);
        Assert.StartsWith($"{folder["made.onnx"]}: expected an ONNX file that can be read.", Message(), StringComparison.Ordinal);
    }

    private static Graph Made(GraphNode[] nodes, string output) => new()
    {
        Operators = new Dictionary<string, long> { [""] = 13 },
        Nodes = nodes,
        Inputs = [new("x", ElementType.Float, ["N", 1, 4, 4])],
        Outputs = [new(output, ElementType.Float, null)],
    };

    private void Write(Graph graph)
    {
        using var stream = File.Create(folder["made.onnx"]);
        GraphWriter.Write(graph with { IrVersion = 8 }, stream);
    }

    private string Message() => Assert.Throws<MekikiException>(() => OnnxImport.Load(folder["made.onnx"])).Message;

    private static void Near(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-5f));
    }

    private void RoundTrip(Recognizer made, int operators)
    {
        OnnxExport.Save(made, folder["model.onnx"], new() { Operators = operators });
        var loaded = OnnxImport.Load(folder["model.onnx"]);
        Assert.Equal(made.Classes, loaded.Classes);
        byte[] pixels = MadeRecognizer.Pixels(made.Preprocessing.Input, images: 3);
        float[] ours = made.Probabilities(MadeRecognizer.Prepared(made, pixels)).ToArray(), again = loaded.Probabilities(MadeRecognizer.Prepared(loaded, pixels)).ToArray();
        Assert.All(ours.Zip(again), p => Assert.InRange(MathF.Abs(p.First - p.Second), 0, 1e-5f));
    }
}
