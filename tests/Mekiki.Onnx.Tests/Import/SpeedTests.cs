using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests.Import;

/// <summary>An imported network against ONNX Runtime, in turns on one thread.</summary>
public sealed class SpeedTests
{
    [Theory(Explicit = true)]
    [InlineData("mobilenet_v2_1.0_224.onnx", 224)]
    [InlineData("mobilenet_v1_0.25_128.onnx", 128)]
    [InlineData("mobilenet_v2_1.0_224-int8.onnx", 224)]
    [InlineData("mobilenet_v1_0.25_128-int8.onnx", 128)]
    public void Scores_OneImage_InTurns(string file, int side)
    {
        const int Turns = 40;
        string path = Shared.File($"data/{file}");
        var recognizer = OnnxImport.Load(path);
        recognizer.Threads = 1;
        var generator = new Generator(1);
        var x = Tensor.Uniform([1, 3, side, side], ref generator, -1, 1);
        float[] values = x.ToArray();
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        using var images = OrtValue.CreateTensorValueFromMemory(values, [1, 3, side, side]);
        using var run = new RunOptions();
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (int turn = 0; turn < Turns; turn++)
        {
            var clock = Stopwatch.StartNew();
            _ = recognizer.Scores(x).Values;
            ours.Add(clock.Elapsed.TotalMilliseconds);
            clock.Restart();
            using var results = session.Run(run, ["input"], [images], session.OutputNames);
            theirs.Add(clock.Elapsed.TotalMilliseconds);
        }

        var (own, other) = (Median(ours), Median(theirs));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {own:F2} ms, ONNX Runtime {other:F2} ms, ratio {other / own:F2}, least {ours.Min():F2} and {theirs.Min():F2} ms"));
        Assert.InRange(own, 0, 100 * other);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
