using System.Text.Json;

namespace Mekiki.Cli.Tests;

public sealed class HistoryCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Line => Path.Combine(folder.Path, "line");

    private string[] Words(params string[] more) =>
        ["history", "--data", Pictures.Folder(folder), "--train", "48", "--test", "20", "--budget", "10m", "--models", "cnn,three-layer", "--out", Line, .. more];

    [Fact]
    public void Text_ShowsThePlan_AndATable()
    {
        var run = TestHost.Run(Words());
        Assert.Equal(0, run.Code);
        Assert.Matches("  three-layer: 8 epochs, about [0-9]+ s\n  cnn: 8 epochs, about [0-9]+ s\n2 recognizers, about [0-9]+ of 600 s\n", run.Error);
        Assert.Matches("^year  recognizer   parameters  epochs  train s  ms/image  accuracy\n1986  three-layer      37,891       8 .* %\n1989  cnn +20,[0-9]+ +8 .* %\n\n.*/line/history.csv\n.*/line/history.png\n$", run.Out);
        Assert.True(File.Exists(Path.Combine(Line, "history.png")));
    }

    [Fact]
    public void Json_HasALineForEach_AndASecondCallTrainsNothing()
    {
        var run = TestHost.Run(Words("--json"));
        Assert.Equal(0, run.Code);
        var lines = run.Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["three-layer", "cnn"], lines.Select(l => l.GetProperty("model").GetString()));
        Assert.All(lines, l => Assert.Equal(["command", "model", "year", "parameters", "epochs", "train_seconds", "ms_per_image", "accuracy", "balanced_accuracy", "stopped"], l.EnumerateObject().Select(p => p.Name)));
        var again = TestHost.Run(Words("--json"));
        Assert.Contains("0 recognizers, about 0 of 600 s\n", again.Error);
        Assert.Equal(lines.Select(l => l.GetProperty("accuracy").GetDouble()), again.Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("accuracy").GetDouble()));
    }

    [Fact]
    public void CtrlC_KeepsWhatIsDone_AndExitsWith130()
    {
        var run = TestHost.New(pressAt: "^three-layer: ").Then(Words());
        Assert.Equal(130, run.Code);
        Assert.EndsWith($"Interrupted; 1 of 2 are done and kept. The same line with --out {Line} goes on.\n", run.Error);
        Assert.Matches("^  cnn: 8 epochs.*\n1 recognizers", TestHost.Run(Words()).Error);
    }

    [Theory]
    [InlineData("--budget soon", "--budget: expected a time such as 90s, 20m or 1h, got 'soon'.")]
    [InlineData("--budget 0s", "--budget: expected a time such as 90s, 20m or 1h, got '0s'.")]
    [InlineData("--budget 1000h", "--budget: expected more than 0 and at most 30 days, got 41.16:00:00.")]
    [InlineData("--models cnn,resnet-18", "Unknown model 'resnet-18'. Did you mean 'resnet18'? `mekiki models` lists all.")]
    [InlineData("--models ,", "--models: expected one name or more, got none.")]
    public void WrongOption_IsOneMessage(string more, string message) =>
        Assert.StartsWith(message, TestHost.Run(["history", "--data", Pictures.Folder(folder), "--out", Line, .. more.Split(' ')]).Mistake());
}
