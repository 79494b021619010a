using System.Text.Json;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>What a kill or a power cut may leave in a run's folder, and what becomes of it.</summary>
public sealed class DamagedRunTests : IDisposable
{
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 3, BatchSize = 16, Augmentation = "train", LearningRate = 0.01, Seed = 5 };
    private static readonly Lazy<string> whole = new(Undisturbed);
    private readonly TemporaryFolder folder = new();

    public DamagedRunTests() => Bars.Folder(folder);

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Run => Path.Combine(folder.Path, "run");

    private string Newest => Path.Combine(Run, "checkpoint.safetensors");

    private string Previous => Path.Combine(Run, "checkpoint-previous.safetensors");

    private static string Undisturbed()
    {
        using var folder = new TemporaryFolder();
        return TrainingRun.Create(Data(Bars.Folder(folder)), quick, folder["run/run"]).Train(cancellation: Token).Recognizer.WeightsSha256;
    }

    private static DataOptions Data(string source) => new() { Source = source, Train = 72, Test = 24, Seed = 5 };

    // Stopped in the second of three epochs, with a checkpoint after each step, or as often as the disk allows.
    private void StopInTheMiddle(int steps = 8)
    {
        using var source = new CancellationTokenSource();
        var run = TrainingRun.Create(Data(folder["bars"]), quick, Run, new RunOptions { CheckpointSteps = 1 });
        Assert.True(run.Train(new StopAfter(source, steps), source.Token).IsInterrupted);
        Assert.True(File.Exists(Newest) && File.Exists(Previous));
    }

    private string Resumed(out IReadOnlyList<string> notes)
    {
        var run = TrainingRun.Resume(Run);
        notes = run.Notes;
        string sha256 = run.Train(cancellation: Token).Recognizer.WeightsSha256;
        Assert.Equal(["checkpoint-previous.safetensors", "checkpoint.safetensors", "log.csv", "model.safetensors", "result.json", "run.json", "split.csv", "steps.jsonl", "tried.json"], Directory.GetFiles(Run).Select(Path.GetFileName).Order());
        Assert.Equal(["epoch", "1", "2", "3"], File.ReadAllLines(Path.Combine(Run, "log.csv")).Select(row => row.Split(',')[0]));
        Assert.Equal(Enumerable.Range(1, 15), File.ReadAllLines(Path.Combine(Run, "steps.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32()));
        return sha256;
    }

    [Theory]
    [InlineData("empty", "expected a safetensors file, got 0 bytes")]
    [InlineData("zeros", "expected a header that begins with '{', got an empty one")]
    [InlineData("cut", "The file is cut off or damaged")]
    [InlineData("garbage", "expected a header of at most 100,000,000 bytes")]
    [InlineData("one bit", "expected content with sha256 ")]
    [InlineData("one bit of its text", "expected content with sha256 ")]
    [InlineData("no checksum", "expected a checksum at the end, got none")]
    [InlineData("other file", "expected a checkpoint of a training, got another safetensors file")]
    public void NewestDamaged_IsNoticed_AndTheOneBeforeIsUsed(string damage, string reason)
    {
        StopInTheMiddle();
        Damage(Newest, damage);
        Assert.Equal(whole.Value, Resumed(out var notes));
        Assert.StartsWith(Newest + ": ", notes[0]);
        Assert.Contains(reason, notes[0]);
        Assert.Matches("^The one before it is used; the run goes on from epoch [12], step [0-4] of 5\\.$", notes[1]);
    }

    [Fact]
    public void NewestDamaged_NeverTakesThePlaceOfTheWholeOne()
    {
        StopInTheMiddle();
        Damage(Newest, "cut");
        byte[] previous = File.ReadAllBytes(Previous);
        Assert.True(TrainingRun.Resume(Run).Train(cancellation: new CancellationToken(canceled: true)).IsInterrupted);
        Assert.Empty(TrainingRun.Resume(Run).Notes);
        Assert.Equal(previous, File.ReadAllBytes(Previous));
    }

    [Fact]
    public void KilledBetweenTwoRenames_GoesOnFromTheOneBefore()
    {
        StopInTheMiddle();
        File.Move(Newest, Path.Combine(Run, "checkpoint-next.safetensors"));
        Assert.Equal(whole.Value, Resumed(out var notes));
        Assert.Empty(notes);
    }

    [Fact]
    public void StrayFilesAreTakenAway_AndOthersStay()
    {
        StopInTheMiddle();
        string[] stray = [$"checkpoint-next.safetensors.{Guid.NewGuid():N}.tmp", $"log.csv.{Guid.NewGuid():N}.tmp"];
        string[] own = ["notes.tmp", "x.0123456789abcdef0123456789abcdeg.tmp"];
        foreach (string name in stray.Concat(own))
            File.WriteAllText(Path.Combine(Run, name), "half");
        TrainingRun.Resume(Run).Train(cancellation: Token);
        Assert.All(stray, name => Assert.False(File.Exists(Path.Combine(Run, name))));
        Assert.All(own, name => Assert.True(File.Exists(Path.Combine(Run, name))));
    }

    [Fact]
    public void KilledBeforeItBegan_LeavesAFolderThatCanBeUsed()
    {
        File.WriteAllText(folder["run/split.csv"], "image,class,part\n");
        File.WriteAllText(Path.Combine(Run, $"run.json.{Guid.NewGuid():N}.tmp"), "{");
        TrainingRun.Create(Data(folder["bars"]), quick, Run).Train(cancellation: Token);
        Assert.Equal(whole.Value, Resumed(out _));
    }

    [Fact]
    public void LogThatIsAheadOfTheCheckpoint_IsCut()
    {
        StopInTheMiddle();
        string log = Path.Combine(Run, "log.csv");
        File.AppendAllText(log, "2,10,0.1,0.1,0.1,0.1,0.1,0.1,0.1,1,1\n3,15,0.1,0.1");
        File.AppendAllText(Path.Combine(Run, "steps.jsonl"), "{\"step\":9,\"epoch\":2}\n{\"step\":10,\"ep");
        using var source = new CancellationTokenSource();
        TrainingRun.Resume(Run).Train(new StopAfter(source, 1), source.Token);
        Assert.Equal(["epoch", "1"], File.ReadAllLines(log).Select(row => row.Split(',')[0]));
        Assert.Equal(whole.Value, Resumed(out _));
    }

    [Fact]
    public void BothDamaged_IsSaid_AndWithoutThemTheRunBeginsAnew()
    {
        StopInTheMiddle();
        Damage(Newest, "empty");
        Damage(Previous, "cut");
        string message = Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run)).Message;
        Assert.StartsWith($"{Newest}: expected a safetensors file, got 0 bytes.", message);
        Assert.Contains($" {Previous}: ", message);
        Assert.EndsWith(" No checkpoint of the run can be used. Restore one; or delete both, and the run begins anew with the same result.", message);
        File.Delete(Newest);
        File.Delete(Previous);
        Assert.Equal(whole.Value, Resumed(out _));
    }

    [Fact]
    public void RunThatAnotherTrains_IsLeftAlone()
    {
        StopInTheMiddle();
        using (new FileStream(Path.Combine(Run, "run.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Assert.Matches("/run: expected a run that no other process trains, got: .* Wait for that process, or end it\\.$", Assert.Throws<MekikiException>(() => TrainingRun.Resume(Run).Train(cancellation: Token)).Message);
        Assert.Equal(whole.Value, Resumed(out _));
    }

    [Fact]
    public void CheckpointThatCannotBeWritten_StopsTheTraining_WithAMessage()
    {
        StopInTheMiddle();
        var run = TrainingRun.Resume(Run);
        Directory.CreateDirectory(Path.Combine(Run, "checkpoint-next.safetensors"));
        Assert.Contains("checkpoint-next.safetensors: expected to write it, got: ", Assert.Throws<MekikiException>(() => run.Train(cancellation: Token)).Message);
    }

    private void Damage(string path, string damage)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (damage == "other file")
        {
            File.Copy(Path.Combine(Run, "model.safetensors"), path, overwrite: true);
            return;
        }

        if (damage == "no checksum")
            System.Text.Encoding.ASCII.GetBytes("sha257").CopyTo(bytes, bytes.AsSpan().IndexOf("\"sha256\""u8) + 1);
        if (damage == "one bit of its text")
            bytes[bytes.AsSpan().IndexOf("--seed 5"u8) + 7] ^= 1;
        if (damage == "one bit")
            bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, damage switch
        {
            "empty" => [],
            "zeros" => new byte[bytes.Length],
            "cut" => bytes[..(bytes.Length / 2)],
            "garbage" => [.. bytes.Reverse()],
            _ => bytes,
        });
    }
}
