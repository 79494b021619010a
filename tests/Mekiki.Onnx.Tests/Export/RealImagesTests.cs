using System.Globalization;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Models;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests.Export;

/// <summary>Each network of the catalogue, exported, on 2,000 real images; the smallest first.</summary>
public sealed class RealImagesTests : IDisposable
{
    private const int Images = 2000, Batch = 50;
    private const float LargestLogit = 20;
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int> Networks =>
        new(Catalogue.All.Where(m => !m.IsFitted).OrderBy(m => m.DefaultInput.Length).ThenBy(m => m.Build(m.DefaultInput, 73).ParameterCount()).SelectMany(m => new[] { (m.Name, 18), (m.Name, 13) }));

    public void Dispose() => folder.Dispose();

    [Theory(Explicit = true)]
    [MemberData(nameof(Networks))]
    public void Save_RealImages_GiveTheSameProbabilitiesAndAnswers(string model, int operators)
    {
        var drawn = MadeRecognizer.Of(model, classes: 73);
        var input = drawn.Preprocessing.Input;
        var set = ImageSet.Open(Shared.File("data/hiragana73-64k.zip"), new ImageSetOptions { Height = input.Height, Width = input.Width, Channels = 1 });
        // Weights that were never trained give logits of any size, and rounding is relative to it: a temperature brings them to that of a trained network's.
        double temperature = Math.Clamp(drawn.Scores(MadeRecognizer.Prepared(drawn, Pixels(set, 0))).ToArray().Max(MathF.Abs) / LargestLogit, 1, 1000);
        var recognizer = new Recognizer(drawn.Network, drawn.Card with { Calibration = new Calibration(temperature, Batch) });
        OnnxExport.Save(recognizer, folder["model.onnx"], new() { Operators = operators, WithLogits = true });
        using var session = new InferenceSession(folder["model.onnx"]);
        float largest = 0, ofLogits = 0;
        int others = 0;
        for (int first = 0; first < Images; first += Batch)
        {
            byte[] pixels = Pixels(set, first);
            var prepared = MadeRecognizer.Prepared(recognizer, pixels);
            float[] ours = recognizer.Probabilities(prepared).ToArray(), ourLogits = recognizer.Scores(prepared).ToArray();
            using var images = OrtValue.CreateTensorValueFromMemory(pixels, [Batch, 1, input.Height, input.Width]);
            using var run = new RunOptions();
            using var results = session.Run(run, ["images"], [images], ["probabilities", "logits"]);
            float[] theirs = results[0].GetTensorDataAsSpan<float>().ToArray(), theirLogits = results[1].GetTensorDataAsSpan<float>().ToArray();
            for (int n = 0; n < Batch; n++)
                others += Best(ours, n) == Best(theirs, n) ? 0 : 1;
            largest = Math.Max(largest, Difference(ours, theirs));
            // Probabilities near 0 and 1 hide differences.
            ofLogits = Math.Max(ofLogits, Difference(ourLogits, theirLogits) / ourLogits.Max(MathF.Abs));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model},{operators},{largest:0.0e-00},{ofLogits:0.0e-00},{others},{Images},{temperature:0.###}"));
        Assert.InRange(largest, 0, 1e-5f);
        Assert.InRange(ofLogits, 0, 1e-4f);
        Assert.Equal(0, others);
    }

    /// <summary>Images at equal distances, (N, C, H, W).</summary>
    private static byte[] Pixels(ImageSet set, int first)
    {
        byte[] pixels = new byte[Batch * set.Shape.Length];
        for (int n = 0; n < Batch; n++)
            set.Image((first + n) * (set.Count / Images)).CopyTo(pixels.AsSpan(n * set.Shape.Length));
        return pixels;
    }

    private static float Difference(float[] a, float[] b) => a.Zip(b).Max(p => MathF.Abs(p.First - p.Second));

    private static int Best(float[] rows, int n)
    {
        var row = rows.AsSpan(n * 73, 73);
        int best = 0;
        for (int c = 1; c < row.Length; c++)
            best = row[c] > row[best] ? c : best;
        return best;
    }
}
