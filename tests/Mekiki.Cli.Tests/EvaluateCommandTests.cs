using System.Text.Json;

namespace Mekiki.Cli.Tests;

/// <summary>test, predict and models, on a network that has learned three classes.</summary>
public sealed class EvaluateCommandTests : IClassFixture<EvaluateCommandTests.Trained>
{
    private readonly Trained trained;

    public EvaluateCommandTests(Trained trained) => this.trained = trained;

    private string ModelFile => Path.Combine(trained.Run, "model.safetensors");

    [Fact]
    public void Test_Json_HasTheKeysOfTheContract()
    {
        var run = TestHost.Run("test", trained.Run, "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(
            ["command", "model", "data", "images", "accuracy", "balanced_accuracy", "top5_accuracy", "loss", "seconds", "img_per_s",
                "accuracy_low", "accuracy_high", "groups", "accuracy_by_group_low", "accuracy_by_group_high", "macro_f1", "weighted_f1", "kappa", "brier", "ece", "ece_equal_mass", "aurc", "augrc", "error_auroc", "temperature",
                "worst_classes", "most_confused"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("test", "mlp", 14, 1.0), (json.GetProperty("command").GetString(), json.GetProperty("model").GetString(), json.GetProperty("images").GetInt32(), json.GetProperty("accuracy").GetDouble()));
    }

    [Fact]
    public void Test_Text_ShowsFiguresWorstClassesAndConfusedPairs()
    {
        // Pictures of あ under the name of d are confused.
        File.WriteAllBytes(trained.Folder["odd/d/0.png"], Pictures.Picture(0, 90));
        File.WriteAllBytes(trained.Folder["odd/d/1.png"], Pictures.Picture(2, 91));
        File.WriteAllBytes(trained.Folder["odd/U3042/0.png"], Pictures.Picture(0, 92));
        var run = TestHost.Run("test", ModelFile, "--data", trained.Folder["odd"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches(@"accuracy   66\.67 % \(20\.77 to 93\.85 %\)\nbalanced   75\.00 % \(.* to 100\.00 %\)\ntop five   100\.00 % \(43\.85 to 100\.00 %\)\n", run.Out);
        Assert.Matches("Worst classes\n.*\nd +2 +1 +50.0 %\nあ +1 +1 +100.0 %", TrimmedLines(run.Out));
        Assert.Matches("Most confused\n.*\nd +あ +1", TrimmedLines(run.Out));
    }

    [Fact]
    public void Test_Answers_AreWritten_WithTheirGroups()
    {
        string csv = trained.Folder["answers.csv"], lines = trained.Folder["answers.jsonl"];
        var run = TestHost.Run("test", trained.Run, "--answers", csv, "--group", "folder");
        Assert.Equal(0, run.Code);
        Assert.Contains("3 groups (folder)", run.Out);
        string[] rows = File.ReadAllLines(csv);
        Assert.Equal("image,class,prediction,class_1,class_2,class_3,probability_1,probability_2,probability_3,log_probability,rank,square_sum,max_logit,energy,group", rows[0]);
        Assert.Equal(15, rows.Length);
        string[][] fields = [.. rows.Skip(1).Select(row => System.Text.RegularExpressions.Regex.Split(row, ",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))];
        Assert.All(fields, f => Assert.Equal(Path.GetDirectoryName(f[0].Trim('"')), f[^1].Trim('"')));
        Assert.Equal(0, TestHost.Run("test", trained.Run, "--answers", lines).Code);
        var first = JsonDocument.Parse(File.ReadAllLines(lines)[0]).RootElement;
        Assert.Equal(fields[0][0].Trim('"'), first.GetProperty("image").GetString());
        Assert.Equal(fields[0][9], first.GetProperty("log_probability").GetRawText());
    }

    [Theory]
    [InlineData("nothing-like-this", "--group: expected a pattern that matches names of images, got 'nothing-like-this', which matches none of 72")]
    [InlineData("(", "--group: expected book, folder or a regular expression, got '('")]
    public void Test_AGroupThatIsNone_IsAMistake(string pattern, string message) =>
        Assert.StartsWith(message, TestHost.Run("test", trained.Run, "--group", pattern).Mistake());

    [Fact]
    public void Predict_UnknownAndSets_NeedACalibration_AndHaveThemThen()
    {
        string image = trained.Folder["one.png"], calibrated = trained.Folder["calibrated.safetensors"];
        File.WriteAllBytes(image, Pictures.Picture(0, 93));
        Assert.StartsWith("--unknown-at: expected a model that was calibrated, got one that was not.", TestHost.Run("predict", ModelFile, image, "--unknown-at", "95").Mistake());
        var calibrate = TestHost.Run("calibrate", trained.Run, "--part", "test", "--out", calibrated, "--json");
        Assert.Equal(0, calibrate.Code);
        var json = JsonDocument.Parse(calibrate.Out).RootElement;
        Assert.Equal((14, true), (json.GetProperty("images").GetInt32(), json.GetProperty("loss_after").GetDouble() <= json.GetProperty("loss_before").GetDouble()));
        var answer = JsonDocument.Parse(TestHost.Run("predict", calibrated, image, "--unknown-at", "95", "--set", "80", "--json").Out).RootElement;
        Assert.False(answer.GetProperty("unknown").GetBoolean());
        Assert.Equal("あ", answer.GetProperty("set")[0].GetProperty("label").GetString());
        Assert.StartsWith("image,label,probability,unknown,known_score,set,error\n", TestHost.Run("predict", calibrated, image, "--unknown-at", "95", "--set", "80", "--csv", "--top", "1").Out);
        Assert.StartsWith("--set: expected one of 80, 90 percent, for which the model was calibrated on 14 images, got 99.", TestHost.Run("predict", calibrated, image, "--set", "99").Mistake());
        Assert.StartsWith("--set: expected one of 80, 90, 95, 98, 99, 99.5, got '97'.", TestHost.Run("predict", calibrated, image, "--set", "97").Mistake());
        Assert.StartsWith("--unknown-by: expected a model with training images beside it, got one without. Keep some of them (`mekiki calibrate RUN --neighbours`).", TestHost.Run("predict", calibrated, image, "--unknown-by", "neighbours").Mistake());
        Assert.StartsWith("--neighbours: expected the folder of a run, which knows its training images, got ", TestHost.Run("calibrate", ModelFile, "--data", trained.Folder["pictures"], "--neighbours").Mistake());
        json = JsonDocument.Parse(TestHost.Run("calibrate", trained.Run, "--part", "test", "--out", calibrated, "--neighbours", "--json").Out).RootElement;
        Assert.Equal(trained.Folder["calibrated.neighbours.safetensors"], json.GetProperty("neighbours").GetString());
        answer = JsonDocument.Parse(TestHost.Run("predict", calibrated, image, "--unknown-at", "95", "--unknown-by", "neighbours", "--json").Out).RootElement;
        Assert.InRange(answer.GetProperty("known_score").GetDouble(), -2, 0);
        Assert.Equal(0, TestHost.Run("test", calibrated, "--data", trained.Folder["pictures"], "--answers", trained.Folder["near.csv"]).Code);
        Assert.EndsWith(",max_logit,energy,nearness", File.ReadLines(trained.Folder["near.csv"]).First());
    }

    [Fact]
    public void Test_OnTheImagesOfItsTraining_SaysSo()
    {
        string data = trained.Folder["pictures"];
        var ofRun = TestHost.Run("test", trained.Run, "--data", data, "--json");
        Assert.Equal("The model was trained on these images; only the run's test part is used.\n", ofRun.Error);
        Assert.Equal(14, JsonDocument.Parse(ofRun.Out).RootElement.GetProperty("images").GetInt32());
        var ofFile = TestHost.Run("test", ModelFile, "--data", data, "--json");
        Assert.StartsWith("The model was trained on most of these images, so the figures are too good.", ofFile.Error);
        Assert.Equal(72, JsonDocument.Parse(ofFile.Out).RootElement.GetProperty("images").GetInt32());
    }

    [Fact]
    public void Test_OnChangedImagesOfItsTraining_SaysHowManyItKnows()
    {
        string data = trained.Folder["pictures"], more = trained.Folder["more"];
        foreach (string file in Directory.GetFiles(data, "*", SearchOption.AllDirectories))
            File.Copy(file, trained.Folder[$"more/{Path.GetRelativePath(data, file)}"]);
        File.WriteAllBytes(trained.Folder["more/d/another.png"], Pictures.Picture(2, 95));
        Assert.Equal("58 of these 73 images have the name and the class of an image that the model was trained on; if they are the same, the figures are too good.\n", TestHost.Run("test", trained.Run, "--data", more, "--json").Error);
    }

    [Fact]
    public void Test_OfARunWhoseImagesHaveChanged_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string data = Pictures.Folder(folder, each: 8), run = folder["x/run"];
        Assert.Equal(0, TestHost.Run($"train --data {data} --model mlp --epochs 1 --augment none --out {run}").Code);
        string said = $"The images in {data} have changed since the run began: figures are of the images that lie there now.";
        Assert.DoesNotContain(said, TestHost.Run($"test {run}").Error);
        string[] files = [.. Directory.GetFiles(data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var time = File.GetLastWriteTimeUtc(files[0]);
        byte[] first = File.ReadAllBytes(files[0]);
        File.WriteAllBytes(files[0], File.ReadAllBytes(files[^1]));
        File.WriteAllBytes(files[^1], first);
        File.SetLastWriteTimeUtc(files[0], time);
        Assert.Contains(said, TestHost.Run($"test {run}").Error);
    }

    [Theory]
    [InlineData("--out none/wrong.csv", "--out: expected a file in a folder that is there, got 'none/wrong.csv'. Make the folder first.")]
    [InlineData("--sheet wrong.jpg", "--sheet: expected a name that ends in .png, got 'wrong.jpg'.")]
    [InlineData("--out .", "--out: expected the name of a file, got '.'.")]
    public void Test_LooksAtItsOutputPathsFirst(string options, string message) =>
        Assert.StartsWith(message, TestHost.Run($"test no-such-model {options}").Mistake());

    [Fact]
    public void Test_WithoutMistakes_LeavesNoOlderSheet()
    {
        string sheet = trained.Folder["old.png"];
        File.WriteAllBytes(sheet, Pictures.Picture(0, 1));
        File.WriteAllBytes(trained.Folder["right/U3042/0.png"], Pictures.Picture(0, 90));
        var run = TestHost.Run("test", ModelFile, "--data", trained.Folder["right"], "--sheet", sheet, "--json");
        Assert.Equal((0, $"{sheet}: nothing to draw, and no such file is left.\n"), (run.Code, run.Error));
        Assert.False(File.Exists(sheet));
    }

    [Fact]
    public void Test_OfAnotherPart_TakesItsImages()
    {
        var run = TestHost.Run("test", trained.Run, "--part", "train", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(72 - 14, JsonDocument.Parse(run.Out).RootElement.GetProperty("images").GetInt32());
        Assert.StartsWith("--part: expected a part with images, got one without in ", TestHost.Run("test", trained.Run, "--part", "validation").Mistake());
        Assert.StartsWith("--part: expected it with a run's folder and without --data", TestHost.Run("test", ModelFile, "--part", "train").Mistake());
        Assert.StartsWith("--part: expected one of test, validation, train, got 'trian'. Did you mean 'train'?", TestHost.Run("test", trained.Run, "--part", "trian").Mistake());
    }

    [Fact]
    public void Test_ListsAndDrawsWhatWentWrong()
    {
        // A picture of あ under the name of d is predicted to be あ.
        File.WriteAllBytes(trained.Folder["wrong/d/0, first.png"], Pictures.Picture(0, 90));
        File.WriteAllBytes(trained.Folder["wrong/d/1.png"], Pictures.Picture(2, 91));
        string list = trained.Folder["wrong.csv"], sheet = trained.Folder["wrong.png"];
        var run = TestHost.Run("test", ModelFile, "--data", trained.Folder["wrong"], "--out", list, "--sheet", sheet);
        Assert.Equal((0, $"{list}: 1 image.\n{sheet}: 1 image.\n"), (run.Code, run.Error));
        string[] lines = File.ReadAllLines(list);
        Assert.Equal((2, "image,class,predicted,probability,class_probability"), (lines.Length, lines[0]));
        Assert.Matches("^\"d/0, first.png\",d,あ,0\\.[0-9]+,0(\\.[0-9]+)?$", lines[1]);
        Assert.True(new FileInfo(sheet).Length > 100);
    }

    [Fact]
    public void Test_MistakesAreNamed()
    {
        Assert.Equal($"{ModelFile}: expected images to test on, got none: a model file does not hold them. Give --data, or the run's folder.", TestHost.Run(["test", ModelFile]).Mistake());
        File.WriteAllBytes(trained.Folder["other/cats/0.png"], Pictures.Picture(0, 1));
        File.WriteAllBytes(trained.Folder["other/dogs/0.png"], Pictures.Picture(1, 1));
        Assert.Contains("expected images of the model's 3 classes (あ, b, c, d), got 2 classes that it was not trained on: cats, dogs.", TestHost.Run("test", ModelFile, "--data", trained.Folder["other"]).Mistake());
        Assert.Equal("none.safetensors: expected a safetensors file, got no such file. Check the path.", TestHost.Run("test none.safetensors").Mistake());
        Assert.EndsWith("model.safetensors: expected a safetensors file, got no such file. Check the path.", TestHost.Run(["test", trained.Folder.Path]).Mistake());
    }

    [Fact]
    public void Predict_Text_ShowsLabelProbabilityAndTop()
    {
        string image = Path.Combine(trained.Folder.Path, "pictures", "d", "03.png");
        var run = TestHost.Run("predict", trained.Run, image);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches($"^.*03.png  d [0-9.]+ %  (あ|b, c) [0-9.]+ %  (あ|b, c) [0-9.]+ %\n$", run.Out);
        Assert.Matches("^.*03.png  d [0-9.]+ %\n$", TestHost.Run("predict", ModelFile, image, "--top", "1").Out);
    }

    [Fact]
    public void Predict_Json_HasTheKeysOfTheContract_AndErrorsInPlace()
    {
        File.WriteAllBytes(trained.Folder["mixed/a.png"], Pictures.Picture(1, 50));
        File.WriteAllText(trained.Folder["mixed/b.png"], "no image at all");
        File.WriteAllBytes(trained.Folder["mixed/deeper/c.jpg"], Pictures.Picture(2, 51));
        string mixed = trained.Folder["mixed"];
        var run = TestHost.Run("predict", ModelFile, mixed, "--json", "--top", "2");
        Assert.Equal((2, ""), (run.Code, run.Error));
        var lines = run.Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["image,label,probability,top", "image,error", "image,label,probability,top"], lines.Select(l => string.Join(',', l.EnumerateObject().Select(p => p.Name))));
        Assert.Equal(("b, c", 2), (lines[0].GetProperty("label").GetString(), lines[0].GetProperty("top").GetArrayLength()));
        Assert.Equal(["label", "probability"], lines[0].GetProperty("top")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else", lines[1].GetProperty("error").GetString());
        Assert.Equal(Path.Combine(mixed, "deeper/c.jpg"), lines[2].GetProperty("image").GetString());
    }

    [Fact]
    public void Predict_Csv_QuotesWhatNeedsIt()
    {
        File.WriteAllBytes(trained.Folder["csv/a \"1\", b.png"], Pictures.Picture(1, 60));
        File.WriteAllText(trained.Folder["csv/z.png"], "no image at all");
        var run = TestHost.Run("predict", ModelFile, trained.Folder["csv"], "--csv", "--top", "2");
        string[] lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal("image,label,probability,label_2,probability_2,error", lines[0]);
        Assert.Matches("^\".*/csv/a \"\"1\"\", b.png\",\"b, c\",[01]\\.?[0-9]*,(あ|d),[0-9.]+,$", lines[1]);
        Assert.EndsWith("/csv/z.png,,,,,\"expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else\"", lines[2]);
        Assert.Equal(2, run.Code);
    }

    [Fact]
    public void Predict_TakesPathsFromStandardInput_AndGoesOnAfterAMissingFile()
    {
        string[] paths = [.. Enumerable.Range(0, 5).Select(i => Path.Combine(trained.Folder.Path, "pictures", "U3042", $"{i:D2}.png")), "missing.png"];
        var run = TestHost.New(string.Join("\n", paths) + "\n\n").Then(["predict", ModelFile, "-", "--top", "1"]);
        Assert.Equal(5, run.Out.Split('\n').Count(l => l.Contains(".png  あ ")));
        Assert.Equal((2, "missing.png: expected an image, got no such file.\n"), (run.Code, run.Error));
    }

    [Fact]
    public void Predict_MistakesAreNamed()
    {
        Directory.CreateDirectory(trained.Folder["nothing/here"]);
        Assert.EndsWith("expected images, got a folder without any (PNG, JPEG, TIFF, BMP, GIF or WebP). Check the path.", TestHost.Run("predict", ModelFile, trained.Folder["nothing"]).Mistake());
        Assert.StartsWith("--json and --csv: expected one of them, got both.", TestHost.Run("predict", ModelFile, "x.png", "--json", "--csv").Mistake());
        Assert.StartsWith("IMAGE: expected image files", TestHost.Run(["predict", ModelFile]).Mistake());
    }

    [Fact]
    public void Models_ListsTheCatalogue()
    {
        var text = TestHost.Run("models");
        Assert.Matches("\ncnn +1989 +355,753 +1x48x48 ", text.Out);
        var lines = TestHost.Run("models --json").Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement);
        var mlp = lines.Single(l => l.GetProperty("model").GetString() == "mlp");
        Assert.Equal(["command", "model", "year", "parameters", "input", "least_side", "description", "paper"], mlp.EnumerateObject().Select(p => p.Name));
        Assert.Equal(152_201, mlp.GetProperty("parameters").GetInt32());
    }

    [Fact]
    public void Chapter_Json_HasTheKeysOfTheContract_ForBothNetworks()
    {
        var run = TestHost.Run("chapter", "--data", trained.Folder["pictures"], "--train", "40", "--test", "20", "--seed", "2", "--json");
        Assert.Equal(0, run.Code);
        var lines = run.Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["mlp", "cnn"], lines.Select(l => l.GetProperty("model").GetString()));
        Assert.All(lines, l => Assert.Equal(
            ["command", "model", "seed", "train_seconds", "test_seconds", "accuracy_as_written", "accuracy_eval_rotated", "accuracy_eval_upright"],
            l.EnumerateObject().Select(p => p.Name)));
        var text = TestHost.Run("chapter", "--data", trained.Folder["pictures"], "--train", "40", "--test", "20");
        Assert.Matches("network +as written +rotated +upright +train s +test s", text.Out);
        // The chapter's figures are of its own images.
        Assert.DoesNotContain("0.504", text.Out);
        string named = Pictures.Folder(trained.Folder, name: "hiragana73");
        Assert.EndsWith("The chapter prints 0.504 for the CNN and 0.291 for the MLP; the notebook's MLP cell had probably run several times.\n", TestHost.Run("chapter", "--data", named, "--train", "40", "--test", "20").Out);
        Assert.StartsWith("--train: expected 1 to 71, got 10,000.", TestHost.Run("chapter", "--data", trained.Folder["pictures"]).Mistake());
    }

    private static string TrimmedLines(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()));

    /// <summary>A run that has learned <see cref="Pictures"/>.</summary>
    public sealed class Trained : IDisposable
    {
        public Trained()
        {
            var run = TestHost.Run("train", "--data", Data = Pictures.Folder(Folder), "--model", "mlp", "--epochs", "6", "--batch", "8", "--lr", "0.01", "--augment", "none", "--out", Run);
            Assert.Equal(0, run.Code);
        }

        internal TemporaryFolder Folder { get; } = new();

        internal string Data { get; }

        internal string Run => Path.Combine(Folder.Path, "run");

        public void Dispose() => Folder.Dispose();
    }
}
