using System.Text;
using System.Text.Json;
using SkiaSharp;

namespace Mekiki.Cli.Tests;

/// <summary>Images of any number of labels, from the list to the answers.</summary>
public sealed class LabelCommandTests : IDisposable
{
    private const int Side = 12;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // A bar at the left, a bar at the top, both, or none.
    private string Labels()
    {
        var list = new StringBuilder("image,labels,part\n");
        for (int i = 0; i < 80; i++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
            var generator = new Generator(9, (ulong)i);
            for (int y = 0; y < Side; y++)
                for (int x = 0; x < Side; x++)
                {
                    byte value = (byte)(generator.NextInt32(80) + (((i & 1) != 0 && x < 4) || ((i & 2) != 0 && y < 4) ? 150 : 0));
                    bitmap.SetPixel(x, y, new SKColor(value, value, value));
                }

            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(folder[$"pictures/{i:D2}.png"], data.ToArray());
            list.Append($"{i:D2}.png,{(i % 4) switch { 0 => "", 1 => "left", 2 => "top", _ => "top;left" }},{(i < 60 ? "train" : "test")}\n");
        }

        File.WriteAllText(folder["pictures/labels.csv"], list.ToString());
        return folder["pictures/labels.csv"];
    }

    [Fact]
    public void Labels_AreTrained_Tested_AndPredicted()
    {
        string data = Labels(), run = folder["runs/one"];
        var trained = TestHost.Run("train", "--data", data, "--model", "mlp", "--epochs", "10", "--batch", "8", "--lr", "0.01", "--augment", "none", "--out", run);
        Assert.Equal((0, ""), (trained.Code, trained.Code == 0 ? "" : trained.Error));
        Assert.EndsWith($"mlp on {data}: 60 images of 2 labels train, 20 test; kept in {run}\n", trained.Error);
        Assert.Matches("\ntest       loss 0\\.[0-9]{3}, mAP [0-9.]+ %, macro F1 [0-9.]+ %, micro F1 [0-9.]+ %, all labels right [0-9.]+ %, 20 images\n", trained.Out);
        Assert.Contains(";left;top;", File.ReadAllText(folder["runs/one/split.csv"]));

        var tested = TestHost.Run(["test", run]);
        Assert.Equal((0, ""), (tested.Code, tested.Code == 0 ? "" : tested.Error));
        Assert.Matches("\nmAP        (9|100)[0-9.]* %\n", tested.Out);
        Assert.Matches("left +10 +[0-9]+ +", tested.Out);
        var json = JsonDocument.Parse(TestHost.Run("test", run, "--json").Out).RootElement;
        Assert.InRange(json.GetProperty("mean_average_precision").GetDouble(), 0.9, 1);
        Assert.Equal(["left", "top"], json.GetProperty("labels").EnumerateArray().Select(l => l.GetProperty("label").GetString()));

        var both = JsonDocument.Parse(TestHost.Run("predict", run, folder["pictures/63.png"], "--json").Out).RootElement;
        Assert.Equal(["left", "top"], both.GetProperty("labels").EnumerateArray().Select(l => l.GetString()).Order());
        Assert.Contains("  {}  ", TestHost.Run("predict", run, folder["pictures/64.png"]).Out);
        Assert.Contains("  {", TestHost.Run("predict", run, folder["pictures/64.png"], "--threshold", "0.00001").Out);
        string[] csv = TestHost.Run("predict", run, folder["pictures/61.png"], "--csv").Out.Split('\n');
        Assert.Equal("image,label,probability,label_2,probability_2,labels,error", csv[0]);
        Assert.EndsWith(",left,", csv[1]);

        Assert.Equal("--sheet: expected no such option for a model of any number of labels, got it. Leave it out.", TestHost.Run("test", run, "--sheet", folder["s.png"]).Mistake());
        Assert.Contains("got a model of any number of labels. `mekiki test` tells mAP and F1 of them", TestHost.Run("report", run, "--out", folder["r.html"]).Mistake());
        Assert.StartsWith("--threshold: expected at most 1, got 2.", TestHost.Run("predict", run, folder["pictures/61.png"], "--threshold", "2").Mistake());
        var check = TestHost.Run("data", "check", data);
        Assert.Contains("note        Images have any number of labels each: 2 labels in 4 combinations.", check.Out);
    }

    [Fact]
    public void Threshold_IsForLabelsAlone()
    {
        string run = folder["runs/one"];
        Assert.Equal(0, TestHost.Run("train", "--data", Pictures.Folder(folder), "--model", "mlp", "--epochs", "1", "--batch", "8", "--augment", "none", "--out", run).Code);
        Assert.Equal("--threshold: expected it with a model of any number of labels, got a model that tells one class. Leave it out.",
            TestHost.Run("predict", run, folder["pictures/d/00.png"], "--threshold", "0.3").Mistake());
    }
}
