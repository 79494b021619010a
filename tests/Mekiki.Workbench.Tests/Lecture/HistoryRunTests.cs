using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Workbench.Lecture;

namespace Mekiki.Workbench.Tests.Lecture;

public sealed class HistoryRunTests : IDisposable
{
    private static readonly HistoryOptions quick = new() { Models = ["cnn", "three-layer"], Train = 72, Test = 24, Budget = TimeSpan.FromMinutes(20) };
    private readonly TemporaryFolder folder = new();

    public HistoryRunTests() => Bars.Folder(folder);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Line => folder["line/line"];

    public void Dispose() => folder.Dispose();

    private HistoryRun Open(HistoryOptions options) => HistoryRun.Open(new DataOptions { Source = folder["bars"] }, options, Line);

    private HistoryRow[] Run(HistoryOptions options)
    {
        var run = Open(options);
        return [.. run.Train(run.MakePlan(cancellation: Token), cancellation: Token)];
    }

    [Fact]
    public void Line_IsTrainedFromTheOldestToTheNewest_AndWritten()
    {
        var rows = Run(quick);
        Assert.Equal([(1986, "three-layer"), (1989, "cnn")], rows.Select(r => (r.Year, r.Model)));
        Assert.All(rows, r => Assert.True(r is { IsStopped: false, Accuracy: > 0.5, BalancedAccuracy: > 0.5, Epochs: Plan.MostEpochs, TrainSeconds: > 0, MillisecondsPerImage: > 0 }));
        Assert.Equal(Catalogue.Find("cnn").Build(new(1, Bars.Side, Bars.Side), 3).ParameterCount(), rows[1].Parameters);
        Assert.Equal(["cnn.safetensors", "history.csv", "history.json", "history.png", "three-layer.safetensors"], Directory.GetFiles(Line).Select(Path.GetFileName).Order());
        Assert.Equal(rows.Select(r => (r.Model, r.Accuracy)), HistoryTable.Read(Path.Combine(Line, "history.csv")).Select(r => (r.Model, r.Accuracy)));
        Assert.Equal("cnn", Recognizer.Load(Path.Combine(Line, "cnn.safetensors")).Card.Model);
    }

    [Fact]
    public void SameFolder_GoesOnAfterWhatIsDone()
    {
        Run(quick with { Models = ["cnn"] });
        byte[] cnn = File.ReadAllBytes(Path.Combine(Line, "cnn.safetensors"));
        Assert.Equal(["mlp", "three-layer"], Run(quick with { Models = ["cnn", "three-layer", "mlp"] }).Select(r => r.Model).Order());
        Assert.Equal(["three-layer", "mlp", "cnn"], Open(quick).Rows.Select(r => r.Model));
        Assert.Equal(cnn, File.ReadAllBytes(Path.Combine(Line, "cnn.safetensors")));
    }

    [Fact]
    public void Interrupted_KeepsWhatIsDone()
    {
        using var source = new CancellationTokenSource();
        var run = Open(quick);
        var plan = run.MakePlan(cancellation: Token);
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in run.Train(plan, cancellation: source.Token))
                source.Cancel();
        });
        Assert.Equal(["three-layer"], Open(quick).Rows.Select(r => r.Model));
        Assert.Equal(["cnn"], Run(quick).Select(r => r.Model));
    }

    [Fact]
    public void TwoAtOnce_InOneFolder_OneTrains()
    {
        var (one, other) = (Open(quick), Open(quick));
        var plan = one.MakePlan(cancellation: Token);
        using (var rows = one.Train(plan, cancellation: Token).GetEnumerator())
        {
            Assert.True(rows.MoveNext());
            Assert.Matches("/line: expected a line of history that no other process trains, got: .* Wait for that process, or end it\\.$", Assert.Throws<MekikiException>(() => other.Train(plan, cancellation: Token).ToArray()).Message);
            Assert.Throws<MekikiException>(() => Open(quick));
        }

        Assert.EndsWith("another process changed it meanwhile. Start the command again.", Assert.Throws<MekikiException>(() => other.Train(plan, cancellation: Token).ToArray()).Message);
        Assert.Equal(["three-layer"], Open(quick).Rows.Select(r => r.Model));
    }

    [Fact]
    public void SlowerThanPlanned_IsStoppedAtItsShare_AndMarked()
    {
        var run = Open(quick with { Budget = TimeSpan.FromMinutes(2) });
        var tooManyEpochs = new Planned(new Estimate(Catalogue.Find("three-layer"), 1e-5, 0.01), 100_000, null);
        var cnn = new Planned(new Estimate(Catalogue.Find("cnn"), 10, 1), 2, null);
        var rows = run.Train([tooManyEpochs, cnn], cancellation: Token).ToArray();
        Assert.Equal([("three-layer", true), ("cnn", false)], rows.Select(r => (r.Model, r.IsStopped)));
        Assert.NotNull(rows[0].Accuracy);
        // Half as much again as planned, and a second.
        Assert.InRange(rows[0].TrainSeconds, 1, 10);
    }

    [Fact]
    public void QuickerThanPlanned_LeavesItsTimeToTheLater()
    {
        var run = Open(quick with { Budget = TimeSpan.FromMinutes(2) });
        // Expected for a minute, over at once; without its time the second would have one epoch.
        var first = new Planned(new Estimate(Catalogue.Find("three-layer"), 60, 1), 1, null);
        var second = new Planned(new Estimate(Catalogue.Find("cnn"), 25, 1), 1, null);
        Assert.Equal([("three-layer", 1), ("cnn", Plan.MostEpochs)], run.Train([first, second], cancellation: Token).Select(r => (r.Model, r.Epochs)));
    }

    [Fact]
    public void OtherImagesOrSplit_InTheSameFolder_AreRefused()
    {
        Open(quick);
        Assert.EndsWith("Give the same options, or another folder with --out.", Assert.Throws<MekikiException>(() => Open(quick with { Seed = 1 })).Message);
        File.WriteAllText(folder["other/mine.txt"], "mine");
        Assert.EndsWith("expected a new or empty folder, or one of `mekiki history`, got one with other files. Choose another with --out.",
            Assert.Throws<MekikiException>(() => HistoryRun.Open(new DataOptions { Source = folder["bars"] }, quick, folder["other"])).Message);
    }

    [Fact]
    public void Network_ThatCannotTakeTheImages_IsLeftOut_WithItsReason()
    {
        var plan = Open(quick with { Models = ["resnet18"] }).MakePlan(cancellation: Token);
        Assert.Equal("resnet18: expected images of 32x32 pixels or more, got 12x12. Give a larger size, or another model.", plan.Single().Reason);
    }

    [Theory]
    [InlineData("budget", "--budget: expected more than 0 and at most 30 days, got 00:00:00.")]
    [InlineData("train", "--train: expected 1 or more, got 0.")]
    [InlineData("test", "--test: expected 1 or more, got 0.")]
    [InlineData("none", "--models: expected one name or more, got none.")]
    [InlineData("model", "Unknown model 'cn'. Did you mean 'cnn'? Catalogue.All lists all.")]
    public void IllegalOptions_CannotBeMade(string option, string message) =>
        Assert.Equal(message, Assert.Throws<MekikiException>(() => option switch
        {
            "budget" => new HistoryOptions { Budget = TimeSpan.Zero },
            "train" => new HistoryOptions { Train = 0 },
            "test" => new HistoryOptions { Test = 0 },
            "none" => new HistoryOptions { Models = [] },
            _ => new HistoryOptions { Models = ["cn"] },
        }).Message);
}
