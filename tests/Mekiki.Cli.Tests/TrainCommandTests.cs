using System.Text.Json;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Transforms;

namespace Mekiki.Cli.Tests;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string[] Line(string data, params string[] more) =>
        ["train", "--data", data, "--model", "mlp", "--epochs", "4", "--batch", "8", "--lr", "0.01", "--augment", "none", "--out", Run, .. more];

    private string Run => Path.Combine(folder.Path, "run");

    [Fact]
    public void Json_HasTheKeysOfTheContract_AndNothingElse()
    {
        var run = TestHost.Run(Line(Pictures.Folder(folder), "--seed", "3", "--threads", "2", "--json"));
        Assert.Equal(0, run.Code);
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(
            ["command", "model", "data", "seed", "threads", "epochs", "train_images", "test_images", "train_seconds", "img_per_s", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "balanced_accuracy", "weights_sha256", "run", "peak_memory_mb"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("train", "mlp", 3, 2, 4, 58, 14), (json.GetProperty("command").GetString(), json.GetProperty("model").GetString(), json.GetProperty("seed").GetInt32(), json.GetProperty("threads").GetInt32(), json.GetProperty("epochs").GetInt32(), json.GetProperty("train_images").GetInt32(), json.GetProperty("test_images").GetInt32()));
        Assert.Equal(1, json.GetProperty("test_accuracy").GetDouble());
        Assert.Equal(Recognizer.Load(Run).WeightsSha256, json.GetProperty("weights_sha256").GetString());
        Assert.EndsWith($"mlp on {folder["pictures"]}: 58 images of 3 classes train, 14 test; kept in {Run}\n", run.Error);
    }

    [Theory]
    [InlineData(0.3, "--lr-by-layer")]
    [InlineData(0.5, "--lr-by-layer", "--first-layer-rate", "0.5")]
    [InlineData(1, "--lr-by-layer", "--first-layer-rate", "1")]
    public void LrByLayer_LetsFirstLayersLearnSlowly_UnlessToldOtherwise(double rate, params string[] more)
    {
        Assert.Equal(0, TestHost.Run(Line(Pictures.Folder(folder), [.. more, "--freeze", "1"])).Code);
        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(Run, "run.json"))).RootElement.GetProperty("options");
        Assert.Equal((rate, 1), (options.GetProperty("first_layer_rate").GetDouble(), options.GetProperty("freeze").GetDouble()));
        Assert.StartsWith("--lr-by-layer: expected no such option beside --model neocognitron", TestHost.Run("train", "--model", "neocognitron", "--lr-by-layer").Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void From_BeginsWithWhatAnotherRunLearnt()
    {
        string data = Pictures.Folder(folder), first = folder["first/run"];
        string[] quick = ["train", "--data", data, "--model", "mlp", "--batch", "8", "--augment", "none"];
        Assert.Equal(0, TestHost.Run([.. quick, "--epochs", "4", "--lr", "0.01", "--out", first]).Code);
        var run = TestHost.Run([.. quick, "--from", first, "--epochs", "1", "--lr", "0.0001", "--out", Run]);
        Assert.Equal(0, run.Code);
        Assert.Contains($"Begins with the weights of {first}.\n", run.Error);
        Assert.Contains("test       loss 0.0", run.Out);
        Assert.Contains(", accuracy 100.00 %", run.Out);
        Assert.StartsWith("--from: expected a model of cnn, got one of mlp in ", TestHost.Run("train", "--data", data, "--model", "cnn", "--size", "12", "--from", first, "--out", folder["other/run"]).Mistake());
        Assert.Equal("--from: expected no such option beside --resume, which goes on with the run's own. Leave it out, or begin a new run.\n`mekiki train --help` shows what is expected.", TestHost.Run("train", "--resume", Run, "--from", first).Mistake());
    }

    [Fact]
    public void Photo_BeginsWithAnotherNetwork_AndTellsWhatItDoes()
    {
        string data = Pictures.Folder(folder), first = folder["first/run"];
        Assert.Equal(0, TestHost.Run("train", "--data", data, "--model", "resnet20", "--epochs", "2", "--batch", "8", "--augment", "none", "--out", first).Code);
        string photos = Pictures.Folder(folder, each: 75, name: "photos", classes: 2);
        var run = TestHost.Run("train", "--data", photos, "--preset", "photo", "--from", first, "--epochs", "1", "--out", Run);
        Assert.Equal(0, run.Code);
        Assert.Matches("Linear head: [0-9.]+ % of 108 training images are right in cross-validation, after ", run.Error);
        Assert.Contains("12 of the training images are held out: they choose the best epoch.", run.Error);
        Assert.Contains($"Begins with the weights of {first}.\n", run.Error);
        Assert.Contains("accuracy 100.00 %", run.Out);
        Assert.Equal(0, TestHost.Run(["test", Run]).Code);

        var head = TestHost.Run("train", "--data", photos, "--preset", "photo", "--from", first, "--epochs", "0", "--out", folder["head/run"]);
        Assert.Contains("model      pretrained, the linear head\n", head.Out);
        // Without one: from nothing.
        var nothing = TestHost.Run("train", "--data", photos, "--preset", "photo", "--epochs", "1", "--batch", "16", "--size", "16", "--out", folder["nothing/run"]);
        Assert.Equal(0, nothing.Code);
        Assert.Contains("preset photo, changed by the options beside it: --model resnet18_small --batch 16 --schedule one-cycle --augment photo --label-smoothing 0.1 --weight-decay 0.02 --test-once\n", nothing.Error);
        Assert.Contains("No pretrained network is given or here: resnet18_small is trained from nothing, which takes more images and more time. `mekiki weights get mobilenet_v3_large` gets one; --from names one.\n", nothing.Error);
        Assert.Contains("Head", TestHost.Run("train", "--data", photos, "--preset", "photo", "--head", "knn", "--epochs", "0").Mistake(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Validation_IsToldBesideTheTest()
    {
        var run = TestHost.Run(Line(Pictures.Folder(folder), "--validation", "0.2", "--json"));
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal((46, 12, 14), (json.GetProperty("train_images").GetInt32(), json.GetProperty("validation_images").GetInt32(), json.GetProperty("test_images").GetInt32()));
        Assert.InRange(json.GetProperty("best_epoch").GetInt32(), 1, 4);
        Assert.Contains(" 46 images of 3 classes train, 12 choose, 14 test;", run.Error);
        Assert.Equal(json.GetProperty("test_accuracy").GetDouble(), JsonDocument.Parse(TestHost.Run("test", Run, "--json").Out).RootElement.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void Preset_IsPrinted_AndGivenOptionsOverrideIt()
    {
        var run = TestHost.Run("train", "--data", Pictures.Folder(folder), "--out", Run, "--preset", "fast", "--model", "mlp", "--epochs", "1", "--json");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("preset fast, changed by the options beside it: --model mlp --batch 64 ", run.Error);
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(("mlp", 1), (json.GetProperty("model").GetString(), json.GetProperty("epochs").GetInt32()));
        Assert.Contains("\"schedule\": \"one-cycle\"", File.ReadAllText(Path.Combine(Run, "run.json")));
    }

    [Fact]
    public void Time_IsPlannedFor_AndKeptWithTheRun()
    {
        var run = TestHost.Run("train", "--data", Pictures.Folder(folder), "--out", Run, "--model", "mlp", "--time", "3s", "--json");
        Assert.Equal(0, run.Code);
        Assert.Matches("^[0-9,]+ img/s measured: [0-9,.]+ epochs, [0-9,]+ steps, in 0:0[0-3], and 0:00 for tests.\n", run.Error);
        Assert.InRange(JsonDocument.Parse(run.Out).RootElement.GetProperty("train_seconds").GetDouble(), 0.001, 3.2);
        Assert.Matches("\"steps\": [0-9]+", File.ReadAllText(Path.Combine(Run, "run.json")));
    }

    [Fact]
    public void LearningRate_IsFound_AndTaken()
    {
        var run = TestHost.Run("train", "--data", Pictures.Folder(folder), "--out", Run, "--model", "mlp", "--batch", "8", "--lr", "find", "--json");
        Assert.Equal(0, run.Code);
        Assert.Matches("^learning rate    loss\n( +[0-9.]+ +[0-9.]+\n)+The loss falls fastest at a learning rate of [0-9.E-]+, which is taken.\n", run.Error);
        Assert.DoesNotContain("\"learning_rate\": 0.001,", File.ReadAllText(Path.Combine(Run, "run.json")));
    }

    [Fact]
    public void Text_TellsWhatCameOut()
    {
        var run = TestHost.Run(Line(Pictures.Folder(folder)));
        Assert.Equal(0, run.Code);
        Assert.Matches("^model      mlp, epoch [1-4] of 4\ntrain      loss .*\ntest       loss .*, accuracy 100.00 %, balanced 100.00 %, top five 100.00 %, 14 images\ntime       .*\nweights    sha256 [0-9a-f]{64}\nrun        .*\n$", run.Out);
    }

    [Fact]
    public void Kana_NeedsNoFile()
    {
        var run = TestHost.Run("train", "--model", "mlp", "--train", "146", "--test", "73", "--out", Run, "--json");
        Assert.Equal(0, run.Code);
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(("kana", 146, 73), (json.GetProperty("data").GetString(), json.GetProperty("train_images").GetInt32(), json.GetProperty("test_images").GetInt32()));
        var test = TestHost.Run("test", Run, "--json");
        Assert.Equal(json.GetProperty("test_accuracy").GetDouble(), JsonDocument.Parse(test.Out).RootElement.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void Terminal_ShowsLossAccuracyRateAndTimeLeft()
    {
        var run = TestHost.New(terminal: true, clock: new CountingClock(250)).Then(Line(Pictures.Folder(folder)));
        Assert.Matches("epoch 1/4 .* img/s  [0-9:]+ left", run.Error);
        Assert.Matches("epoch 4/4: [0-9:]+, loss [0-9.]+, accuracy [0-9.]+ %; test loss ", run.Error);
        Assert.Matches("\e\\[Jloss      [▁▂▃▄▅▆▇█]+ [0-9.]+\naccuracy  [▁▂▃▄▅▆▇█]+ [0-9.]+ %\nepoch ", run.Error);
        Assert.EndsWith($"Next: `mekiki report {Run}`, or `mekiki predict {Run} IMAGE`.\n", run.Error.Replace(",\nor", ", or").Replace("or\n`", "or `"));
    }

    [Fact]
    public void PlainTerminal_ShowsNoCurves()
    {
        string error = TestHost.New(terminal: true).Then(Line(Pictures.Folder(folder), "--plain")).Error;
        Assert.Matches("epoch 1/4 █.*  loss [0-9.]+  accuracy [0-9.]+ %", error);
        Assert.DoesNotContain("accuracy  ▁", error);
        Assert.DoesNotContain("A\e[J", error);
    }

    [Fact]
    public void CtrlC_SavesAndExitsWith130_AndResumeEndsWithTheSameWeights()
    {
        string data = Pictures.Folder(folder);
        TestHost.Run(Line(data));
        string whole = Recognizer.Load(Run).WeightsSha256;

        string stopped = Path.Combine(folder.Path, "stopped");
        string[] line = Line(data);
        line[Array.IndexOf(line, Run)] = stopped;
        var interrupted = TestHost.New(terminal: true, width: 50, pressAt: "epoch 1/4").Then(line);
        Assert.Equal((130, ""), (interrupted.Code, interrupted.Out));
        Assert.EndsWith($"Interrupted; model and checkpoint are saved.\n`mekiki train --resume {stopped}`\ngoes on.\n", interrupted.Error);
        Assert.NotEqual(whole, Recognizer.Load(stopped).WeightsSha256);

        var resumed = TestHost.Run("train", "--resume", stopped, "--json");
        Assert.Equal(0, resumed.Code);
        Assert.Equal(whole, JsonDocument.Parse(resumed.Out).RootElement.GetProperty("weights_sha256").GetString());
    }

    [Fact]
    public void UnreadableFiles_AreNamed_AndLeftOut_OrStopAStrictRun()
    {
        string data = Pictures.Folder(folder);
        File.WriteAllBytes(folder["pictures/d/bad.png"], []);
        var strict = TestHost.Run(Line(data, "--strict"));
        Assert.Contains("expected only images that can be read (strict), got 1 that cannot: d/bad.png: expected an image, got 0 bytes", strict.Mistake());
        Assert.False(Directory.Exists(Run));
        var run = TestHost.Run(Line(data));
        Assert.Equal(0, run.Code);
        Assert.Contains($"d/bad.png: expected an image, got 0 bytes (an empty file, a pipe or a device). Skipped.\n1 of 73 files could not be read ({Path.Combine(Run, "skipped.csv")}).\n", run.Error);
    }

    [Theory]
    [InlineData("--train 100", "--train: expected 1 to 71, got 100. {0} holds 72 images, and at least one must be left to test.")]
    [InlineData("--train 60 --test 20", "--train and --test: expected at most 72 images together, got 60 + 20. {0} holds no more; lower one of them.")]
    [InlineData("--epochs 0", "--epochs: expected 1 or more, got 0.")]
    [InlineData("--lr 0", "--lr: expected more than 0, got 0.\n")]
    [InlineData("--lr fnid", "--lr: expected a number, more than 0, got 'fnid'. Or give find, which searches for the best one first.")]
    [InlineData("--time 5x", "--time: expected a time such as 90s, 5m or 1h, got '5x'.")]
    [InlineData("--time 5m --epochs 2", "--epochs: expected no such option beside --time, which says how many there are. Leave one of them out.")]
    [InlineData("--preset fats", "Unknown preset 'fats'. Did you mean 'fast'? There are: fast, best, photo, small-photo.")]
    [InlineData("--fold 6/5", "--fold: expected a number and how many there are, such as 1/5, got '6/5'.")]
    [InlineData("--fold 1/5 --test 9", "--fold: expected it without --train and --test, which also choose the images. Leave one of them out.")]
    [InlineData("--validation 1.5", "--validation: expected a share below 1 or a number of images, got 1.5.")]
    [InlineData("--patience 2", "--patience: expected images to judge by, got none. Set --validation to 0.1 to keep some.")]
    [InlineData("--balance weight", "--balance: expected one of none, weights, sampling, roots, got 'weight'. Did you mean 'weights'?")]
    [InlineData("--channels 2", "--channels: expected 1 (grey) or 3 (colours), got '2'.\n")]
    [InlineData("--schedule cosin", "Unknown schedule 'cosin'. Did you mean 'cosine'? There are: decay, constant, cosine, one-cycle, warmup.")]
    [InlineData("--augment trian", "Unknown augmentation 'trian'. Did you mean 'train'? There are: AUGMENTATIONS.")]
    [InlineData("--model resnet-18", "Unknown model 'resnet-18'. Did you mean 'resnet18'? `mekiki models` lists all.")]
    public void WrongOption_IsOneMessage_AndNothingIsMade(string more, string message)
    {
        string data = Pictures.Folder(folder);
        // The option that is tried stands in for the usual one.
        string[] words = more.Split(' ');
        string[] line = ["train", "--data", data, "--out", Run, .. words];
        Assert.StartsWith(string.Format(message, data).Replace("AUGMENTATIONS", string.Join(", ", Augmentation.All.Select(a => a.Name))), TestHost.Run(line).Mistake());
        Assert.False(Directory.Exists(Run));
    }

    [Fact]
    public void Resume_TakesNoOtherOptions_AndNamesThem() =>
        Assert.Equal(
            "--epochs: expected no such option beside --resume, which goes on with the run's own. Leave it out, or begin a new run.\n`mekiki train --help` shows what is expected.",
            TestHost.Run("train", "--resume", Run, "--epochs", "5").Mistake());

    [Fact]
    public void Resume_OfNoRun_SaysSo() =>
        Assert.Equal($"{Path.Combine(Run, "run.json")}: expected the description of a run, got no such file. Give the folder that `mekiki train` made.", TestHost.Run("train", "--resume", Run).Mistake());

    [Fact]
    public void DiskThatIsFull_MentionsResume_AndTheRunGoesOn()
    {
        string[] line = Line(Pictures.Folder(folder));
        string whole = Path.Combine(folder.Path, "whole");
        Assert.Equal(0, TestHost.Run([.. line.Select(word => word == Run ? whole : word)]).Code);
        // Anywhere in the middle of the training.
        TestHost? full = null;
        Assert.NotNull(FileSteps.FailAt(Run, 25, lasts: true, () => new IOException("No space left on device", 28), () => full = TestHost.Run(line)));
        Assert.EndsWith($" Free some space or choose another folder.\n`mekiki train --resume {Run}` goes on from the last checkpoint.", full!.Mistake());
        Assert.Equal(0, TestHost.Run("train", "--resume", Run).Code);
        Assert.Equal(Vision.Recognizer.Load(whole).WeightsSha256, Vision.Recognizer.Load(Run).WeightsSha256);
    }

    [Fact]
    public void NoSuchData_OneClass_AndFolderInUse_AreMistakes()
    {
        Assert.StartsWith($"kanna: expected a folder of class folders, a zip, tar, CSV or IDX file, the address of shards, or one of {string.Join(", ", KnownSet.All.Select(s => s.Name))}, got nothing of that name. Did you mean 'kana'?", TestHost.Run(Line("kanna")).Mistake());
        string one = Pictures.Folder(folder, name: "one", classes: 1);
        Assert.Contains("expected 2 classes or more, one sub-folder each, got 1 (あ)", TestHost.Run(Line(one)).Mistake());
        File.WriteAllText(folder["file"], "a file, no folder");
        string[] under = Line(Pictures.Folder(folder));
        under[Array.IndexOf(under, Run)] = Path.Combine(folder["file"], "run");
        Assert.Matches("/file/run: expected to write it, got: .* Its folder is not there, or a file has its name\\. Make it, or choose another folder\\.$", TestHost.Run(under).Mistake());
        File.WriteAllText(folder["run/mine.txt"], "mine");
        Assert.Contains("expected a new or empty folder, got one with files", TestHost.Run(Line(Pictures.Folder(folder))).Mistake());
    }
}
