using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mekiki.Vision.Tests.Data;

namespace Mekiki.Distributed.Tests;

/// <summary>`mekiki train` under mpirun: the weights of one process, one voice, one folder, and what happens when a rank is killed or differs.</summary>
public sealed class MpirunTests : IDisposable
{
    private static readonly string[] train = ["train", "--model", "kana-net", "--train", "220", "--test", "40", "--batch", "48", "--parts", "24", "--augment", "small", "--mixup", "0.3", "--ema", "0.9", "--threads", "1", "--seed", "3", "--json"];

    // Leaves vectors of 128 bits.
    private const string Narrow = "DOTNET_EnableAVX2=0";

    private readonly TemporaryFolder folder = new();
    private readonly Ranks ranks;

    public MpirunTests()
    {
        Ranks.SkipWithoutMpi();
        ranks = new(folder);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TwoThreeAndFourRanks_TrainTheWeightsOfOneProcess_AndOneSpeaks()
    {
        string alone = Ranks.Sha256(ranks.Run(0, [.. train, "--out", folder["alone"]]));
        // In one bucket, and in many.
        foreach (var (size, bucket) in new[] { (2, "25"), (4, "25"), (3, "0.05") })
        {
            string run = folder[$"of-{size}"];
            var ended = ranks.Run(size, [.. train, "--bucket", bucket, "--out", run]);
            Assert.Equal(alone, Ranks.Sha256(ended));
            Assert.Equal(1, Count(ended.Error, $"{size} ranks on "));
            Assert.Equal(1, Count(ended.Error, "kept in "));
            Assert.Equal(Directory.GetFiles(folder["alone"]).Select(Path.GetFileName).Order(), Directory.GetFiles(run).Select(Path.GetFileName).Order());
            // Losses of every step, but not how fast they were.
            Assert.Equal(Steps(folder["alone"]), Steps(run));
        }
    }

    [Fact]
    public void KilledAndResumedWithOtherRanks_EndsWithTheSameWeights()
    {
        string[] longer = [.. train, "--epochs", "4", "--checkpoint-steps", "1"];
        string alone = Ranks.Sha256(ranks.Run(0, [.. longer, "--out", folder["alone"]]));
        string run = folder["run"];
        int killed = 0;
        foreach (int size in new[] { 2, 4, 3 })
        {
            var process = ranks.Start(size, killed == 0 ? [.. longer, "--out", run] : ["train", "--resume", run, "--threads", "1", "--json"]);
            int before = Lines(run);
            while (!process.HasExited && Lines(run) < before + 2)
                Thread.Sleep(5);
            Assert.False(process.HasExited, "It ended before it was killed.");
            // Of the ranks, each time another.
            using (var rank = Process.GetProcessById(ChildrenOf(process.Id)[killed % size]))
                rank.Kill();
            var ended = Ranks.Ended(process);
            Assert.NotEqual(0, ended.Code);
            Assert.Contains("exited on signal 9", ended.Error);
            killed++;
        }

        Assert.Equal(alone, Ranks.Sha256(ranks.Run(0, "train", "--resume", run, "--json")));
        Assert.Equal(Steps(folder["alone"]), Steps(run));
    }

    /// <summary>At any moment: while ranks start, compare, train, save or test. Some two minutes; <c>-explicit on</c>.</summary>
    [Fact(Explicit = true)]
    public void KilledTwentyTimesAtRandomMoments_EndsWithTheSameWeights()
    {
        const int Kills = 20;
        string[] longer = [.. train, "--epochs", "60", "--checkpoint-steps", "1"];
        string alone = Ranks.Sha256(ranks.Run(0, [.. longer, "--out", folder["alone"]]));
        string run = folder["run"];
        var random = new Random(7);
        for (int killed = 0; killed < Kills; killed++)
        {
            int size = new[] { 2, 4, 3, 6, 1 }[killed % 5];
            var process = ranks.Start(size, killed == 0 ? [.. longer, "--out", run] : ["train", "--resume", run, "--threads", "1", "--json"]);
            // Before the first checkpoint there is nothing to go on with.
            while (killed == 0 && !process.HasExited && Lines(run) < 3)
                Thread.Sleep(5);
            Thread.Sleep(random.Next(3000));
            Assert.False(process.HasExited, $"It ended before kill {killed + 1}.");
            int[] children = ChildrenOf(process.Id);
            if (children.Length > 0)
                using (var rank = Process.GetProcessById(children[random.Next(children.Length)]))
                    rank.Kill();
            else
                process.Kill();
            Assert.NotEqual(0, Ranks.Ended(process).Code);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Lines(run)} steps after {Kills} kills");
        Assert.Equal(alone, Ranks.Sha256(ranks.Run(5, "train", "--resume", run, "--threads", "1", "--json")));
        Assert.Equal(Steps(folder["alone"]), Steps(run));
    }

    [Fact]
    public void ThreeShardsOnEightRanks_End_WithTheWeightsOfOneProcess()
    {
        var packed = ranks.Run(0, "data", "pack", MadeImages.Folder(folder, each: 30), "--out", folder["shards"], "--shard-size", "48K");
        Assert.True(packed.Code == 0, packed.Error);
        Assert.Equal(3, Directory.GetFiles(folder["shards"], "*.tar").Length);
        // 48 images: two whole batches, and a third that is smaller.
        string[] line = ["train", "--data", folder["shards"], "--size", "12", "--model", "mlp", "--train", "48", "--test", "12", "--batch", "20", "--parts", "8", "--epochs", "2", "--threads", "1", "--seed", "3", "--json"];
        string alone = Ranks.Sha256(ranks.Run(0, [.. line, "--out", folder["alone"]]));
        Assert.Equal(alone, Ranks.Sha256(ranks.Run(8, [.. line, "--out", folder["run"]])));
        Assert.Equal(Steps(folder["alone"]), Steps(folder["run"]));
        Assert.NotEmpty(Steps(folder["run"]));
    }

    [Fact]
    public void TooFewParts_AreSaidOnce()
    {
        var ended = ranks.Run(3, [.. train.Select(word => word == "24" ? "2" : word), "--out", folder["run"]]);
        Assert.Equal(2, ended.Code);
        Assert.Equal(1, Count(ended.Error, "--parts: expected 3 or more, a part for each rank, got 2. Set --parts to a multiple of 3, or start fewer ranks."));
        ended = ranks.Run(2, "train", "--batsh", "3");
        Assert.Equal(1, Count(ended.Error, "--batsh"));
        ended = ranks.Run(2, [.. train, "--time", "10s"]);
        Assert.Equal(1, Count(ended.Error, "--time: expected no such option under mpirun"));
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void ARankThatDiffers_IsNamed()
    {
        string[] line = [.. train, "--out", folder["run"]];
        var ended = Ranks.Ended(ranks.StartMixed((1, [], line), (1, [], [.. line, "--lr", "0.002"])));
        Assert.Equal(2, ended.Code);
        Assert.Matches("Rank 1 on .*: expected what rank 0 on .* has, got lr 0.002 instead of the usual\\.", ended.Error);

        if (Machine.This.VectorBits == 128)
            return;
        ended = Ranks.Ended(ranks.StartMixed((1, [], [.. train, "--out", folder["other"]]), (1, [Narrow], [.. train, "--out", folder["other"]])));
        Assert.Equal(2, ended.Code);
        Assert.Contains($"has, got vectors 128 bits instead of {Machine.This.VectorBits} bits", ended.Error);
    }

    [Fact]
    public void ARankWithoutTheImages_IsNamed()
    {
        // What one rank sees and the other does not.
        string[] data = [.. train, "--data", "kana"], missing = [.. train, "--data", folder["missing"]];
        var ended = Ranks.Ended(ranks.StartMixed((1, [], [.. data, "--out", folder["run"]]), (1, [], [.. missing, "--out", folder["run"]])));
        Assert.Equal(2, ended.Code);
        Assert.Equal(1, Count(ended.Error, "Rank 1 on "));
        Assert.Contains("missing", ended.Error);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public void AskedToStop_SavesAndGoesOnAlone()
    {
        string[] longer = [.. train, "--epochs", "4", "--checkpoint-steps", "1"];
        string alone = Ranks.Sha256(ranks.Run(0, [.. longer, "--out", folder["alone"]]));
        string run = folder["run"];
        var process = ranks.Start(2, [.. longer, "--out", run]);
        while (!process.HasExited && Lines(run) < 3)
            Thread.Sleep(5);
        using (var signal = Process.Start("kill", ["-TERM", .. ChildrenOf(process.Id).Select(id => id.ToString(CultureInfo.InvariantCulture))]))
            signal.WaitForExit();
        var ended = Ranks.Ended(process);
        Assert.Equal(130, ended.Code);
        Assert.Equal(1, Count(ended.Error, "Interrupted; model and checkpoint are saved."));
        Assert.Equal(alone, Ranks.Sha256(ranks.Run(0, "train", "--resume", run, "--json")));
    }

    [Fact]
    public void Doctor_ShowsRanksAndTheirMessages()
    {
        var ended = ranks.Run(3, "doctor", "--mpi", "--json");
        Assert.True(ended.Code == 0, ended.Error);
        var told = JsonDocument.Parse(ended.Out).RootElement;
        Assert.StartsWith("Open MPI v", told.GetProperty("mpi").GetString());
        Assert.Equal([0, 1, 2], told.GetProperty("ranks").EnumerateArray().Select(r => r.GetProperty("rank").GetInt32()));
        Assert.All(told.GetProperty("ranks").EnumerateArray().Skip(1), r => Assert.True(r.GetProperty("latency_us").GetDouble() > 0 && r.GetProperty("gb_per_s").GetDouble() > 0));
        ended = ranks.Run(0, "doctor", "--mpi");
        Assert.Contains("alone; after `mpirun -n 2` the same line tries messages", ended.Out);
        ended = Ranks.Ended(ranks.StartMixed((1, [], ["doctor", "--mpi"]), (1, [Narrow], ["doctor", "--mpi"])));
        Assert.Equal(Machine.This.VectorBits == 128 ? 0 : 2, ended.Code);
        Assert.Equal(Machine.This.VectorBits != 128, ended.Out.Contains("got 128: they round otherwise.", StringComparison.Ordinal));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static int Lines(string run)
    {
        string path = Path.Combine(run, "steps.jsonl");
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Count(c => c == '\n') : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string[] Steps(string run) =>
        [.. File.ReadLines(Path.Combine(run, "steps.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).Select(s => $"{s.GetProperty("step")} {s.GetProperty("loss")} {s.GetProperty("accuracy")}")];

    private static int[] ChildrenOf(int process) =>
        [.. File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Where(id => File.ReadAllText($"/proc/{id}/comm").StartsWith("mekiki", StringComparison.Ordinal))];
}
