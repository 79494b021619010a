using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>A run's folder holds one run: its options, its split, its checkpoints, its logs.</summary>
public sealed class RunIdentityTests : IDisposable
{
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 3, BatchSize = 16, Augmentation = "train", LearningRate = 0.01, Seed = 5 };
    private readonly TemporaryFolder folder = new();

    public RunIdentityTests() => Bars.Folder(folder);

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DataOptions Data(ulong seed = 5) => new() { Source = folder["bars"], Train = 72, Test = 24, Seed = seed };

    private TrainingRun Stopped(string name, TrainOptions options, ulong splitSeed = 5)
    {
        using var source = new CancellationTokenSource();
        var run = TrainingRun.Create(Data(splitSeed), options, Path.Combine(folder.Path, name), new RunOptions { CheckpointSteps = 1 });
        run.Train(new StopAfter(source, 8), source.Token);
        return run;
    }

    [Fact]
    public void TwoAtOnce_IntoOneNewFolder_OneGoesOn_WithItsOwnDescription()
    {
        string path = Path.Combine(folder.Path, "both");
        using var together = new Barrier(2);
        var runs = new TrainingRun?[2];
        var messages = new string?[2];
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            try
            {
                runs[i] = TrainingRun.Create(Data(), quick with { Seed = (ulong)i }, path, settle: (_, _, options) =>
                {
                    // Both have found the folder new.
                    together.SignalAndWait(Token);
                    return options;
                });
            }
            catch (MekikiException e)
            {
                messages[i] = e.Message;
            }
        });
        int winner = Array.FindIndex(runs, r => r is not null);
        Assert.Null(runs[1 - winner]);
        Assert.Matches("/both: expected (a run that no other process trains|a new or empty folder), got ?", messages[1 - winner]);
        Assert.Equal((ulong)winner, RunDescription.Read(Path.Combine(path, "run.json")).Options.Seed);
        Assert.NotNull(runs[winner]!.Train(cancellation: Token).Best);
    }

    [Fact]
    public void FolderWhoseLockIsHeld_IsNotWrittenTo()
    {
        string path = folder["held/new.lock"];
        using (new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Assert.Matches("/held: expected a run that no other process trains, got: .* Wait for that process, or end it\\.$", Assert.Throws<MekikiException>(() => TrainingRun.Create(Data(), quick, folder["held"])).Message);
        Assert.Equal(["new.lock"], Directory.GetFiles(folder["held"]).Select(Path.GetFileName));
    }

    [Fact]
    public void DescriptionThatChangedMeanwhile_IsNoticed()
    {
        var run = TrainingRun.Create(Data(), quick, folder["run/run"]);
        File.AppendAllText(Path.Combine(run.Folder, "run.json"), "\n");
        Assert.EndsWith("another process changed it meanwhile. Start the command again.", Assert.Throws<MekikiException>(() => run.Train(cancellation: Token)).Message);
    }

    [Theory]
    [InlineData("seed", "seed 6 instead of 5")]
    [InlineData("no seed", "the usual seed instead of 5")]
    [InlineData("epochs", "epochs 4 instead of 3")]
    [InlineData("split", "another split")]
    [InlineData("smoothing", "label-smoothing 0.1 instead of the usual")]
    [InlineData("from", "other weights to begin with")]
    public void CheckpointOfAnotherRun_IsRefused_AndStays(string what, string differences)
    {
        var mine = Stopped("mine", quick);
        string model = Path.Combine(mine.Folder, "model.safetensors"), newest = Path.Combine(mine.Folder, "checkpoint.safetensors");
        var other = Stopped("other", what switch
        {
            "seed" => quick with { Seed = 6 },
            "no seed" => quick with { Seed = 0 },
            "epochs" => quick with { Epochs = 4 },
            "smoothing" => quick with { LabelSmoothing = 0.1 },
            "from" => quick with { From = model },
            _ => quick,
        }, splitSeed: what == "split" ? 6ul : 5);
        File.Copy(Path.Combine(other.Folder, "checkpoint.safetensors"), newest, overwrite: true);
        byte[] bytes = File.ReadAllBytes(newest);
        Assert.Equal($"{newest}: expected a checkpoint of this run, got one of a run with {differences}. Restore the run's own checkpoint, or begin a new run.",
            Assert.Throws<MekikiException>(() => TrainingRun.Resume(mine.Folder)).Message);
        Assert.Equal(bytes, File.ReadAllBytes(newest));
    }

    [Fact]
    public void CheckpointOfAFineTunedRun_IsItsOwn()
    {
        string model = Path.Combine(Stopped("mine", quick).Folder, "model.safetensors");
        var tuned = Stopped("tuned", quick with { From = model });
        Assert.Empty(TrainingRun.Resume(tuned.Folder).Notes);
        using var source = new CancellationTokenSource();
        TrainingRun.Resume(tuned.Folder).Train(new StopAfter(source, 1), source.Token);
        Assert.Empty(TrainingRun.Resume(tuned.Folder).Notes);
    }

    [Fact]
    public void CheckpointOfAnEarlierVersion_IsTakenWithANote()
    {
        var run = Stopped("run", quick);
        foreach (string name in new[] { "checkpoint.safetensors", "checkpoint-previous.safetensors" })
            Forget(Path.Combine(run.Folder, name));
        var resumed = TrainingRun.Resume(run.Folder);
        Assert.Equal([$"{Path.Combine(run.Folder, "checkpoint.safetensors")} does not say of which run it is, as those of earlier versions do not; it is taken for this run's."], resumed.Notes);
        string whole = TrainingRun.Create(Data(), quick, folder["whole/run"]).Train(cancellation: Token).Recognizer.WeightsSha256;
        Assert.Equal(whole, resumed.Train(cancellation: Token).Recognizer.WeightsSha256);
    }

    [Fact]
    public void LogsShorterThanTheCheckpoint_AreTold()
    {
        var run = Stopped("run", quick);
        string log = Path.Combine(run.Folder, "log.csv"), steps = Path.Combine(run.Folder, "steps.jsonl");
        File.WriteAllLines(log, File.ReadAllLines(log).Take(1));
        File.WriteAllLines(steps, File.ReadAllLines(steps).Take(3));
        Assert.Equal(
        [
            $"{log} lacks 1 of 1 epochs before the place where the run goes on; they stay missing. The weights do not depend on it.",
            $"{steps} lacks 5 of 8 steps before the place where the run goes on; they stay missing. The weights do not depend on it.",
        ], TrainingRun.Resume(run.Folder).Notes);
        File.Delete(steps);
        Assert.EndsWith(" lacks 8 of 8 steps before the place where the run goes on; they stay missing. The weights do not depend on it.", TrainingRun.Resume(run.Folder).Notes[1]);
    }

    // As it was written before checkpoints said of which run they are.
    private static void Forget(string path)
    {
        var writer = new SafetensorsWriter();
        using (var file = SafetensorsFile.Open(path))
        {
            writer.AddText("checkpoint", file.Metadata["checkpoint"]).AddChecksum();
            Assert.StartsWith("data ", file.Metadata["run"]);
            foreach (var entry in file.Entries.Where(e => e.Type != StoredType.U8))
            {
                int[] shape = [.. entry.Shape.ToArray().Select(size => (int)size)];
                if (entry.Type == StoredType.I64)
                {
                    var integers = new long[entry.Count];
                    file.Read(entry, integers);
                    writer.Add(entry.Name, shape, integers.AsMemory());
                    continue;
                }

                var values = new float[entry.Count];
                file.Read(entry, values);
                writer.Add(entry.Name, shape, values.AsMemory());
            }
        }

        writer.Save(path);
    }
}
