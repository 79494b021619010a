using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Microsoft.ML.OnnxRuntime;

namespace Mekiki.Onnx.Tests.Export;

/// <summary>Each network of the catalogue, exported, on 2,000 real images; the smallest first.</summary>
public sealed class RealImagesTests : IDisposable
{
    private const int Images = 2000, Batch = 50;
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int> Networks =>
        new(Catalogue.All.Where(m => !m.IsFitted).OrderBy(m => m.DefaultInput.Length).ThenBy(m => m.Build(m.DefaultInput, 73).ParameterCount()).SelectMany(m => new[] { (m.Name, 18), (m.Name, 13) }));

    public void Dispose() => folder.Dispose();

    [Theory(Explicit = true)]
    [MemberData(nameof(Networks))]
    public void Save_RealImages_GiveTheSameProbabilitiesAndAnswers(string model, int operators)
    {
        var recognizer = MadeRecognizer.Of(model, classes: 73);
        var input = recognizer.Preprocessing.Input;
        var set = ImageSet.Open(Shared.File("data/hiragana73-64k.zip"), new ImageSetOptions { Height = input.Height, Width = input.Width, Channels = 1 });
        OnnxExport.Save(recognizer, folder["model.onnx"], new() { Operators = operators, WithLogits = true });
        using var session = new InferenceSession(folder["model.onnx"]);
        float largest = 0, ofLogits = 0;
        int others = 0;
        for (int first = 0; first < Images; first += Batch)
        {
            byte[] pixels = new byte[Batch * input.Length];
            for (int n = 0; n < Batch; n++)
                set.Image((first + n) * (set.Count / Images)).CopyTo(pixels.AsSpan(n * input.Length));
            var prepared = MadeRecognizer.Prepared(recognizer, pixels);
            float[] ours = recognizer.Probabilities(prepared).ToArray(), ourLogits = recognizer.Scores(prepared).ToArray();
            using var images = OrtValue.CreateTensorValueFromMemory(pixels, [Batch, 1, input.Height, input.Width]);
            using var run = new RunOptions();
            using var results = session.Run(run, ["images"], [images], ["probabilities", "logits"]);
            float[] theirs = results[0].GetTensorDataAsSpan<float>().ToArray(), theirLogits = results[1].GetTensorDataAsSpan<float>().ToArray();
            for (int n = 0; n < Batch; n++)
                others += Best(ours, n) == Best(theirs, n) ? 0 : 1;
            largest = Math.Max(largest, Difference(ours, theirs));
            // Weights that were never trained may give probabilities of 0 and 1, which hide differences.
            ofLogits = Math.Max(ofLogits, Difference(ourLogits, theirLogits) / ourLogits.Max(MathF.Abs));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model},{operators},{largest:0.0e-00},{ofLogits:0.0e-00},{others},{Images}"));
        Assert.InRange(largest, 0, 1e-5f);
        Assert.InRange(ofLogits, 0, 1e-4f);
        Assert.Equal(0, others);
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
