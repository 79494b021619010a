using System.Diagnostics;
using System.Globalization;
using Mekiki.Onnx.Tests.Export;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>An imported network against ONNX Runtime, in turns on as many threads.</summary>
public sealed class SpeedTests
{
    private const int Turns = 30, RunsPerTurn = 5;

    // The other's second thread spins for about 50 ms after its last run, on a core that ours needs where there are two.
    private const int MillisecondsBetween = 150;

    [Theory(Explicit = true)]
    [InlineData("mobilenet_v2_1.0_224.onnx", 224, 1)]
    [InlineData("mobilenet_v2_1.0_224.onnx", 224, 2)]
    [InlineData("mobilenet_v1_0.25_128.onnx", 128, 1)]
    [InlineData("mobilenet_v1_0.25_128.onnx", 128, 2)]
    [InlineData("mobilenet_v2_1.0_224-int8.onnx", 224, 1)]
    [InlineData("mobilenet_v1_0.25_128-int8.onnx", 128, 1)]
    public void Scores_OneImage_InTurns(string file, int side, int threads)
    {
        string path = Shared.File($"data/{file}");
        var generator = new Generator(1);
        var x = Tensor.Uniform([1, 3, side, side], ref generator, -1, 1);
        using var images = OrtValue.CreateTensorValueFromMemory(x.ToArray(), [1, 3, side, side]);
        Compare(file, path, x, images, threads);
    }

    [Theory(Explicit = true)]
    [InlineData("efficientnet_b0", 1)]
    [InlineData("efficientnet_b0", 2)]
    [InlineData("mobilenet_v2", 1)]
    [InlineData("mobilenet_v2", 2)]
    public void ScoresOfAnExport_OneImage_InTurns(string model, int threads)
    {
        const int Side = 224;
        using var folder = new TemporaryFolder();
        var recognizer = MadeRecognizer.Of(model, channels: 3, Side, classes: 1000);
        OnnxExport.Save(recognizer, folder["model.onnx"], new() { WithLogits = true });
        byte[] pixels = MadeRecognizer.Pixels(recognizer.Preprocessing.Input, 1);
        using var images = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, Side, Side]);
        Compare(model, folder["model.onnx"], Tensor.From([.. pixels.Select(p => p / 255f)], [1, 3, Side, Side]), images, threads);
    }

    [Theory(Explicit = true)]
    [InlineData("cnn", 1, 1)]
    [InlineData("cnn", 32, 2)]
    [InlineData("resnet18", 1, 1)]
    [InlineData("resnet18", 32, 2)]
    public void ScoresOfAnExport_AndOfItsOriginal_InTurns(string model, int images, int threads)
    {
        using var folder = new TemporaryFolder();
        var original = MadeRecognizer.Of(model, classes: 73);
        var input = original.Preprocessing.Input;
        OnnxExport.Save(original, folder["model.onnx"], new() { WithLogits = true });
        var loaded = OnnxImport.Load(folder["model.onnx"]);
        original.Threads = loaded.Threads = threads;
        byte[] pixels = MadeRecognizer.Pixels(input, images);
        Tensor prepared = MadeRecognizer.Prepared(original, pixels), again = MadeRecognizer.Prepared(loaded, pixels);
        var (before, after) = (new List<double>(), new List<double>());
        for (int turn = 0; turn < Turns; turn++)
        {
            Take(before, () => _ = original.Scores(prepared).Values);
            Take(after, () => _ = loaded.Scores(again).Values);
        }

        var (own, other) = (Median(after), Median(before));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model}, {images} images, {threads} threads: loaded {own:F3} ms, original {other:F3} ms, ratio {other / own:F3}"));
        Assert.InRange(own, 0, 2 * other);
    }

    private static void Compare(string name, string path, Tensor x, OrtValue images, int threads)
    {
        var recognizer = OnnxImport.Load(path);
        recognizer.Threads = threads;
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (int turn = 0; turn < Turns; turn++)
        {
            Take(ours, () => _ = recognizer.Scores(x).Values);
            Take(theirs, () =>
            {
                using var results = session.Run(run, [session.InputNames[0]], [images], session.OutputNames);
            });
        }

        var (own, other) = (Median(ours), Median(theirs));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, {threads} threads: {own:F2} ms, ONNX Runtime {other:F2} ms, ratio {other / own:F2}, least {ours.Min():F2} and {theirs.Min():F2} ms"));
        Assert.InRange(own, 0, 100 * other);
    }

    // The first run of a turn finds the other's data in the caches, and is not counted.
    private static void Take(List<double> times, Action action)
    {
        Thread.Sleep(MillisecondsBetween);
        action();
        for (int i = 0; i < RunsPerTurn; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
