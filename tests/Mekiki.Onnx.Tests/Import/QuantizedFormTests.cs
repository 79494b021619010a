using Mekiki.Onnx.Files;
using Mekiki.Onnx.Import;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>Graphs with quantized values are computed with 8-bit numbers.</summary>
public sealed class QuantizedFormTests
{
    [Theory]
    [InlineData("mobilenet_v2_1.0_224-int8.onnx", 224, 53)]
    [InlineData("mobilenet_v1_0.25_128-int8.onnx", 128, 28)]
    public void Mobilenet_OfWholeNumbers_AnswersAsOnnxRuntime(string file, int side, int convolutions)
    {
        string path = Shared.File($"data/{file}");
        Assert.SkipUnless(File.Exists(path), "The shared networks are not beside this clone.");
        var plan = GraphPlan.Of(GraphReader.Read(path), path);
        var form = QuantizedForm.Of(plan)!;
        Assert.Equal(convolutions, form.Nodes.Count(n => n.Operator == "QLinearConv"));
        // Nothing is computed with floats but what goes in and out.
        Assert.Equal(["DequantizeLinear", "Flatten", "QLinearAdd", "QLinearConv", "QLinearGlobalAveragePool", "QuantizeLinear"], form.Nodes.Select(n => n.Operator).Append("QLinearAdd").Distinct().Order(StringComparer.Ordinal));
        var recognizer = OnnxImport.Load(path);
        var generator = new Generator(1);
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        for (int turn = 0; turn < 3; turn++)
        {
            // Large spots of colour: noise alone looks like nothing.
            var x = Tensor.Normal([1, 3, 7, 7], ref generator).Interpolate(side, side).Clamp(-1, 1);
            using var images = OrtValue.CreateTensorValueFromMemory(x.ToArray(), [1, 3, side, side]);
            using var run = new RunOptions();
            using var results = session.Run(run, ["input"], [images], session.OutputNames);
            float[] theirs = results[0].GetTensorDataAsSpan<float>().ToArray(), ours = recognizer.Scores(x).Softmax(-1).ToArray();
            TestContext.Current.TestOutputHelper?.WriteLine($"{file}: largest difference {ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max():G3}, top {ours.Max():G3} {theirs.Max():G3}");
            Assert.Equal(Array.IndexOf(theirs, theirs.Max()), Array.IndexOf(ours, ours.Max()));
            Assert.InRange(ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max(), 0, 0.1);
        }
    }
}
