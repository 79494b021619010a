using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lecture;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Search;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>Killed before any change of a file, a run or a line of history goes on, and ends as an undisturbed one; so it does after a disk that was full.</summary>
public sealed class KilledAnywhereTests : IDisposable
{
    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 2, BatchSize = 36, Augmentation = "none", LearningRate = 0.01, Seed = 5, Threads = 1 };
    private static readonly RunOptions each = new() { CheckpointSteps = 1 };
    private readonly TemporaryFolder folder = new();

    public KilledAnywhereTests() => Bars.Folder(folder);

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DataOptions Data => new() { Source = folder["bars"], Train = 72, Test = 24, Seed = 5 };

    [Fact]
    public void Train_EndsAsUndisturbed()
    {
        string whole = Path.Combine(folder.Path, "whole");
        Train(whole);
        string[] expected = Of(whole);
        var killed = Everywhere(Train, run => Assert.Equal(expected, Of(run)));
        Assert.Contains(killed, k => k.StartsWith("rename split.csv", StringComparison.Ordinal));
        Assert.Contains(killed, k => k.StartsWith("rename run.json", StringComparison.Ordinal));
        Assert.Contains(killed, k => k.StartsWith("rename checkpoint-previous.safetensors", StringComparison.Ordinal));
        Assert.Contains(killed, k => k.StartsWith("append steps.jsonl", StringComparison.Ordinal));
        Assert.Contains("append log.csv", killed);
        Assert.Contains("flush folder result.json", killed);
    }

    [Fact]
    public void Resume_EndsAsUndisturbed()
    {
        string whole = Path.Combine(folder.Path, "whole"), half = Path.Combine(folder.Path, "half");
        Train(whole);
        using (var source = new CancellationTokenSource())
            TrainingRun.Create(Data, quick, half, each).Train(new StopAfter(source, 3), source.Token);
        File.AppendAllText(Path.Combine(half, "steps.jsonl"), "{\"step\":9,\"ep");
        File.WriteAllText(Path.Combine(half, $"log.csv.{Guid.NewGuid():N}.tmp"), "left");
        string[] expected = Of(whole);
        var killed = Everywhere(Train, run => Assert.Equal(expected, Of(run)), begin: run => FileSteps.Copy(half, run));
        Assert.Contains("cut steps.jsonl", killed);
        Assert.Contains(killed, k => k.StartsWith("delete log.csv.", StringComparison.Ordinal));
    }

    [Fact]
    public void History_EndsAsUndisturbed()
    {
        string whole = Path.Combine(folder.Path, "whole");
        History(whole);
        string[] expected = Of(whole);
        Assert.Contains("history.png", expected[0]);
        var killed = Everywhere(History, line => Assert.Equal(expected, Of(line)));
        Assert.Contains(killed, k => k.StartsWith("rename history.json", StringComparison.Ordinal));
        Assert.Contains("flush folder history.png", killed);
    }

    [Fact]
    public void Tune_EndsAsUndisturbed()
    {
        string whole = Path.Combine(folder.Path, "whole");
        Tune(whole);
        string[] expected = Of(whole);
        Assert.Equal("preset.json tune.csv", expected[0]);
        var killed = Everywhere(Tune, line => Assert.Equal(expected, Of(line)));
        Assert.Contains(killed, k => k.StartsWith("create preset.json", StringComparison.Ordinal));
        Assert.Contains("rename tune.csv", killed);
        Assert.Contains("flush folder preset.json", killed);
    }

    [Fact]
    public void Cache_EndsAsUndisturbed()
    {
        string expected = Open(Path.Combine(folder.Path, "whole")).Fingerprint;
        for (int most = 0; most < 2; most++)
        {
            var killed = Everywhere(Cache, Kept);
            Assert.Contains(killed, k => k.StartsWith("rename ", StringComparison.Ordinal) && k.EndsWith(".pixels", StringComparison.Ordinal));

            void Cache(string path)
            {
                // Others may be at work on what is young.
                foreach (string stray in Directory.Exists(path) ? Directory.GetFiles(path, "*.tmp") : [])
                    File.SetLastWriteTimeUtc(stray, DateTime.UtcNow.AddMinutes(-2));
                Assert.Equal(expected, Open(path, most == 0 ? null : 1000).Fingerprint);
            }

            void Kept(string path)
            {
                Assert.EndsWith(".pixels", Assert.Single(Directory.GetFiles(path), f => !f.EndsWith(".lock", StringComparison.Ordinal)));
                Assert.Equal(expected, Open(path).Fingerprint);
            }
        }
    }

    [Fact]
    public async Task Cache_OfTwoAtOnce_IsWhole()
    {
        string path = Path.Combine(folder.Path, "cache");
        var sets = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Open(path), Token)));
        Assert.Single(sets.Select(s => s.Fingerprint).Distinct());
        Assert.EndsWith(".pixels", Assert.Single(Directory.GetFiles(path)));
        Assert.Equal(sets[0].Fingerprint, Open(path).Fingerprint);
    }

    private ImageSet Open(string cache, long? mostInMemory = null) => ImageSet.Open(folder["bars"], new ImageSetOptions { CacheFolder = cache, MostInMemory = mostInMemory });

    public static TheoryData<string, string> Failures()
    {
        var data = new TheoryData<string, string>();
        foreach (string command in new[] { "train", "resume", "history", "tune" })
            foreach (string cause in new[] { "full", "forbidden", "read-only" })
                data.Add(command, cause);
        return data;
    }

    // At some changes; a change that fails once, such as a deletion, may fail without a word.
    [Theory]
    [MemberData(nameof(Failures))]
    public void DiskThatFails_IsSaidByItsCause_AndLaterTheRunEndsAsUndisturbed(string command, string cause) => Fail(command, cause, lasts: true, step: 7);

    // At each change; some minutes.
    [Theory(Explicit = true)]
    [MemberData(nameof(Failures))]
    public void DiskThatFailsAnywhere_IsSaidByItsCause_AndLaterTheRunEndsAsUndisturbed(string command, string cause)
    {
        Fail(command, cause, lasts: true, step: 1);
        Fail(command, cause, lasts: false, step: 1);
    }

    private void Fail(string command, string cause, bool lasts, int step)
    {
        Action<string> act = command switch { "history" => History, "tune" => Tune, _ => Train };
        string whole = Path.Combine(folder.Path, $"whole-{lasts}"), half = Path.Combine(folder.Path, $"half-{lasts}");
        act(whole);
        if (command == "resume")
            using (var source = new CancellationTokenSource())
                TrainingRun.Create(Data, quick, half, each).Train(new StopAfter(source, 3), source.Token);
        string[] expected = Of(whole);
        for (int number = 1; ; number += step)
        {
            string run = Path.Combine(folder.Path, $"run-{number}-{lasts}");
            if (command == "resume")
                FileSteps.Copy(half, run);
            string? message = null;
            string? failed = FileSteps.FailAt(run, number, lasts, () => Failure(cause), () => message = MessageOf(() => act(run)));
            if (failed is null)
                break;
            // What is only tidied up may stay.
            if (message is not null)
                Assert.EndsWith(cause switch
                {
                    "full" => "Free some space or choose another folder.",
                    "forbidden" => "Get the permission to write there, or choose another folder.",
                    _ => "The file system is mounted for reading only. Choose a folder elsewhere.",
                }, message);
            act(run);
            Assert.Equal((failed, string.Join('\n', expected)), (failed, string.Join('\n', Of(run))));
            Directory.Delete(run, recursive: true);
        }
    }

    // Before each change in turn, until there are no more; then the same again, and once more.
    private List<string> Everywhere(Action<string> act, Action<string> check, Action<string>? begin = null)
    {
        var killed = new List<string>();
        for (int number = 1; ; number++)
        {
            string run = Path.Combine(folder.Path, $"killed-{number}");
            begin?.Invoke(run);
            if (FileSteps.KillAt(run, number, () => act(run)) is not { } change)
                return killed;
            killed.Add(change);
            // What stands under its name is whole.
            if (Path.Combine(run, "preset.json") is var preset && File.Exists(preset))
                PresetFile.Read(preset);
            // The files of locks stay, and tell nothing any more.
            if (Directory.Exists(run) && (act == Train || act == History))
                File.WriteAllText(Path.Combine(run, File.Exists(Path.Combine(run, "run.json")) || act == History ? RunLock.Name : RunLock.New), "");
            if (File.Exists(Path.Combine(run, "run.json")))
                File.WriteAllText(Path.Combine(run, RunLock.New), "");
            try
            {
                act(run);
                check(run);
            }
            catch (Exception e)
            {
                Assert.Fail($"Killed before '{change}': {e}");
            }

            Directory.Delete(run, recursive: true);
        }
    }

    private void Train(string run) =>
        (File.Exists(Path.Combine(run, "run.json")) ? TrainingRun.Resume(run) : TrainingRun.Create(Data, quick, run, each)).Train(cancellation: Token);

    private void History(string line)
    {
        var run = HistoryRun.Open(new DataOptions { Source = folder["bars"] }, new HistoryOptions { Models = ["three-layer", "mlp"], Train = 72, Test = 24, Threads = 1 }, line);
        // As many epochs as a plan would give, without its trials.
        var plan = new[] { "three-layer", "mlp" }.Where(name => run.Rows.All(r => r.Model != name)).Select(name => new Planned(new Estimate(Catalogue.Find(name), 0.01, 0.01), Plan.MostEpochs, null));
        Assert.All(run.Train([.. plan], cancellation: Token), row => Assert.False(row.IsStopped));
    }

    private void Tune(string path)
    {
        var set = Data.Open();
        using var tuning = new Tuning(set, (Data with { Validation = 12 }).Split(set), quick, new StandingClock());
        // No time passes: the first rung takes as many images as the first training, the second three times as many.
        tuning.Search(TimeSpan.FromMilliseconds(6), candidates: 3, new Saved(tuning, path), Token);
    }

    private sealed class Saved(Tuning tuning, string path) : IProgress<TrialResult>
    {
        public void Report(TrialResult value) => tuning.Save(path);
    }

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    // Names, weights, and what the logs say but for seconds and the time.
    private static string[] Of(string path) =>
    [
        string.Join(' ', Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal)),
        .. Directory.GetFiles(path, "*.safetensors").Where(file => !Path.GetFileName(file).StartsWith("checkpoint", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => Recognizer.Load(file).WeightsSha256),
        .. Lines(path, "log.csv").Select(line => string.Join(',', line.Split(',')[..^2])),
        .. Lines(path, "steps.jsonl").Select(line => line[..line.IndexOf(",\"seconds\"", StringComparison.Ordinal)]),
        .. Lines(path, "split.csv"),
        .. Lines(path, "tune.csv"),
        .. Lines(path, "preset.json"),
        .. HistoryTable.Read(Path.Combine(path, "history.csv")).Select(r => $"{r.Year} {r.Model} {r.Parameters} {r.Epochs} {r.Accuracy} {r.BalancedAccuracy}"),
        .. Directory.GetFiles(path, "history.png").Select(file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))),
    ];

    private static string[] Lines(string path, string name) => Path.Combine(path, name) is var file && File.Exists(file) ? File.ReadAllLines(file) : [];

    private static string? MessageOf(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (MekikiException e)
        {
            return e.Message;
        }
    }

    private static Exception Failure(string cause) => cause switch
    {
        "full" => new IOException("No space left on device", 28),
        "forbidden" => new UnauthorizedAccessException("Access to the path is denied."),
        _ => new IOException("Read-only file system", 30),
    };
}
