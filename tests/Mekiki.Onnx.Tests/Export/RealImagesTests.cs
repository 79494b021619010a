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

    public static TheoryData<string> Networks =>
        new(Catalogue.All.Where(m => !m.IsFitted).OrderBy(m => m.DefaultInput.Length).ThenBy(m => m.Build(m.DefaultInput, 73).ParameterCount()).Select(m => m.Name));

    public void Dispose() => folder.Dispose();

    [Theory(Explicit = true)]
    [MemberData(nameof(Networks))]
    public void Save_RealImages_GiveTheSameProbabilitiesAndAnswers(string model)
    {
        var drawn = MadeRecognizer.Of(model, classes: 73);
        var input = drawn.Preprocessing.Input;
        var set = ImageSet.Open(Shared.File("data/hiragana73-64k.zip"), new ImageSetOptions { Height = input.Height, Width = input.Width, Channels = 1 });
        // Weights that were never trained give logits of any size, and rounding is relative to it: a temperature brings them to that of a trained network's.
        double temperature = Math.Clamp(drawn.Scores(MadeRecognizer.Prepared(drawn, Pixels(set, 0))).ToArray().Max(MathF.Abs) / LargestLogit, 1, 1000);
        var recognizer = new Recognizer(drawn.Network, drawn.Card with { Calibration = new Calibration(temperature, Batch) });
        Agreement[] exports = [.. new[] { 13, 18 }.Select(operators => new Agreement(recognizer, operators, folder[$"model-{operators}.onnx"]))];
        for (int first = 0; first < Images; first += Batch)
        {
            byte[] pixels = Pixels(set, first);
            var logits = recognizer.Scores(MadeRecognizer.Prepared(recognizer, pixels));
            float[] probabilities = recognizer.ProbabilitiesOf(logits).ToArray();
            foreach (var export in exports)
                export.Compare(pixels, [Batch, 1, input.Height, input.Width], probabilities, logits.ToArray());
        }

        foreach (var export in exports)
        {
            export.Dispose();
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model},{export},{Images},{temperature:0.###}"));
        }

        Assert.All(exports, export =>
        {
            Assert.InRange(export.Largest, 0, 1e-5f);
            Assert.InRange(export.LargestOfLogits, 0, 1e-4f);
            Assert.Equal(0, export.OtherAnswers);
        });
    }

    /// <summary>Images at equal distances, (N, C, H, W).</summary>
    private static byte[] Pixels(ImageSet set, int first)
    {
        byte[] pixels = new byte[Batch * set.Shape.Length];
        for (int n = 0; n < Batch; n++)
            set.Image((first + n) * (set.Count / Images)).CopyTo(pixels.AsSpan(n * set.Shape.Length));
        return pixels;
    }

    /// <summary>How far an exported file, on ONNX Runtime, goes with its recognizer.</summary>
    private sealed class Agreement : IDisposable
    {
        private readonly int operators;
        private readonly InferenceSession session;

        public Agreement(Recognizer recognizer, int operators, string path)
        {
            this.operators = operators;
            OnnxExport.Save(recognizer, path, new() { Operators = operators, WithLogits = true });
            session = new InferenceSession(path);
        }

        public float Largest { get; private set; }

        public float LargestOfLogits { get; private set; }

        public int OtherAnswers { get; private set; }

        public void Compare(byte[] pixels, long[] sizes, float[] probabilities, float[] logits)
        {
            using var images = OrtValue.CreateTensorValueFromMemory(pixels, sizes);
            using var run = new RunOptions();
            using var results = session.Run(run, ["images"], [images], ["probabilities", "logits"]);
            float[] theirs = results[0].GetTensorDataAsSpan<float>().ToArray(), theirLogits = results[1].GetTensorDataAsSpan<float>().ToArray();
            for (int n = 0; n < Batch; n++)
                OtherAnswers += Best(probabilities, n) == Best(theirs, n) ? 0 : 1;
            Largest = Math.Max(Largest, Difference(probabilities, theirs));
            // Probabilities near 0 and 1 hide differences.
            LargestOfLogits = Math.Max(LargestOfLogits, Difference(logits, theirLogits) / logits.Max(MathF.Abs));
        }

        public void Dispose() => session.Dispose();

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{operators},{Largest:0.0e-00},{LargestOfLogits:0.0e-00},{OtherAnswers}");
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
