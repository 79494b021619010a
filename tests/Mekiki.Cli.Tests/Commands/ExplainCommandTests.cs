using System.Text.Json;
using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>explain, on a network that has learned three classes.</summary>
public sealed class ExplainCommandTests : IClassFixture<ExplainCommandTests.Trained>
{
    private readonly Trained trained;

    public ExplainCommandTests(Trained trained) => this.trained = trained;

    [Fact]
    public void Text_TellsAnswerDifferenceAndFile_AndDrawsAPictureOfBothViews()
    {
        string image = trained.Image(2, 80), output = trained.Folder["new/why"];
        var run = TestHost.Run("explain", trained.Run, image, "--out", output);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches(@"^.*2-80\.png  d [0-9.]+ %  (あ|b, c) [0-9.]+ %; d rather than (あ|b, c) by [0-9.]+  .*2-80-occlusion\.png\n$", run.Out);
        using var picture = SKBitmap.Decode(Path.Combine(output, "2-80-occlusion.png"));
        Assert.True(picture.Width > picture.Height && picture.Height > 336);
        Assert.Single(Directory.GetFiles(output));
    }

    [Fact]
    public void Json_HasTheKeysOfTheContract_ForEveryMethodThatFits()
    {
        string image = trained.Image(1, 81);
        var plain = JsonDocument.Parse(TestHost.Run("explain", trained.Run, image, "--out", trained.Folder["json"], "--json").Out).RootElement;
        Assert.Equal(["image", "method", "label", "against", "score", "predicted", "probability", "file"], plain.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("occlusion", "b, c", "b, c"), (plain.GetProperty("method").GetString(), plain.GetProperty("label").GetString(), plain.GetProperty("predicted").GetString()));
        var exact = JsonDocument.Parse(TestHost.Run("explain", trained.Run, image, "--method", "integrated-gradients", "--class", "d", "--against", "あ", "--out", trained.Folder["json"], "--json").Out).RootElement;
        Assert.Equal(["image", "method", "label", "against", "score", "predicted", "probability", "file", "base_score", "sum", "completeness_error", "steps"], exact.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("d", "あ"), (exact.GetProperty("label").GetString(), exact.GetProperty("against").GetString()));
        Assert.InRange(exact.GetProperty("completeness_error").GetDouble(), 0, 0.01);
        Assert.True(File.Exists(exact.GetProperty("file").GetString()));
    }

    [Fact]
    public void UnreadableImages_AreNamed_AndOthersGoOn_ButNoneIsAMistake()
    {
        File.WriteAllText(trained.Folder["mixed/a.png"], "no image at all");
        File.WriteAllBytes(trained.Folder["mixed/b.png"], Pictures.Picture(0, 82));
        File.WriteAllBytes(trained.Folder["mixed/deeper/b.png"], Pictures.Picture(1, 83));
        var run = TestHost.Run("explain", trained.Run, trained.Folder["mixed"], "--out", trained.Folder["mixed-out"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("a.png: expected an image", run.Error);
        Assert.Equal(["b-occlusion-2.png", "b-occlusion.png"], Directory.GetFiles(trained.Folder["mixed-out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(2, TestHost.Run("explain", trained.Run, trained.Folder["mixed/a.png"], "--out", trained.Folder["none-out"]).Code);
        Assert.False(Directory.Exists(trained.Folder["none-out"]));
    }

    [Fact]
    public void Mistakes_AreNamed()
    {
        string image = trained.Image(0, 84), output = trained.Folder["mistakes"];
        Assert.StartsWith("--class and --against: expected two classes, got 'd' twice.", TestHost.Run("explain", trained.Run, image, "--class", "d", "--against", "d", "--out", output).Mistake());
        Assert.StartsWith("--layer: expected --method grad-cam or hirescam beside it, got another method.", TestHost.Run("explain", trained.Run, image, "--layer", "fc1", "--out", output).Mistake());
        Assert.StartsWith("Class 'nobody': expected one of the model's 3 classes.", TestHost.Run("explain", trained.Run, image, "--class", "nobody", "--out", output).Mistake());
        Assert.StartsWith("Grad-CAM: expected a network whose layers give maps (N, C, H, W), got 'mlp', whose layers do not. Use occlusion.", TestHost.Run("explain", trained.Run, image, "--method", "grad-cam", "--out", output).Mistake());
        Assert.StartsWith("--method: expected one of occlusion, integrated-gradients, grad-cam, hirescam, words, got 'ocusion'. Did you mean 'occlusion'?", TestHost.Run("explain", trained.Run, image, "--method", "ocusion", "--out", output).Mistake());
        Assert.StartsWith("Visual words: expected the recognizer sift-fisher-svm, got 'mlp', which has no words. Use occlusion.", TestHost.Run("explain", trained.Run, image, "--method", "words", "--out", output).Mistake());
        File.WriteAllText(output, "");
        Assert.Contains("A file has this name.", TestHost.Run("explain", trained.Run, image, "--out", output).Mistake());
    }

    public sealed class Trained : IDisposable
    {
        public Trained() =>
            Assert.Equal(0, TestHost.Run("train", "--data", Pictures.Folder(Folder), "--model", "mlp", "--epochs", "6", "--batch", "8", "--lr", "0.01", "--augment", "none", "--out", Run).Code);

        internal TemporaryFolder Folder { get; } = new();

        internal string Run => Path.Combine(Folder.Path, "run");

        public void Dispose() => Folder.Dispose();

        internal string Image(int label, int number)
        {
            string path = Folder[$"images/{label}-{number}.png"];
            File.WriteAllBytes(path, Pictures.Picture(label, number));
            return path;
        }
    }
}
