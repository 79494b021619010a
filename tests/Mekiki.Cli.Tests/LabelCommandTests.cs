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
        Assert.Matches("\nmAP        (9|100)[0-9.]* % \\([0-9.]+ to [0-9.]+ %\\)\n", tested.Out);
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

        Assert.StartsWith("--threshold: expected at most 1, got 2.", TestHost.Run("predict", run, folder["pictures/61.png"], "--threshold", "2").Mistake());
        var check = TestHost.Run("data", "check", data);
        Assert.Contains("note        Images have any number of labels each: 2 labels in 4 combinations.", check.Out);
    }

    [Fact]
    public void Labels_Answers_AndMistakes_AreWritten()
    {
        string data = Labels(), run = folder["runs/one"], csv = folder["answers.csv"], lines = folder["answers.jsonl"], list = folder["wrong.csv"], sheet = folder["wrong.png"];
        Assert.Equal(0, TestHost.Run("train", "--data", data, "--model", "mlp", "--epochs", "1", "--batch", "8", "--augment", "none", "--out", run).Code);
        var tested = TestHost.Run("test", run, "--answers", csv, "--out", list, "--sheet", sheet, "--group", "^[0-9]", "--json");
        Assert.Equal(0, tested.Code);
        string[][] rows = [.. File.ReadAllLines(csv).Select(line => line.Split(','))];
        Assert.Equal(["image", "labels", "predicted", "certainty", "loss", "probability:left", "probability:top", "group"], rows[0]);
        Assert.Equal(20, rows.Length - 1);
        // What is tested told the same figures.
        var figures = JsonDocument.Parse(tested.Out).RootElement;
        string[][] wrong = [.. rows.Skip(1).Where(row => row[1] != row[2])], listed = [.. File.ReadAllLines(list).Select(line => line.Split(','))];
        Assert.NotEmpty(wrong);
        Assert.Equal(1 - wrong.Length / 20.0, figures.GetProperty("accuracy").GetDouble(), 6);
        Assert.Equal(rows.Skip(1).Average(row => Number(row[4])), figures.GetProperty("loss").GetDouble(), 5);
        foreach (string[] row in rows.Skip(1))
        {
            double left = Number(row[5]), top = Number(row[6]);
            Assert.Equal(string.Join(';', new[] { left >= 0.5 ? "left" : null, top >= 0.5 ? "top" : null }.Where(label => label is not null)), row[2]);
            Assert.Equal(Math.Max(left, 1 - left) * Math.Max(top, 1 - top), Number(row[3]), 5);
            Assert.Equal(row[0][..1], row[7]);
        }

        Assert.Equal(["image", "labels", "predicted", "missing", "too_many", "certainty"], listed[0]);
        Assert.Equal(wrong.Select(row => string.Join(',', row[..3])).Order(), listed.Skip(1).Select(row => string.Join(',', row[..3])).Order());
        Assert.All(listed.Skip(1), row => Assert.Equal(row[1].Split(';').Except(row[3].Split(';')).Order(), row[2].Split(';').Except(row[4].Split(';')).Order()));
        Assert.Contains($"{list}: {wrong.Length} image", tested.Error);
        using (var picture = SKBitmap.Decode(sheet))
            Assert.True(picture.Width > 100 && picture.Height > 40);

        Assert.Equal(0, TestHost.Run("test", run, "--answers", lines).Code);
        var first = JsonDocument.Parse(File.ReadLines(lines).First()).RootElement;
        Assert.Equal(rows[1][0], first.GetProperty("image").GetString());
        Assert.Equal(rows[1][1], string.Join(';', first.GetProperty("labels").EnumerateArray().Select(label => label.GetString())));
        Assert.Equal(rows[1][5], first.GetProperty("probabilities").GetProperty("left").GetRawText());
        Assert.False(first.TryGetProperty("group", out _));
        Assert.StartsWith($"--answers: expected another file than --out writes, got '{csv}' for both.", TestHost.Run("test", run, "--answers", csv, "--out", csv).Mistake());

        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Labels_AreReported_Compared_AndCalibrated()
    {
        string data = Labels(), one = folder["runs/one"], two = folder["runs/two"];
        foreach (var (run, epochs) in new[] { (one, "10"), (two, "1") })
            Assert.Equal(0, TestHost.Run("train", "--data", data, "--model", "mlp", "--epochs", epochs, "--batch", "8", "--lr", "0.01", "--augment", "none", "--out", run).Code);
        var reported = TestHost.Run("report", one, "--compare", two, "--require", "map>=0.8,micro_f1.low>=0.99");
        Assert.StartsWith("On 20 images its mAP is ", reported.Out);
        Assert.Contains("have a wrong label (95 %)", reported.Out);
        Assert.DoesNotContain("map>=0.8", reported.Error);
        string page = File.ReadAllText(folder["runs/one/report.html"]);
        Assert.Contains("<section id=\"labels\"", page);
        Assert.Contains("mekiki train --data", page);
        var json = JsonDocument.Parse(TestHost.Run("report", one, "--json", "--plots", folder["plots"]).Out).RootElement;
        Assert.InRange(json.GetProperty("mean_average_precision").GetDouble(), 0.9, 1);
        Assert.Equal(["label-f1.png", "label-f1.svg", "learning-curves.png", "learning-curves.svg", "reliability.png", "reliability.svg", "thresholds.png", "thresholds.svg"], Directory.GetFiles(folder["plots"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("--slices: expected no such option for a model of any number of labels, got it. Leave it out.", TestHost.Run("report", one, "--slices", data).Mistake());
        Assert.Equal("--require: expected one of map, macro_f1, micro_f1, accuracy, loss for a model of any number of labels, got 'ece'. Require another figure.", TestHost.Run("report", one, "--require", "ece<=0.1").Mistake());

        var compared = TestHost.Run("compare", one, two);
        Assert.Matches("\nmAP        [0-9.]+ %, [0-9.]+ %; difference [-+0-9.]+ to [-+0-9.]+ %, p = [0-9.]+\n", compared.Out);
        Assert.Contains("\nLabels that differ most\n", compared.Out);
        json = JsonDocument.Parse(TestHost.Run("compare", one, two, "--json").Out).RootElement;
        Assert.Equal(["mAP", "macro_F1", "micro_F1"], json.GetProperty("figures").EnumerateArray().Select(f => f.GetProperty("figure").GetString()));
        Assert.Equal(2, json.GetProperty("labels").GetArrayLength());

        var calibrated = TestHost.Run("calibrate", one, "--part", "test", "--out", folder["calibrated.safetensors"]);
        Assert.Matches("\nloss       [0-9.]+ before, [0-9.]+ after\n", calibrated.Out);
        Assert.Matches("\nleft +[0-9.]+ +[-0-9.]+ +0\\.[0-9]{3}\n", calibrated.Out);
        Assert.Equal(2, JsonDocument.Parse(TestHost.Run("calibrate", one, "--part", "test", "--out", folder["calibrated.safetensors"], "--json").Out).RootElement.GetProperty("labels").GetArrayLength());
        Assert.Equal("--neighbours: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.", TestHost.Run("calibrate", one, "--part", "test", "--neighbours").Mistake());
        Assert.Equal("--unknown-at: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.", TestHost.Run("predict", folder["calibrated.safetensors"], folder["pictures/61.png"], "--unknown-at", "95").Mistake());

        string other = folder["runs/other"];
        Assert.Equal(0, TestHost.Run("train", "--data", Pictures.Folder(folder), "--model", "mlp", "--epochs", "1", "--batch", "8", "--augment", "none", "--out", other).Code);
        Assert.Contains("expected two models of one class each, or two of any number of labels, got one of both kinds. Compare models of one kind.", TestHost.Run("compare", one, other, "--data", data).Mistake());
        Assert.Equal("--require: expected one of accuracy, accuracy_by_group, balanced, top5, macro_f1, weighted_f1, kappa, loss, brier, ece, ece_equal_mass, aurc, augrc, error_auroc for a model of one class, got 'map'. Require another figure.", TestHost.Run("report", other, "--require", "map>=0.9").Mistake());
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
