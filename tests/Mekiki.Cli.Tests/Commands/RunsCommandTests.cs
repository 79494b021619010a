using System.Text.Json;

namespace Mekiki.Cli.Tests.Commands;

public sealed class RunsCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Runs => Path.Combine(folder.Path, "runs");

    private void Train(string name, string more = "") =>
        Assert.Equal(0, TestHost.Run($"train --data {folder.Path}/pictures --model mlp --epochs 2 --batch 8 --lr 0.01 --out {Runs}/{name} {more}").Code);

    [Fact]
    public void Runs_AreListedWithWhatBecameOfThem()
    {
        Pictures.Folder(folder);
        foreach (string name in new[] { "done", "half", "lost", "cut" })
            Train(name);
        File.WriteAllText(Path.Combine(Runs, "no-run.txt"), "");
        Directory.CreateDirectory(Path.Combine(Runs, "other"));
        // Stopped after its first epoch.
        File.Delete($"{Runs}/half/result.json");
        File.WriteAllLines($"{Runs}/half/log.csv", File.ReadLines($"{Runs}/half/log.csv").Take(2).ToArray());
        File.WriteAllText($"{Runs}/lost/run.json", "{");
        File.WriteAllBytes($"{Runs}/cut/model.safetensors", []);

        var run = TestHost.Run($"runs {Runs}");
        Assert.Equal(0, run.Code);
        Assert.Matches("^run +began +epochs +accuracy +time +state +model +data\n", run.Out);
        Assert.Matches($"{Runs}/done +20..-..-.. ..:.. +2/2 +100.00 % +0:00  done +mlp +{folder.Path}/pictures\n", run.Out);
        Assert.Matches($"{Runs}/half .* 1/2 .* interrupted +mlp", run.Out);
        Assert.Matches($"{Runs}/cut .* 2/2 .* damaged +mlp", run.Out);
        Assert.Matches($"{Runs}/lost .* damaged", run.Out);
        Assert.DoesNotContain("other", run.Out);
        Assert.Contains($"{Runs}/lost/run.json: expected the description of a run", run.Error);
        Assert.Contains($"{Runs}/cut/model.safetensors: expected a safetensors file, got 0 bytes", run.Error);

        var lines = TestHost.Run($"runs {Runs} --json").Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(4, lines.Length);
        Assert.Equal(["command", "run", "started", "model", "data", "epochs_done", "epochs", "test_accuracy", "train_seconds", "state", "problem"], lines[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(["damaged", "damaged", "done", "interrupted"], lines.Select(l => l.GetProperty("state").GetString()).Order());
    }

    [Fact]
    public void RunThatIsTrained_IsRunning()
    {
        Pictures.Folder(folder);
        Train("a");
        using (new FileStream($"{Runs}/a/run.lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Assert.Matches(" running +mlp", TestHost.Run($"runs {Runs}/a").Out);
        Assert.Matches(" done +mlp", TestHost.Run($"runs {Runs}/a").Out);
    }

    [Fact]
    public void NoFolder_AndNoRun_AreSaid()
    {
        Assert.Equal($"{Runs}: expected a folder with runs, got no such folder. `mekiki train` makes one.", TestHost.Run($"runs {Runs}").Mistake());
        Directory.CreateDirectory(Runs);
        var run = TestHost.Run($"runs {Runs}");
        Assert.Equal((0, "", $"{Runs}: no run is in it. `mekiki train` makes one.\n"), (run.Code, run.Out, run.Error));
    }

    [Fact]
    public void Compare_TellsWhoIsBetter_AndWhereTheyDiffer()
    {
        Pictures.Folder(folder);
        Train("one", "--seed 1");
        Train("other", "--seed 1 --schedule constant --augment chapter");
        string csv = folder["d.csv"], sheet = folder["d.png"];
        var run = TestHost.Run($"compare {Runs}/one {Runs}/other --out {csv} --sheet {sheet}");
        Assert.Equal(0, run.Code);
        Assert.Matches("^data       .*/pictures, 14 images\nfirst      [0-9.]+ % right, .*\nsecond     [0-9.]+ % right, .*\nonly one   .*\nMcNemar    p = [0-9.]+, chi-squared [0-9.]+ with correction for continuity\ndifferent  [0-9]+ images are seen differently\n", run.Out);
        Assert.StartsWith("image,class,first,first_probability,second,second_probability\n", File.ReadAllText(csv));
        var json = JsonDocument.Parse(TestHost.Run($"compare {Runs}/one {Runs}/one --json").Out).RootElement;
        Assert.Equal((14, 0, 1), (json.GetProperty("images").GetInt32(), json.GetProperty("different").GetInt32(), json.GetProperty("mcnemar_p").GetDouble()));
        Assert.Equal(json.GetProperty("first_accuracy").GetDouble(), json.GetProperty("second_accuracy").GetDouble());
    }

    [Fact]
    public void Compare_OfAModelOfOtherClasses_IsRefused()
    {
        Pictures.Folder(folder);
        Train("a", "--seed 1");
        Directory.CreateDirectory(folder["others"]);
        foreach (string file in Directory.GetFiles(folder["pictures"], "*", SearchOption.AllDirectories))
            File.Copy(file, folder[$"others/not {Path.GetRelativePath(folder["pictures"], file)}"]);
        Assert.Contains("that it was not trained on", TestHost.Run("compare", $"{Runs}/a", $"{Runs}/a/model.safetensors", "--data", folder["others"]).Mistake());
    }

    [Fact]
    public void Compare_UsesImagesThatNeitherTrainedOn()
    {
        Pictures.Folder(folder);
        Train("a", "--seed 1");
        Train("b", "--seed 2");
        string[] Test(string run) => [.. File.ReadLines($"{Runs}/{run}/split.csv").Where(l => l.EndsWith(",test", StringComparison.Ordinal))];
        int both = Test("a").Intersect(Test("b")).Count();
        Assert.InRange(both, 1, 13);
        var run = TestHost.Run($"compare {Runs}/a {Runs}/b --json");
        Assert.Equal(both, JsonDocument.Parse(run.Out).RootElement.GetProperty("images").GetInt32());
        Assert.Contains($"{both} images test both; those alone are compared.\n", run.Error);
    }
}
