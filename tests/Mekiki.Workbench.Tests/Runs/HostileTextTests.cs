using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Lecture;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>JSON files of a run, of presets and of a line of history that others wrote: each fault has its message with the file's name.</summary>
public sealed class HostileTextTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Refused(string text)
    {
        File.WriteAllText(folder["p.json"], text);
        string message = Assert.Throws<MekikiException>(() => PresetFile.Read(folder["p.json"])).Message;
        Assert.StartsWith($"{folder["p.json"]}: expected options as `mekiki tune` writes them, got: ", message);
        return message[$"{folder["p.json"]}: expected options as `mekiki tune` writes them, got: ".Length..^" Give the name of a preset, or fix the file.".Length];
    }

    [Theory]
    [InlineData("{\"\\ud800\":1}", "half a surrogate pair at byte 1, which is no text.")]
    [InlineData("{\"model\":\"\\udc00\"}", "half a surrogate pair at byte 9, which is no text.")]
    [InlineData("[]", "no JSON object.")]
    [InlineData("{\"balance\":99}", "Balance: expected one of none, weights, sampling, roots, got 99.")]
    [InlineData("{\"balance\":\"99\"}", "Balance: expected one of none, weights, sampling, roots, got 99.")]
    [InlineData("{\"epochs\":-1}", "Epochs: expected 0 or more, got -1.")]
    [InlineData("{\"learning_rate\":-1}", "LearningRate: expected more than 0, got -1.")]
    [InlineData("{\"shift\":17}", "Shift: expected 0 to 16, got 17.")]
    [InlineData("{\"optimizer\":\"\"}", "Optimizer: expected a name, got an empty text.")]
    [InlineData("{\"\\u001b[31mred\":1}", "the unknown option '?[31mred'.")]
    public void Preset_ThatIsWrong_SaysWhat(string text, string message) => Assert.Equal(message, Refused(text));

    [Fact]
    public void Preset_WithAKeyOfMegabytes_IsRefusedAtOnce()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal("more than 1,048,576 bytes.", Refused($"{{\"{new string('a', 10_000_000)}\":1}}"));
        Assert.Equal($"the unknown option '{new string('a', 60)}…'.", Refused($"{{\"{new string('a', 1_000_000)}\":1}}"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void RunDescription_WithHalfASurrogatePair_DamagesItsRunAlone()
    {
        var run = new RunDescription("1", DateTimeOffset.UnixEpoch, "m", new DataOptions { Source = "x" }, "f", 2, 1, 1, 0, new TrainOptions());
        run.Write(folder["good/run.json"]);
        run.Write(folder["bad/run.json"]);
        File.WriteAllText(folder["bad/run.json"], File.ReadAllText(folder["bad/run.json"]).Replace("\"m\"", "\"\\ud800\"", StringComparison.Ordinal));
        var runs = RunSummary.List(folder.Path);
        Assert.Equal([("bad", RunState.Damaged), ("good", RunState.Interrupted)], runs.Select(r => (Path.GetFileName(r.Folder), r.State)).Order());
        Assert.Contains("got: half a surrogate pair at byte ", runs.Single(r => r.State == RunState.Damaged).Problem);
    }

    [Theory]
    [InlineData("{\"\\ud800\":1}\n")]
    [InlineData("{\"step\":\"\\ud800\"}\n")]
    public void Steps_WithHalfASurrogatePair_EndThere(string line)
    {
        File.WriteAllText(folder["steps.jsonl"], "{\"step\":1}\n" + line + "{\"step\":2}\n");
        Assert.Equal(1, StepLog.LinesUntil(folder["steps.jsonl"], 9));
        StepLog.CutAfter(folder["steps.jsonl"], 9);
        Assert.Equal("{\"step\":1}\n", File.ReadAllText(folder["steps.jsonl"]));
    }

    [Theory]
    [InlineData("{\"version\":\"\",\"machine\":\"\",\"data\":{},\"data_fingerprint\":\"\"}", "expected the same images and split, got a line of history that was begun with --data kana ")]
    [InlineData("{\"version\":\"\",\"machine\":\"\",\"data\":{\"source\":null},\"data_fingerprint\":\"\"}", "expected the description of a line of history, got: ")]
    [InlineData("{\"version\":\"\",\"machine\":\"\",\"data\":null,\"data_fingerprint\":\"\"}", "expected the description of a line of history, got: ")]
    [InlineData("{\"version\":\"\\ud800\"}", "expected the description of a line of history, got: half a surrogate pair at byte 11, ")]
    public void History_ThatLacksSomething_IsRefused(string text, string message)
    {
        File.WriteAllText(folder["history.json"], text);
        var now = new HistoryDescription("1", "m", new DataOptions { Source = "x" }, "0123456789");
        Assert.StartsWith($"{folder["history.json"]}: {message}", Assert.Throws<MekikiException>(() => now.WriteOrMatch(folder["history.json"])).Message);
    }
}
