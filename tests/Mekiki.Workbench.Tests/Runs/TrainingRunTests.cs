using System.Text.Json.Nodes;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public sealed class TrainingRunTests : IDisposable
{
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 3, BatchSize = 16, Augmentation = "train", LearningRate = 0.01, Seed = 5 };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Run => Path.Combine(folder.Path, "run");

    private DataOptions Data => new() { Source = Path.Combine(folder.Path, "bars"), Train = 72, Test = 24, Seed = 5 };

    private TrainingRun Begin(string? at = null, TrainOptions? options = null)
    {
        if (!Directory.Exists(Data.Source))
            Bars.Folder(folder);
        return TrainingRun.Create(Data, options ?? quick, at ?? Run);
    }

    private void ChangeDescription(Action<JsonObject> change)
    {
        string path = Path.Combine(Run, "run.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    internal static string StopAfter(TrainingRun run, int steps)
    {
        using var source = new CancellationTokenSource();
        var result = run.Train(new StopAfter(source, steps), source.Token);
        Assert.True(result.IsInterrupted);
        return result.Recognizer.WeightsSha256;
    }

    [Fact]
    public void RunWithoutResult_IsNotDone_ThoughAllEpochsAre()
    {
        string whole = Begin().Train(cancellation: Token).Recognizer.WeightsSha256;
        Assert.Equal(RunState.Done, RunSummary.Read(Run).State);
        // Killed in its last test.
        File.Delete(Path.Combine(Run, "result.json"));
        Assert.Equal(RunState.Interrupted, RunSummary.Read(Run).State);
        Assert.Equal(whole, TrainingRun.Resume(Run).Train(cancellation: Token).Recognizer.WeightsSha256);
        Assert.Equal(RunState.Done, RunSummary.Read(Run).State);
    }

    [Fact]
    public void ImagesThatWereMoved_AreAskedFor_AndGoOn()
    {
        string whole = Begin(Path.Combine(folder.Path, "whole")).Train(cancellation: Token).Recognizer.WeightsSha256, elsewhere = Data.Source + " elsewhere";
        StopAfter(Begin(), 2);
        Directory.Move(Data.Source, elsewhere);
        string message = Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message;
        Assert.StartsWith($"{Run}: expected the run's images at {Data.Source}, where they lay when it began, got: ", message);
        Assert.EndsWith("If they were moved, say by --data where they are.", message);
        StopAfter(TrainingRun.Resume(Run, source: elsewhere), 2);
        Assert.Equal(whole, TrainingRun.Resume(Run).Train(cancellation: Token).Recognizer.WeightsSha256);
        // Of the run that ended before, too.
        string ended = Path.Combine(folder.Path, "whole");
        var test = TestData.Open(ended, Recognizer.Load(ended), elsewhere);
        Assert.Equal((24, "The model was trained on these images; only the run's test part is used."), (test.Count, test.Notes[^1]));
    }

    [Fact]
    public void Folder_HoldsAllThatDesignNames()
    {
        var result = Begin().Train(cancellation: Token);
        Assert.Equal(["checkpoint-previous.safetensors", "checkpoint.safetensors", "log.csv", "model.safetensors", "result.json", "run.json", "split.csv", "steps.jsonl", "tried.json"], Directory.GetFiles(Run).Select(Path.GetFileName).Order());

        string run = File.ReadAllText(Path.Combine(Run, "run.json"));
        Assert.All(["\"version\"", "\"started\"", "\"machine\"", "\"source\"", "\"data_fingerprint\"", "\"train_images\": 72", "\"test_images\": 24", "\"model\": \"mlp\"", "\"epochs\": 3", "\"batch_size\": 16", "\"learning_rate\": 0.01", "\"schedule\": \"decay\"", "\"augmentation\": \"train\"", "\"seed\": 5", "\"threads\""],
            part => Assert.Contains(part, run));
        string[] log = File.ReadAllLines(Path.Combine(Run, "log.csv"));
        Assert.Equal("epoch,steps,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,balanced_accuracy,top5_accuracy,validation_loss,validation_accuracy,train_seconds,test_seconds", log[0]);
        Assert.Equal(["1,5", "2,10", "3,15"], log[1..].Select(row => string.Join(',', row.Split(',')[..2])));
        Assert.Equal(1 + 96, File.ReadAllLines(Path.Combine(Run, "split.csv")).Length);

        var best = Recognizer.Load(Run);
        Assert.Equal(result.Recognizer.WeightsSha256, best.WeightsSha256);
        Assert.Equal(result.Best!.TestAccuracy, best.Card.Metrics["test_accuracy"]);
        var data = TestData.Open(Run, best);
        Assert.Equal(result.Best.TestAccuracy, best.Evaluate(data.Set, data.Subset, cancellation: Token).Accuracy);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(14)]
    public void InterruptedAndResumed_EndsWithTheSameWeights(int steps)
    {
        string whole = Begin(folder["whole/run"]).Train(cancellation: Token).Recognizer.WeightsSha256;
        StopAfter(Begin(), steps);
        Assert.NotNull(Recognizer.Load(Run));
        Assert.Equal(whole, TrainingRun.Resume(Run, threads: 1).Train(cancellation: Token).Recognizer.WeightsSha256);
        Assert.Equal(
            File.ReadAllLines(Path.Combine(folder["whole/run"], "log.csv")).Select(WithoutSeconds),
            File.ReadAllLines(Path.Combine(Run, "log.csv")).Select(WithoutSeconds));

        static string WithoutSeconds(string row) => string.Join(',', row.Split(',')[..^2]);
    }

    [Fact]
    public void ResumedFromAnOlderDescription_TakesWhatIsUsual_AndEndsWithTheSameWeights()
    {
        string whole = Begin(folder["whole/run"]).Train(cancellation: Token).Recognizer.WeightsSha256;
        StopAfter(Begin(), 7);
        ChangeDescription(json =>
        {
            foreach (string name in new[] { "steps", "most_seconds", "optimizer", "momentum", "schedule", "ema", "mixup", "clip", "accumulate", "balance", "shift", "test_once", "threads" })
                Assert.True(json["options"]!.AsObject().Remove(name), name);
            foreach (string name in new[] { "fold", "validation", "channels", "size", "strict" })
                Assert.True(json["data"]!.AsObject().Remove(name), name);
            Assert.True(json.Remove("run_options"));
        });
        var run = TrainingRun.Resume(Run);
        Assert.Equal((quick with { Threads = 0 }).ToString(), run.Options.ToString());
        Assert.Equal(whole, run.Train(cancellation: Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void ResumedFromADescriptionWithTheOldName_KeepsWhatWasAskedFor()
    {
        Bars.Folder(folder);
        StopAfter(TrainingRun.Create(Data, quick, Run, new() { CheckpointSteps = 3, TensorBoard = true }), 2);
        ChangeDescription(json =>
        {
            Assert.True(json.Remove("run_options", out var options));
            json["keeps"] = options;
        });
        Assert.Equal(new RunOptions { CheckpointSteps = 3, TensorBoard = true }, TrainingRun.Resume(Run).RunOptions);
        ChangeDescription(json => json["keeps"]!["tensor_bored"] = true);
        Assert.Contains("got: the unknown option 'tensor_bored'. Did you mean 'tensor_board'?", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
    }

    [Fact]
    public void InterruptedAgainAndAgain_EndsWithTheSameWeights()
    {
        string whole = Begin(folder["whole/run"]).Train(cancellation: Token).Recognizer.WeightsSha256;
        StopAfter(Begin(), 2);
        for (int i = 0; i < 4; i++)
            StopAfter(TrainingRun.Resume(Run), 3);
        Assert.Equal(whole, TrainingRun.Resume(Run).Train(cancellation: Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void ResumedAtItsEnd_GivesTheSameResult()
    {
        var first = Begin().Train(cancellation: Token);
        var again = TrainingRun.Resume(Run).Train(cancellation: Token);
        Assert.Equal((first.Best, first.Recognizer.WeightsSha256, first.ImagesTrained), (again.Best, again.Recognizer.WeightsSha256, again.ImagesTrained));
    }

    [Fact]
    public void KilledBeforeAnyCheckpoint_BeginsAnew()
    {
        string whole = Begin(folder["whole/run"]).Train(cancellation: Token).Recognizer.WeightsSha256;
        Begin();
        Assert.Equal(whole, TrainingRun.Resume(Run).Train(cancellation: Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void Cancelled_BeforeTheFirstBatch_LeavesAValidRun()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.True(Begin().Train(cancellation: source.Token).IsInterrupted);
        Assert.NotNull(Recognizer.Load(Run));
        Assert.False(TrainingRun.Resume(Run).Train(cancellation: Token).IsInterrupted);
    }

    [Fact]
    public void FolderInUse_IsRefused_AndUntouched()
    {
        File.WriteAllText(folder["run/mine.txt"], "mine");
        Assert.Equal($"{Run}: expected a new or empty folder, got one with files. Choose another with --out, or go on with a run by --resume.",
            Assert.Throws<MekikiException>(() => Begin()).Message);
        Assert.Equal(["mine.txt"], Directory.GetFiles(Run).Select(Path.GetFileName));
    }

    [Fact]
    public void DefaultFolder_IsNamedByTheClockAndTheModel()
    {
        string here = Environment.CurrentDirectory;
        try
        {
            Bars.Folder(folder);
            Environment.CurrentDirectory = folder.Path;
            var clock = new StandingClock();
            Assert.Equal(Path.Combine("runs", "20260102-030405-mlp"), TrainingRun.Create(Data, quick, clock: clock).Folder);
            Assert.Equal(Path.Combine("runs", "20260102-030405-mlp-2"), TrainingRun.Create(Data, quick, clock: clock).Folder);
        }
        finally
        {
            Environment.CurrentDirectory = here;
        }
    }

    [Fact]
    public void UnreadableFiles_AreListed_OrStopAStrictRun()
    {
        Bars.Folder(folder);
        File.WriteAllText(folder["bars/bar 1/broken, \"really\".png"], "no image");
        var run = Begin();
        Assert.Equal(["image,reason", "\"bar 1/broken, \"\"really\"\".png\",\"expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else\""], File.ReadAllLines(Path.Combine(Run, "skipped.csv")));
        Assert.Contains("\"skipped\": 1", File.ReadAllText(Path.Combine(Run, "run.json")));
        Assert.Contains("expected only images that can be read (strict), got 1 that cannot",
            Assert.Throws<MekikiException>(() => TrainingRun.Create(Data with { Strict = true }, quick, folder["strict/run"])).Message);
        Assert.False(Directory.Exists(folder["strict/run"]));
        Assert.Equal(96, run.Set.Count);
    }

    [Fact]
    public void MoreThanThereIs_SaysHowMuchThereIs()
    {
        Bars.Folder(folder);
        Assert.Contains("holds 96 images", Assert.Throws<MekikiException>(() => TrainingRun.Create(Data with { Train = 200, Test = null }, quick, Run)).Message);
        Assert.Contains("expected at most 96 images together, got 90 + 10", Assert.Throws<MekikiException>(() => TrainingRun.Create(Data with { Train = 90, Test = 10 }, quick, Run)).Message);
        Assert.False(Directory.Exists(Run));
    }

    [Fact]
    public void Resume_OfWhatIsNoRun_OrHasChanged_SaysSo()
    {
        Assert.StartsWith($"{Path.Combine(Run, "run.json")}: expected the description of a run, got no such file.", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
        StopAfter(Begin(), 2);

        string json = Path.Combine(Run, "run.json"), description = File.ReadAllText(json);
        File.WriteAllText(json, description.Replace("\"epochs\": 3", "\"epochs\": -1"));
        Refused.Says(
            $"{json}: expected the description of a run, got: Epochs: expected 0 or more, got -1. Restore the file, or begin a new run.",
            $"{json}: expected the description of a run, got: --epochs: expected 0 or more, got -1. Restore the file, or begin a new run.",
            () => TrainingRun.Resume(Run));
        File.WriteAllText(json, description[..200]);
        Assert.StartsWith($"{json}: expected the description of a run, got: ", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
        File.WriteAllText(json, description);
        ChangeDescription(d => d["options"]!["epochs"] = "three");
        Assert.Matches($"^{json}: expected the description of a run, got: .*options.*epochs.* Restore the file, or begin a new run\\.$", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
        File.WriteAllText(json, description);
        ChangeDescription(d => d["options"] = 5);
        Assert.StartsWith($"{json}: expected the description of a run, got: ", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
        File.WriteAllText(json, description);
        ChangeDescription(d => d["options"]!["emma"] = 0.9);
        Assert.Equal($"{json}: expected the description of a run, got: the unknown option 'emma'. Did you mean 'ema'? Restore the file, or begin a new run.", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
        File.WriteAllText(json, description.Replace("\"epochs\": 3", "\"epochs\": 3, \"epochs\": 4"));
        Assert.StartsWith($"{json}: expected the description of a run, got: the name 'epochs' twice.", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
        File.WriteAllText(json, description);

        File.Delete(Path.Combine(Data.Source, "bar 0", "000.png"));
        Assert.StartsWith($"{Run}: expected the images that the run began with (sha256 ", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message);
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
