using System.Text.Json;
using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>inspect, on a small network that has seen some drawn characters.</summary>
public sealed class InspectCommandTests : IClassFixture<InspectCommandTests.Trained>
{
    private readonly Trained trained;

    public InspectCommandTests(Trained trained) => this.trained = trained;

    [Fact]
    public void Run_IsDrawn_WithItsOwnImages()
    {
        string output = trained.Folder["new/look"];
        var run = TestHost.Run("inspect", trained.Run, trained.Image, "--out", output);
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^filters          .*filters\.png\nmaps             .*a-maps\.png\nexciting images  .*exciting\.png  \(layer bn2\)\nmap              .*map\.png  \(60 images, trustworthiness 0\.[0-9]{3}; by two principal components 0\.[0-9]{3}\)\nplaces           .*map\.csv\n$", run.Out);
        Assert.Equal(["a-maps.png", "exciting.png", "filters.png", "map.csv", "map.png"], Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string file in Directory.GetFiles(output, "*.png"))
        {
            using var picture = SKBitmap.Decode(file);
            Assert.True(picture is { Width: > 200, Height: > 60 }, file);
            Assert.True(picture.Pixels.Distinct().Take(4).Count() == 4, $"{file} shows nothing");
        }

        string[] lines = File.ReadAllLines(Path.Combine(output, "map.csv"));
        Assert.Equal("image,label,neighbours_x,neighbours_y,variance_x,variance_y", lines[0]);
        Assert.Equal(61, lines.Length);
    }

    [Fact]
    public void Json_ListsFilesAndFigures()
    {
        var line = JsonDocument.Parse(TestHost.Run("inspect", trained.Run, "--images", "40", "--out", trained.Folder["json"], "--json").Out).RootElement;
        Assert.Equal(["command", "files", "images", "trustworthiness", "trustworthiness_of_variance"], line.EnumerateObject().Select(p => p.Name));
        Assert.Equal(40, line.GetProperty("images").GetInt32());
        Assert.Equal(["filters", "exciting images", "map", "places"], line.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("kind").GetString()));
        Assert.All(line.GetProperty("files").EnumerateArray(), f => Assert.True(File.Exists(f.GetProperty("file").GetString())));
    }

    [Fact]
    public void OneLayer_ShowsAllItsChannels_AndMistakesAreNamed()
    {
        string output = trained.Folder["one"];
        Assert.Contains("(layer conv1)", TestHost.Run("inspect", trained.Run, trained.Image, "--layer", "conv1", "--out", output).Out);
        Assert.StartsWith("Layer 'cnv1': expected a layer that gives maps (N, C, H, W). Did you mean 'conv1'?", TestHost.Run("inspect", trained.Run, trained.Image, "--layer", "cnv1", "--out", output).Mistake());
        Assert.StartsWith("--images: expected", TestHost.Run("inspect", trained.Run, "--images", "2", "--out", output).Mistake());
        File.WriteAllText(trained.Folder["bad.png"], "no image");
        var bad = TestHost.Run("inspect", trained.Run, trained.Folder["bad.png"], "--images", "40", "--out", output);
        Assert.Equal(2, bad.Code);
        Assert.Contains("bad.png: expected an image", bad.Error);
        File.WriteAllText(trained.Folder["file"], "");
        Assert.Contains("A file has this name.", TestHost.Run("inspect", trained.Run, "--out", trained.Folder["file"]).Mistake());
    }

    [Fact]
    public void NetworkWithoutMaps_HasFiltersAndAMap()
    {
        string run = trained.Folder["mlp"];
        Assert.Equal(0, TestHost.Run("train", "--data", "kana", "--model", "mlp", "--train", "100", "--test", "40", "--out", run).Code);
        var result = TestHost.Run("inspect", run, trained.Image, "--out", trained.Folder["of-mlp"]);
        Assert.Equal(2, result.Code);
        Assert.Single(result.Error.Split('\n'), l => l.Contains("expected a network whose layers give maps", StringComparison.Ordinal));
        Assert.Equal(["filters.png", "map.csv", "map.png"], Directory.GetFiles(trained.Folder["of-mlp"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public sealed class Trained : IDisposable
    {
        public Trained()
        {
            Assert.Equal(0, TestHost.Run("train", "--data", "kana", "--train", "200", "--test", "60", "--out", Run).Code);
            File.WriteAllBytes(Image, Pictures.Picture(1, 5));
        }

        internal TemporaryFolder Folder { get; } = new();

        internal string Run => Folder["run"];

        internal string Image => Folder["a.png"];

        public void Dispose() => Folder.Dispose();
    }
}
