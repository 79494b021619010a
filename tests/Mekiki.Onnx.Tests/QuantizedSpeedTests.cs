using System.Diagnostics;
using System.Globalization;
using Mekiki.Onnx.Tests.Export;
using Mekiki.Vision.Data;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests;

/// <summary>8 bits against 32, and against ONNX Runtime's 8 bits on the same QDQ file, one after the other on one thread: a row of results/int8.csv.</summary>
public sealed class QuantizedSpeedTests
{
    [Theory(Explicit = true)]
    [InlineData("cnn", 1, 48, 32)]
    [InlineData("cnn", 1, 48, 1)]
    [InlineData("kana-net", 1, 48, 32)]
    [InlineData("resnet18", 1, 48, 32)]
    [InlineData("resnet18", 1, 48, 1)]
    [InlineData("resnet18", 3, 224, 1)]
    [InlineData("mobilenet_v2", 3, 224, 1)]
    public void Scores_InTurns(string model, int channels, int side, int batch)
    {
        const double Seconds = 6;
        var recognizer = MadeRecognizer.Of(model, channels, side, classes: 73);
        var input = recognizer.Preprocessing.Input;
        byte[] pixels = MadeRecognizer.Pixels(input, batch);
        var set = ImageSet.FromPixels("pixels", input, MadeRecognizer.Pixels(input, 8), new int[8], recognizer.Classes);
        var quantized = Quantizer.Quantize(recognizer, set, cancellation: TestContext.Current.CancellationToken).Recognizer;
        (recognizer.Threads, quantized.Threads) = (1, 1);
        using var folder = new TemporaryFolder();
        OnnxExport.Save(quantized, folder["model.onnx"], new() { WithLogits = true });
        var x = MadeRecognizer.Prepared(recognizer, pixels);
        using var options = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        using var session = new InferenceSession(folder["model.onnx"], options);
        using var images = OrtValue.CreateTensorValueFromMemory(pixels, [batch, channels, side, side]);
        using var run = new RunOptions();
        var (real, whole, theirs) = (new List<double>(), new List<double>(), new List<double>());
        var all = Stopwatch.StartNew();
        while (all.Elapsed.TotalSeconds < Seconds)
        {
            real.Add(Time(() => _ = recognizer.Scores(x).Values));
            whole.Add(Time(() => _ = quantized.Scores(x).Values));
            theirs.Add(Time(() =>
            {
                using var results = session.Run(run, ["images"], [images], ["logits"]);
            }));
        }

        double Best(List<double> times) => times.Order().ElementAt(times.Count / 20);
        double a = Best(real), b = Best(whole), c = Best(theirs);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model},{side},{batch},1,{a:F3},{b:F3},{a / b:F2},{c:F3},{c / b:F2}"));
        Assert.InRange(b, 0, 10 * a);
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }
}
