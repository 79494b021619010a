using Mekiki.Onnx.Files;
using Mekiki.Onnx.Tests.Export;
using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Resize and ConvTranspose against ONNX Runtime, where the suite of ONNX's editions has no case, and inside of networks.</summary>
public sealed class ResizeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("nearest", "half_pixel", 0, 0, 11, 5)]
    [InlineData("nearest", "asymmetric", 0, 0, 3, 17)]
    [InlineData("linear", "half_pixel", 0, 0, 11, 5)]
    [InlineData("linear", "align_corners", 0, 0, 11, 5)]
    [InlineData("linear", "asymmetric", 0, 0, 3, 12)]
    [InlineData("linear", "pytorch_half_pixel", 0, 0, 1, 12)]
    [InlineData("cubic", "half_pixel", 0, 0, 11, 5)]
    [InlineData("cubic", "align_corners", 0, 0, 4, 14)]
    [InlineData("cubic", "half_pixel", 0, 1, 4, 14)]
    [InlineData("linear", "half_pixel", 1, 0, 3, 4)]
    [InlineData("linear", "half_pixel", 1, 1, 3, 15)]
    [InlineData("cubic", "half_pixel", 1, 0, 3, 4)]
    [InlineData("cubic", "half_pixel", 1, 1, 5, 2)]
    public void Resize_Floats_AsOnnxRuntime(string mode, string places, int antialias, int excludes, int height, int width)
    {
        var resize = new GraphNode("Resize", ["x", "", "", "sizes"], ["r"])
        {
            Attributes = new Dictionary<string, AttributeValue> { ["mode"] = mode, ["coordinate_transformation_mode"] = places, ["antialias"] = antialias, ["exclude_outside"] = excludes, ["axes"] = new long[] { 2, 3 } },
        };
        Same([resize, new("Flatten", ["r"], ["y"])], [TensorData.Of("sizes", [(long)height, width], 2)], 1, 8, 7);
    }

    [Theory]
    [InlineData(2, 2, 0, 0, 1, 1)]
    [InlineData(2, 2, 1, 1, 1, 1)]
    [InlineData(3, 1, 0, 1, 1, 2)]
    [InlineData(2, 2, 1, 0, 2, 2)]
    public void ConvTranspose_InANetwork_AsOnnxRuntime(int strideY, int strideX, int margin, int extra, int groups, int dilation)
    {
        var transposed = new GraphNode("ConvTranspose", ["c", "w", "b"], ["t"])
        {
            Attributes = new Dictionary<string, AttributeValue>
            {
                ["strides"] = new long[] { strideY, strideX },
                ["pads"] = new long[] { margin, margin, margin, margin },
                ["group"] = groups,
                ["dilations"] = new long[] { dilation, dilation },
                ["output_padding"] = new long[] { strideY > 1 ? extra : 0, strideX > 1 ? extra : 0 },
            },
        };
        var generator = new Generator(2);
        Same(
            [new("Concat", ["x", "x"], ["d"]) { Attributes = new Dictionary<string, AttributeValue> { ["axis"] = 1 } }, new("Concat", ["d", "d"], ["c"]) { Attributes = new Dictionary<string, AttributeValue> { ["axis"] = 1 } }, transposed, new("Flatten", ["t"], ["y"])],
            [TensorData.Of("w", Tensor.Normal([4, 6 / groups, 3, 3], ref generator).ToArray(), 4, 6 / groups, 3, 3), TensorData.Of("b", Tensor.Normal([6], ref generator).ToArray(), 6)], 1, 5, 6);
    }

    [Fact]
    public void ConvTranspose_Trained_Learns()
    {
        var generator = new Generator(2);
        Write(
            [new("ConvTranspose", ["x", "w"], ["t"]) { Attributes = new Dictionary<string, AttributeValue> { ["strides"] = new long[] { 2, 1 } } }, new("Flatten", ["t"], ["y"])],
            [TensorData.Of("w", Tensor.Normal([1, 2, 2, 2], ref generator).ToArray(), 1, 2, 2, 2)], 1, 3, 3);
        var network = OnnxImport.Load(folder["made.onnx"]).Network;
        network[Tensor.Normal([2, 1, 3, 3], ref generator)].Sum().Backward();
        Assert.All(network.Parameters(), p => Assert.Contains(p.Grad!.ToArray(), g => g != 0));
    }

    [Fact]
    public void ResizeInGraph_ReadAgain_ScalesAsTheModelDoes()
    {
        var made = MadeRecognizer.Of("cnn", channels: 3, side: 20);
        var stretched = new Recognizer(made.Network, made.Card with { Preprocessing = made.Preprocessing with { Fit = ImageFit.Stretch } });
        OnnxExport.Save(stretched, folder["model.onnx"], new() { WithResize = true });
        var read = OnnxImport.Load(folder["model.onnx"]);
        for (int i = 0; i < 10; i++)
        {
            int height = 3 + 9 * i, width = 90 - 8 * i;
            byte[] pixels = MadeRecognizer.Pixels(new ImageShape(3, height, width), images: 1, seed: i);
            var images = Tensor.From(Array.ConvertAll(pixels, p => (float)p), [1, height, width, 3]).Permute(0, 3, 1, 2);
            float[] ours = stretched.Scores(stretched.Prepare(ImageInput.FromPixels(pixels, width, height, PixelFormat.Rgb24))).ToArray();
            Assert.All(ours.Zip(read.Network[images].ToArray()), p => Assert.Equal(p.First, p.Second, 1e-4f));
        }
    }

    [Fact]
    public void Resize_HostileSizes_AreRefused()
    {
        Assert.Contains("expected at most 16777216 elements", Refused([1, 1, 1 << 20, 1 << 20], "sizes"), StringComparison.Ordinal);
        Assert.Contains("expected scales above 0", Refused([1, 1, -1, 4], "sizes"), StringComparison.Ordinal);
        Assert.Contains("expected scales above 0", Refused([1, 1, 0, 4], "scales"), StringComparison.Ordinal);
        Assert.Contains("expected 4 scales or sizes, got 2", Refused([1, 1], "sizes"), StringComparison.Ordinal);

        string Refused(long[] numbers, string input)
        {
            var given = input == "sizes" ? TensorData.Of("n", numbers, numbers.Length) : TensorData.Of("n", Array.ConvertAll(numbers, n => (float)n), numbers.Length);
            Write([new("Resize", input == "sizes" ? ["x", "", "", "n"] : ["x", "", "n"], ["r"]), new("Flatten", ["r"], ["y"])], [given], 1, 4, 4);
            return Assert.Throws<MekikiException>(() => OnnxImport.Load(folder["made.onnx"])).Message;
        }
    }

    private void Write(GraphNode[] nodes, TensorData[] constants, int channels, int height, int width)
    {
        using var stream = File.Create(folder["made.onnx"]);
        GraphWriter.Write(
            new Graph
            {
                IrVersion = 8,
                Operators = new Dictionary<string, long> { [""] = 18 },
                Nodes = nodes,
                Constants = constants,
                Inputs = [new("x", ElementType.Float, ["N", channels, height, width])],
                Outputs = [new("y", ElementType.Float, ["N", "K"])],
            },
            stream);
    }

    private void Same(GraphNode[] nodes, TensorData[] constants, int channels, int height, int width)
    {
        Write(nodes, constants, channels, height, width);
        var generator = new Generator(1);
        var x = Tensor.Normal([2, channels, height, width], ref generator);
        float[] theirs = Runtime.Run(folder["made.onnx"], "x", x.ToArray(), [2, channels, height, width]), ours = OnnxImport.Load(folder["made.onnx"]).Scores(x).ToArray();
        Assert.Equal(theirs.Length, ours.Length);
        Assert.All(ours.Zip(theirs), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }
}
