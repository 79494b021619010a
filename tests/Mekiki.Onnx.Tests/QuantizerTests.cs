using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;
using Mekiki.Onnx.Tests.Export;
using Mekiki.Vision;
using Mekiki.Vision.Data;

namespace Mekiki.Onnx.Tests;

/// <summary>Networks that are quantized: near the floats, the same from a file, and in ONNX Runtime.</summary>
public sealed class QuantizerTests
{
    private const int Images = 48;

    /// <summary>Networks, their channels and side, and how many convolutions and linear layers they have.</summary>
    public static TheoryData<string, int, int, int> Networks => new()
    {
        { "mlp", 1, 16, 3 },
        { "cnn", 1, 24, 3 },
        { "kana-net", 1, 24, 7 },
        { "resnet20", 1, 24, 20 },
        { "resnet18_small", 3, 32, 21 },
        { "squeezenet1_1", 3, 64, 26 },
        { "mobilenet_v2", 3, 64, 53 },
        { "densenet121", 3, 32, 121 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Quantize_AnyNetwork_StaysNearItAndIsTheSameEverywhere(string model, int channels, int side, int layers)
    {
        var recognizer = MadeRecognizer.Of(model, channels, side);
        var set = Set(recognizer);
        var result = Quantize(recognizer, set);
        Assert.Equal(layers, result.Layers);
        Assert.Equal(Images, result.Images);
        var quantized = result.Recognizer;
        var form = QuantizedForm.Of(((GraphNetwork)quantized.Network).Plan)!;
        Assert.Equal(layers, form.Nodes.Count(n => n.Operator is "QLinearConv" or "QGemm" or "QLinearMatMul"));
        // What is real is told, and nothing else.
        foreach (string op in (string[])["Conv", "Gemm", "Add", "MaxPool", "Concat"])
            Assert.Equal(result.Kept.GetValueOrDefault(op), form.Nodes.Count(n => n.Operator == op && !n.Outputs[0].EndsWith(".quantized", StringComparison.Ordinal)));
        byte[] pixels = MadeRecognizer.Pixels(recognizer.Preprocessing.Input, Images);
        var x = MadeRecognizer.Prepared(recognizer, pixels);
        float[] real = recognizer.Scores(x).ToArray(), whole = quantized.Scores(x).ToArray();
        double correlation = Correlation(real, whole);
        TestContext.Current.TestOutputHelper?.WriteLine($"{model}: correlation {correlation:F4}, kept {string.Join(", ", result.Kept)}");
        Assert.InRange(correlation, 0.995, 1);

        OnnxImport.Register();
        using var folder = new TemporaryFolder();
        string file = folder["model.safetensors"], onnx = folder["model.onnx"];
        quantized.Save(file);
        Assert.Equal(whole, Recognizer.Load(file).Scores(x).ToArray());
        OnnxExport.Save(quantized, onnx, new() { WithLogits = true });
        Assert.Contains(GraphReader.Read(onnx).Nodes, n => n.Operator == "QuantizeLinear");
        float[] runtime = Runtime.Run(onnx, pixels, [Images, channels, side, side], "logits");
        Assert.InRange(Correlation(whole, runtime), 0.995, 1);
        var again = OnnxImport.Load(onnx);
        Assert.NotNull(QuantizedForm.Of(((GraphNetwork)again.Network).Plan));
    }

    [Fact]
    public void Quantize_Attention_LeavesItsProductsRealAndIsNear()
    {
        var recognizer = new Recognizer(new Attentive(), new ModelCard("own", ["a", "b", "c"], new Preprocessing(1, 8, 6)));
        recognizer.Network.Initialize(1);
        recognizer.Network.Eval();
        var result = Quantize(recognizer, Set(recognizer));
        // Patches, queries with keys and values, what attention gives, and classes.
        Assert.Equal(4, result.Layers);
        Assert.Equal(4, result.Kept["MatMul"]);
        byte[] pixels = MadeRecognizer.Pixels(recognizer.Preprocessing.Input, Images);
        var x = MadeRecognizer.Prepared(recognizer, pixels);
        float[] real = recognizer.Scores(x).ToArray(), whole = result.Recognizer.Scores(x).ToArray();
        Assert.InRange(Correlation(real, whole), 0.99, 1);
        using var folder = new TemporaryFolder();
        OnnxExport.Save(result.Recognizer, folder["model.onnx"], new() { WithLogits = true });
        Assert.InRange(Correlation(whole, Runtime.Run(folder["model.onnx"], pixels, [Images, 1, 8, 6], "logits")), 0.99, 1);
    }

    [Theory]
    [InlineData(RangeMethod.MinMax)]
    [InlineData(RangeMethod.Percentile)]
    [InlineData(RangeMethod.Mse)]
    public void Quantize_ByEachMethod_IsNear(RangeMethod method)
    {
        var recognizer = MadeRecognizer.Of("resnet20", 1, 24);
        var x = MadeRecognizer.Prepared(recognizer, MadeRecognizer.Pixels(recognizer.Preprocessing.Input, Images));
        var result = Quantize(recognizer, Set(recognizer), options: new() { Method = method });
        Assert.InRange(Correlation(recognizer.Scores(x).ToArray(), result.Recognizer.Scores(x).ToArray()), 0.98, 1);
    }

    [Fact]
    public void Quantize_KeepingFirstAndLast_LeavesThemReal()
    {
        var recognizer = MadeRecognizer.Of("kana-net", 1, 24);
        var result = Quantize(recognizer, Set(recognizer), options: new() { KeepsFirst = true, KeepsLast = true });
        Assert.Equal(5, result.Layers);
        Assert.Equal(1, result.Kept["Conv"]);
        Assert.Equal(1, result.Kept["Gemm"]);
    }

    [Fact]
    public void Quantize_OnSomeImages_TakesThoseAtEqualDistances()
    {
        var recognizer = MadeRecognizer.Of("mlp", 1, 16);
        Assert.Equal(10, Quantize(recognizer, Set(recognizer), options: new() { Images = 10 }).Images);
        Assert.Equal(3, Quantize(recognizer, Set(recognizer), [4, 5, 6]).Images);
    }

    [Fact]
    public void Quantize_OfWhatCannotBe_SaysWhy()
    {
        var mlp = MadeRecognizer.Of("mlp", 1, 16);
        var set = Set(mlp);
        Assert.Equal("sift-fisher-svm: expected a network of layers, got a recognizer that has none. Train another model, such as kana-net or resnet18, to quantize it.",
            Assert.Throws<MekikiException>(() => Quantize(new Recognizer(mlp.Network, mlp.Card with { Model = "sift-fisher-svm" }), set)).Message);
        Assert.Equal("pixels: expected images to find the ranges of values by, got none. Give images such as the model will see.", Assert.Throws<MekikiException>(() => Quantize(mlp, set, [])).Message);
        var quantized = Quantize(mlp, set).Recognizer;
        Assert.Equal("mlp: expected a network that computes with floats, got one that is quantized already. Quantize the model that it was made of.", Assert.Throws<MekikiException>(() => Quantize(quantized, set)).Message);
        quantized.Network.Train();
        Assert.StartsWith("Graph: expected a network that computes with floats to train, got one that is quantized.", Assert.Throws<MekikiException>(() => quantized.Network[Tensor.Zeros([2, 1, 16, 16])]).Message);
        Assert.StartsWith("Images: expected 1 to 100,000, got 0.", Assert.Throws<MekikiException>(() => new QuantizerOptions { Images = 0 }).Message);
    }

    private static QuantizerResult Quantize(Recognizer recognizer, ImageSet set, int[]? subset = null, QuantizerOptions? options = null) =>
        Quantizer.Quantize(recognizer, set, subset, options, cancellation: TestContext.Current.CancellationToken);

    private static ImageSet Set(Recognizer recognizer)
    {
        var input = recognizer.Preprocessing.Input;
        byte[] pixels = MadeRecognizer.Pixels(input, Images);
        return ImageSet.FromPixels("pixels", input, pixels, new int[Images], recognizer.Classes);
    }

    private static double Correlation(float[] a, float[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), products = 0, squaresA = 0, squaresB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            products += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }

        return products / Math.Sqrt(squaresA * squaresB);
    }
}
