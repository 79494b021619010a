using System.Globalization;
using Mekiki.Workbench.Watching;

namespace Mekiki.Workbench.Tests.Watching;

/// <summary>The curves of a run, read from its log while it grows.</summary>
public sealed class StepSeriesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Log => folder["steps.jsonl"];

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(50_000)]
    public void Points_AreFew_AndMeansOfAllSteps(int steps)
    {
        File.WriteAllText(Log, Lines(1, steps));
        var series = new StepSeries(Log);
        series.Refresh();
        var points = series.Points.ToArray();
        Assert.InRange(points.Length, Math.Min(steps, 512), 1024);
        Assert.Equal(steps, points[^1].Step);
        Assert.Equal(64 * steps, series.Images);
        // The loss of step n is n: a point's is the mean of the steps from the point before it on.
        double before = 0;
        foreach (var point in points)
        {
            Assert.Equal((before + 1 + point.Step) / 2, point.Loss, 6);
            Assert.Equal(point.Loss / 1e6, point.Accuracy, 9);
            before = point.Step;
        }

        // 64 images take 0.5 s.
        Assert.Equal(steps > 1 ? 128 : 0, series.Rate, 6);
    }

    [Fact]
    public void WhatIsAdded_PieceByPiece_IsReadAsIfAtOnce()
    {
        string all = Lines(1, 3000);
        var grown = new StepSeries(Log);
        grown.Refresh();
        Assert.Empty(grown.Points);
        for (int at = 0; at < all.Length; at += 777)
        {
            File.AppendAllText(Log, all[at..Math.Min(all.Length, at + 777)]);
            grown.Refresh();
        }

        var whole = new StepSeries(Log);
        whole.Refresh();
        Assert.Equal(whole.Points, grown.Points);
    }

    [Fact]
    public void Run_ThatGoesOnFromACheckpoint_LosesWhatLayBehindIt()
    {
        File.WriteAllText(Log, Lines(1, 200));
        var series = new StepSeries(Log);
        series.Refresh();
        File.WriteAllText(Log, Lines(1, 150));
        series.Refresh();
        Assert.Equal(150, series.Points.Count());
        // Cut and grown beyond the old length between two looks: the next line is of an earlier step.
        File.WriteAllText(Log, Lines(1, 100) + Lines(101, 400));
        series.Refresh();
        Assert.Equal(400, series.Last.Step);
    }

    [Fact]
    public void WhatIsNoLineOfOurs_IsPassedOver()
    {
        File.WriteAllText(Log, "\n{}\nnull\n[1]\n{\"step\":\"x\"}\n" + new string('a', 600_000));
        var series = new StepSeries(Log);
        series.Refresh();
        Assert.Empty(series.Points);
        File.WriteAllText(Log, "{\"step\":1e99}\n" + Lines(1, 2));
        series = new StepSeries(Log);
        series.Refresh();
        Assert.Equal(2, series.Points.Count());
    }

    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(n => string.Create(
        CultureInfo.InvariantCulture, $"{{\"step\":{n},\"epoch\":1,\"loss\":{n},\"accuracy\":{n / 1e6},\"lr\":0.001,\"images\":{64L * n},\"seconds\":{0.5 * n}}}\n")));
}
