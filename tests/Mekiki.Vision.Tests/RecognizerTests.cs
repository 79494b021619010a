using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Data;
using SkiaSharp;

namespace Mekiki.Vision.Tests;

public sealed class RecognizerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    // Files of the largest would take half a gigabyte each.
    public static TheoryData<string> Names => [.. Catalogue.All.Where(m => m.Build(m.DefaultInput, 3).ParameterCount() < 15_000_000).Select(m => m.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    private static Recognizer Made(string model = "mlp", int channels = 1, string[]? classes = null, ulong seed = 3)
    {
        var entry = Catalogue.Find(model);
        var input = entry.DefaultInput with { Channels = channels };
        classes ??= ["あ", "い", "う"];
        return new Recognizer(entry.Create(input, classes.Length, seed), new ModelCard(model, classes, new Preprocessing(channels, input.Height, input.Width, Mean: 0.5f, Deviation: 0.25f))
        {
            Metrics = new Dictionary<string, double> { ["test_accuracy"] = 0.75 },
            Data = "somewhere",
            DataFingerprint = "1234",
        });
    }

    private string Saved(Recognizer? recognizer = null)
    {
        (recognizer ?? Made()).Save(folder["model.safetensors"]);
        return folder["model.safetensors"];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SavedAndLoaded_GivesTheSameScores(string model)
    {
        var before = Made(model);
        var after = Recognizer.Load(Saved(before));
        var input = before.Preprocessing.Input;
        var generator = new Generator(2);
        var x = Tensor.Uniform([2, input.Channels, input.Height, input.Width], ref generator);
        Assert.Equal(before.Scores(x).ToArray(), after.Scores(x).ToArray());
        Assert.Equal(before.WeightsSha256, after.WeightsSha256);
        Assert.Equal(before.Classes, after.Classes);
        Assert.Equal(before.Preprocessing, after.Preprocessing);
        Assert.Equal(0.75, after.Card.Metrics["test_accuracy"]);
        Assert.Equal(("somewhere", "1234", Machine.Version, after.WeightsSha256), (after.Card.Data, after.Card.DataFingerprint, after.Card.Version, after.Card.WeightsSha256));
    }

    [Fact]
    public void CardWithAShift_RecognizesByFiveViews_ScoresAndPicturesAlike()
    {
        var plain = Made();
        var shifted = Recognizer.Load(Saved(new Recognizer(plain.Network, plain.Card with { Shift = 2 })));
        Assert.Equal(2, shifted.Card.Shift);
        var generator = new Generator(2);
        var x = Tensor.Uniform([3, 1, 48, 48], ref generator);
        plain.Network.Eval();
        float[] views = ShiftedViews.Scores(plain.Network, x, 2).ToArray();
        Assert.Equal(views, shifted.Scores(x).ToArray());
        Assert.NotEqual(plain.Scores(x).ToArray(), views);

        File.WriteAllBytes(folder["a.png"], MadeImages.Grey(48, 48));
        var (one, five) = (plain.Predict(folder["a.png"]), shifted.Predict(folder["a.png"]));
        Assert.NotEqual(one.Probability, five.Probability);
        Assert.Equal(1, five.Top.Sum(t => t.Probability), 1e-4f);
    }

    [Fact]
    public void ModelFile_TellsEverythingInReadableText()
    {
        using var file = SafetensorsFile.Open(Saved());
        Assert.Equal("pt", file.Metadata["format"]);
        string card = file.Metadata["mekiki"];
        Assert.All(
            [
                "\"model\":\"mlp\"", "\"classes\":[\"あ\",\"い\",\"う\"]", "\"height\":48", "\"deviation\":0.25", "\"metrics\":{\"test_accuracy\":0.75}",
                "\"data\":\"somewhere\"", "\"data_fingerprint\":\"1234\"", $"\"version\":\"{Machine.Version}\"", "\"weights_sha256\":\"",
            ],
            part => Assert.Contains(part, card));
        Assert.Equal((64, 2304), (file["fc1.weight"].Shape[0], file["fc1.weight"].Shape[1]));
    }

    [Fact]
    public void MeanAndDeviation_AreOneNumber_OrAListOfThree()
    {
        Assert.Contains("\"mean\":0.5,\"deviation\":0.25}", Card(Made(channels: 3)));
        var plain = Made(channels: 3);
        var preprocessing = new Preprocessing(3, 48, 48, Mean: [0.485f, 0.456f, 0.406f], Deviation: [0.229f, 0.224f, 0.225f]);
        var made = new Recognizer(plain.Network, plain.Card with { Preprocessing = preprocessing });
        Assert.Contains("\"mean\":[0.485,0.456,0.406],\"deviation\":[0.229,0.224,0.225]}", Card(made));
        Assert.Equal(preprocessing, Recognizer.Load(folder["model.safetensors"]).Preprocessing);
        Assert.NotEqual(preprocessing, new Preprocessing(3, 48, 48, Mean: [0.485f, 0.456f, 0.405f], Deviation: [0.229f, 0.224f, 0.225f]));

        string Card(Recognizer recognizer)
        {
            using var file = SafetensorsFile.Open(Saved(recognizer));
            return file.Metadata["mekiki"];
        }
    }

    [Fact]
    public void ChannelsOfTheirOwnMeanAndDeviation_ReachTheNetworkAsInTorchvision()
    {
        float[] mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f];
        var made = new Recognizer(Catalogue.Find("mlp").Create(new(3, 2, 2), 2, seed: 4), new ModelCard("mlp", ["a", "b"], new Preprocessing(3, 2, 2, Mean: [.. mean], Deviation: [.. deviation])));
        var recognizer = Recognizer.Load(Saved(made));
        byte[] colour = [250, 60, 5];
        var x = new float[3 * 2 * 2];
        for (int i = 0; i < x.Length; i++)
            x[i] = (colour[i / 4] / 255f - mean[i / 4]) / deviation[i / 4];
        made.Network.Eval();
        float[] logits = made.Network[Tensor.From(x, [1, 3, 2, 2])].ToArray();
        File.WriteAllBytes(folder["a.png"], MadeImages.Colour(new SKColor(colour[0], colour[1], colour[2]), 2, 2));
        var prediction = recognizer.Predict(folder["a.png"]);
        Assert.Equal(logits[0] > logits[1] ? "a" : "b", prediction.Label);
        Assert.Equal(1 / (1 + Math.Exp(-Math.Abs(logits[0] - logits[1]))), prediction.Probability, 1e-6);

        // Sets take the same way, and so do images that must be scaled first.
        var set = ImageSet.FromPixels("made", new(3, 4, 6), [.. Enumerable.Repeat(colour, 24).SelectMany(c => c)], [0], ["a"]);
        Assert.Equal(Math.Log(1 + Math.Exp(logits[1] - logits[0])), recognizer.Evaluate(set, cancellation: Token).Loss, 1e-5);
    }

    [Theory]
    [InlineData(StoredType.F16, 0.002, 0.505)]
    [InlineData(StoredType.BF16, 0.02, 0.505)]
    [InlineData(StoredType.I8, 0.02, 0.26)]
    public void RoundedWeights_TakeTheirShareOfTheFile_AndKeepTheirOwnSum(StoredType type, double most, double share)
    {
        var before = Made("cnn");
        before.Save(folder["half.safetensors"], type);
        var after = Recognizer.Load(folder["half.safetensors"]);
        Assert.InRange((double)new FileInfo(folder["half.safetensors"]).Length / new FileInfo(Saved(before)).Length, share - 0.015, share + 0.015);
        Assert.NotEqual(before.WeightsSha256, after.WeightsSha256);
        var generator = new Generator(1);
        var images = Tensor.Normal([4, 1, before.Preprocessing.Height, before.Preprocessing.Width], ref generator);
        float[] expected = before.Probabilities(images).ToArray(), got = after.Probabilities(images).ToArray();
        Assert.All(expected.Zip(got), p => Assert.Equal(p.First, p.Second, most));
        // Rounding again changes nothing.
        after.Save(folder["again.safetensors"], type);
        Assert.Equal(File.ReadAllBytes(folder["half.safetensors"]), File.ReadAllBytes(folder["again.safetensors"]));
    }

    [Fact]
    public void Load_TakesARunFolder() => Assert.Equal(Made().WeightsSha256, Recognizer.Load(Path.GetDirectoryName(Saved())!).WeightsSha256);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Predict_TakesAnySizeAndMode(int channels)
    {
        var recognizer = Made(channels: channels);
        File.WriteAllBytes(folder["grey.png"], MadeImages.Grey(48, 48));
        File.WriteAllBytes(folder["large.jpg"], MadeImages.Grey(200, 100, format: SKEncodedImageFormat.Jpeg));
        File.WriteAllBytes(folder["colour.png"], MadeImages.Colour(SKColors.Red, 3, 7));
        File.WriteAllBytes(folder["clear.webp"], MadeImages.Colour(SKColors.Transparent, 30, 20, SKEncodedImageFormat.Webp));
        foreach (string name in new[] { "grey.png", "large.jpg", "colour.png", "clear.webp" })
        {
            var prediction = recognizer.Predict(folder[name], new PredictOptions { Top = 9 });
            Assert.Equal(3, prediction.Top.Count);
            Assert.Equal(1, prediction.Top.Sum(t => t.Probability), 4);
            Assert.True(prediction.Top[0].Probability >= prediction.Top[1].Probability && prediction.Top[1].Probability >= prediction.Top[2].Probability);
            Assert.Equal((prediction.Top[0].Label, prediction.Top[0].Probability), (prediction.Label, prediction.Probability));
        }
    }

    [Fact]
    public void Predict_OneFile_SeesWhatTheSetSees()
    {
        string path = MadeImages.Folder(folder);
        var recognizer = Made();
        var set = ImageSet.Open(path, new ImageSetOptions { Cache = false, Width = 48, Height = 48 });
        var result = recognizer.Evaluate(set, cancellation: Token);
        int right = Enumerable.Range(0, set.Count).Count(i => recognizer.Predict(Path.Combine(path, set.Names[i])).Label == set.Classes[set.Labels[i]]);
        Assert.Equal(right / 6.0, result.Accuracy, 12);
        Assert.Equal(3, result.Classes.Count);
    }

    [Fact]
    public void Predict_UnreadableFiles_HaveReasons_AndOthersGoOn()
    {
        var recognizer = Made();
        File.WriteAllBytes(folder["good.png"], MadeImages.Grey());
        File.WriteAllBytes(folder["empty.png"], []);
        File.WriteAllText(folder["text.png"], "not an image, but some text");
        var all = recognizer.Predict([folder["empty.png"], folder["good.png"], folder["text.png"], folder["none.png"]], new PredictOptions { Top = 1, BatchSize = 3 }, Token).ToArray();
        Assert.Equal(
            ["expected an image, got 0 bytes (an empty file, a pipe or a device)", null, "expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else", "expected an image, got no such file"],
            all.Select(p => p.Error));
        Assert.Single(all[1].Prediction!.Top);
        Assert.Equal($"{folder["empty.png"]}: expected an image, got 0 bytes (an empty file, a pipe or a device). Check the file.", Assert.Throws<MekikiException>(() => recognizer.Predict(folder["empty.png"])).Message);
    }

    [Fact]
    public void Measured_TakesMeanAndDeviationOfTheTrainingImages()
    {
        byte[] pixels = [0, 0, 255, 255, 51, 51, 51, 51];
        var set = ImageSet.FromPixels("made", new(1, 2, 2), pixels, [0, 1], ["a", "b"]);
        Assert.Equal(new Preprocessing(1, 2, 2, Mean: 0.5f, Deviation: 0.5f, Fit: ImageFit.Pad), Preprocessing.Measured(set.Shape, set, [0]));
        // Every pixel 51 / 255 = 0.2: nothing to divide by.
        Assert.Equal(new Preprocessing(1, 2, 2, Mean: 0.2f, Deviation: 1, Fit: ImageFit.Pad), Preprocessing.Measured(set.Shape, set, [1]));
        Assert.Equal(new Preprocessing(1, 2, 2, Mean: 0.35f, Deviation: 0.384f, Fit: ImageFit.Pad), Preprocessing.Measured(set.Shape, set, [0, 1]));
    }

    [Fact]
    public void Evaluate_MatchesClassesByName_AndNamesStrangers()
    {
        var recognizer = Made(classes: ["b", "a"]);
        var set = ImageSet.FromPixels("made", new(1, 48, 48), new byte[2 * 48 * 48], [0, 1], ["a", "b"]);
        // Both images are alike, so one class is right and the other is wrong, under their own names.
        var result = recognizer.Evaluate(set, cancellation: Token);
        Assert.Equal(["b", "a"], result.Classes.Select(c => c.Label));
        Assert.Equal(0.5, result.Accuracy);

        var strange = ImageSet.FromPixels("made", new(1, 48, 48), new byte[2 * 48 * 48], [0, 1], ["a", "c"]);
        Assert.Equal("made: expected images of the model's 2 classes (b, a), got 1 class that it was not trained on: c. Use data of its classes, or train a model on these.",
            Assert.Throws<MekikiException>(() => recognizer.Evaluate(strange, cancellation: Token)).Message);
    }

    [Fact]
    public void Evaluate_GreyImagesForAColourModel_SaysWhatToDo()
    {
        var set = ImageSet.FromPixels("made", new(1, 48, 48), new byte[48 * 48], [0], ["あ"]);
        Assert.Equal("Preprocessing: expected RGB images, got grey ones (1x48x48). Open them with 3 channels.",
            Assert.Throws<MekikiException>(() => Made(channels: 3).Evaluate(set, cancellation: Token)).Message);
    }
}
