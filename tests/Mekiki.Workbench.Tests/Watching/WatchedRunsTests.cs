using System.Text;
using System.Text.Json;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Watching;

namespace Mekiki.Workbench.Tests.Watching;

/// <summary>Runs as a page sees them, and the request to stop.</summary>
public sealed class WatchedRunsTests : IDisposable
{
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 3, BatchSize = 8 };
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_ShowsCurvesEpochsAndMistakes()
    {
        Assert.Throws<MekikiException>(() => new WatchedRuns([folder["runs"]]));
        Directory.CreateDirectory(folder["runs"]);
        var runs = new WatchedRuns([folder["runs"]]);
        Assert.Empty(runs.Refresh());
        Make("first").Train(cancellation: Token);
        var run = Assert.Single(runs.Refresh());
        var json = Whole(run);
        Assert.Equal(("first", "done", "mlp", 3, 1.0), (json.GetProperty("name").GetString(), json.GetProperty("state").GetString(), json.GetProperty("model").GetString(), json.GetProperty("epochs_done").GetInt32(), json.GetProperty("progress").GetDouble()));
        Assert.Equal(json.GetProperty("step").GetInt32(), json.GetProperty("series").GetProperty("loss").GetArrayLength());
        Assert.Equal(3, json.GetProperty("log").GetArrayLength());
        var tried = json.GetProperty("tried");
        Assert.Equal((3, "test"), (tried.GetProperty("epoch").GetInt32(), tried.GetProperty("part").GetString()));
        Assert.Equal(tried.GetProperty("mistakes").GetInt32() > 0, File.Exists(run.MistakesPicture));
        Assert.Contains("expected a run that a process trains", Assert.Throws<MekikiException>(run.Stop).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_EndsATrainingAsCtrlCDoes_AndItGoesOnToTheSameWeights()
    {
        string expected = Make("undisturbed").Train(cancellation: Token).Recognizer.WeightsSha256;
        var run = Make("stopped", new FastClock());
        var watched = new WatchedRuns([run.Folder]).Refresh()[0];
        string state = "";
        var result = run.Train(new AtStep(5, () =>
        {
            state = Whole(watched).GetProperty("state").GetString()!;
            watched.Stop();
        }), Token);
        Assert.Equal("running", state);
        Assert.True(result.IsInterrupted);
        Assert.Empty(Directory.GetFiles(run.Folder, "stop"));
        Assert.Equal("interrupted", Whole(watched).GetProperty("state").GetString());
        Assert.Equal(expected, TrainingRun.Resume(run.Folder).Train(cancellation: Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void OldRequest_DoesNotStopTheNextTraining()
    {
        var run = Make("run", new FastClock());
        File.WriteAllText(Path.Combine(run.Folder, "stop"), "");
        Assert.False(run.Train(cancellation: Token).IsInterrupted);
    }

    [Fact]
    public void Names_AreDifferent_AndRunsThatGoAreForgotten()
    {
        foreach (string name in new[] { "a/run", "b/run" })
            Make(name);
        var runs = new WatchedRuns([folder["runs/a"], folder["runs/b"], folder["runs/b/run"]]);
        Assert.Equal(["run", "run-2"], runs.Refresh().Select(r => r.Name).Order());
        Directory.Delete(folder["runs/b/run"], recursive: true);
        Assert.Single(runs.Refresh());
    }

    private TrainingRun Make(string name, TimeProvider? clock = null)
    {
        if (!Directory.Exists(folder["bars"]))
            Bars.Folder(folder);
        return TrainingRun.Create(new DataOptions { Source = folder["bars"] }, quick, folder["runs/" + name], clock: clock);
    }

    private static JsonElement Whole(WatchedRun run)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            run.Write(json, isWhole: true);
        return JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
    }

    private sealed class AtStep(int step, Action act) : ITrainingObserver
    {
        public void OnStep(Trainer trainer, in TrainingStep taken)
        {
            if (trainer.Steps == step)
                act();
        }
    }

    // Each look at it is two seconds later.
    private sealed class FastClock : TimeProvider
    {
        private long now;

        public override long GetTimestamp() => Interlocked.Add(ref now, 2 * TimestampFrequency);
    }
}
