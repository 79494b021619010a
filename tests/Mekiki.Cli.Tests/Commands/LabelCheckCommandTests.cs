using System.Text.Json;
using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

public sealed class LabelCheckCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Csv => Path.Combine(folder.Path, "labels.csv");

    private string[] Line(string data, params string[] more) =>
        ["data", "check", data, "--labels", "--model", "mlp", "--folds", "2", "--epochs", "8", "--out", Csv, .. more];

    // One picture of あ among those of d.
    private string Mislabelled()
    {
        string data = Pictures.Folder(folder, each: 40);
        File.WriteAllBytes(folder["pictures/d/wrong.png"], Pictures.Picture(0, 90));
        return data;
    }

    [Fact]
    public void Json_IsOneLine_WithTheWrongLabelFirst()
    {
        string data = Mislabelled(), sheet = Path.Combine(folder.Path, "labels.png");
        var run = TestHost.Run(Line(data, "--list", "2", "--sheet", sheet, "--json"));
        Assert.Equal(0, run.Code);
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(["command", "source", "images", "suspected", "accuracy", "list", "doubtful"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("data check", data, 121, Csv), (json.GetProperty("command").GetString(), json.GetProperty("source").GetString(), json.GetProperty("images").GetInt32(), json.GetProperty("list").GetString()));
        Assert.InRange(json.GetProperty("accuracy").GetDouble(), 0.9, 0.999);
        var doubtful = json.GetProperty("doubtful").EnumerateArray().ToArray();
        Assert.Equal(2, doubtful.Length);
        Assert.Equal(["image", "class", "suggestion", "score", "suspected"], doubtful[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(("d/wrong.png", "d", "あ", true), (doubtful[0].GetProperty("image").GetString(), doubtful[0].GetProperty("class").GetString(), doubtful[0].GetProperty("suggestion").GetString(), doubtful[0].GetProperty("suspected").GetBoolean()));
        Assert.True(new FileInfo(sheet).Length > 1000);
    }

    [Fact]
    public void Text_AndCsv_HaveTheMostDoubtfulFirst()
    {
        string data = Mislabelled();
        File.WriteAllBytes(folder["pictures/d/bad.png"], []);
        var run = TestHost.Run(Line(data, "--list", "1"));
        Assert.Equal(0, run.Code);
        Assert.Matches($"^{data}: [0-9]+ of 121 labels are suspected to be wrong; the networks agree with 9[0-9.]+ %\\. All are in {Csv}, the most doubtful first\\.\n\nclass +rather +score +image\nd +あ +-[0-9.]+ +d/wrong\\.png\n$", run.Out);
        Assert.Contains("1 file could not be read and is left out; `mekiki data check` tells why.\n", run.Error);
        string[] rows = File.ReadAllLines(Csv);
        Assert.Equal(("image,class,suggestion,score,probability,suspected", 122), (rows[0], rows.Length));
        Assert.Matches("^d/wrong\\.png,d,あ,-[0-9.]+,[0-9.]+,yes$", rows[1]);
        Assert.Contains(rows, row => row.StartsWith("\"b, c/00.png\",\"b, c\",", StringComparison.Ordinal));
    }

    [Fact]
    public void Colours_AreSeenWithThreeChannels()
    {
        // Red and blue whose grey is the same.
        for (int i = 0; i < 40; i++)
        {
            byte shade = (byte)(4 * (i / 2));
            var (name, colour) = i % 2 == 0 ? ("red", new SKColor((byte)(90 + shade / 2), 0, 0)) : ("blue", new SKColor(0, 0, (byte)Math.Min(255, 2.6 * (90 + shade / 2))));
            File.WriteAllBytes(folder[$"colours/{name}/{i}.png"], MadeImages.Colour(colour, 12, 12));
        }

        double Accuracy(string channels)
        {
            var run = TestHost.Run(Line(folder["colours"], "--channels", channels, "--json"));
            Assert.Equal(0, run.Code);
            return JsonDocument.Parse(run.Out).RootElement.GetProperty("accuracy").GetDouble();
        }

        Assert.Equal(1, Accuracy("3"));
        Assert.InRange(Accuracy("1"), 0, 0.9);
    }

    [Fact]
    public void CtrlC_ExitsWith130_AndWritesNothing()
    {
        var run = TestHost.New(pressAt: TestHost.AtOnce).Then(Line(Pictures.Folder(folder)));
        Assert.Equal((130, ""), (run.Code, run.Out));
        Assert.False(File.Exists(Csv));
    }

    [Fact]
    public void Strict_StopsBeforeTraining()
    {
        string data = Pictures.Folder(folder);
        File.WriteAllBytes(folder["pictures/d/bad.png"], []);
        Assert.Contains("expected only images that can be read (strict), got 1 that cannot: d/bad.png: expected an image, got 0 bytes", TestHost.Run(Line(data, "--strict")).Mistake());
        Assert.False(File.Exists(Csv));
    }

    [Theory]
    [InlineData("--labels --folds 1", "--folds: expected 2 to 100, got 1.")]
    [InlineData("--labels --folds 73", "--folds: expected 2 to 72, got 73. Each fold needs an image.")]
    [InlineData("--labels --model mpl", "Unknown model 'mpl'. Did you mean 'mlp'? `mekiki models` lists all.")]
    [InlineData("--labels --channels 2", "--channels: expected 1 (grey) or 3 (colours), got '2'.")]
    [InlineData("--labels --channels 4", "--channels: expected 1 (grey) or 3 (colours), got '4'.")]
    [InlineData("--folds 4 --sheet x.png", "--folds: expected it beside --labels alone. Add --labels, or leave it out.\n--sheet: expected it beside --labels alone. Add --labels, or leave it out.\n")]
    public void WrongOption_IsOneMessage(string more, string message) =>
        Assert.StartsWith(message, TestHost.Run(["data", "check", Pictures.Folder(folder), .. more.Split(' ')]).Mistake());

    [Fact]
    public void ColoursOfEqualGrey_AreDuplicates_UnlessColoursAreLookedAt()
    {
        File.WriteAllBytes(folder["two/red/0.png"], MadeImages.Colour(new SKColor(100, 0, 0), 12, 12));
        File.WriteAllBytes(folder["two/grey/0.png"], MadeImages.Colour(new SKColor(30, 30, 30), 12, 12));
        Assert.Contains("1 group of equal images", TestHost.Run("data", "check", folder["two"], "--channels", "1").Out);
        Assert.Matches("duplicates +none", TestHost.Run("data", "check", folder["two"]).Out);
    }
}
