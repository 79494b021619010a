using Mekiki.Cli.Output;

namespace Mekiki.Cli.Tests.Output;

public class CurveTests
{
    private static readonly string Blocks = Style.Plain.Heights;

    [Fact]
    public void Blocks_GoFromTheLeastToTheGreatest()
    {
        var curve = new Curve();
        foreach (double value in new[] { 0, 1, 2, 3, 4, 5, 6, 7.0 })
            curve.Add(value);
        Assert.Equal("▁▂▃▄▅▆▇█", curve.Draw(20, Blocks));
        Assert.Equal("▁▃▆█", curve.Draw(4, Blocks));
        Assert.Equal(7, curve.Last);
    }

    [Fact]
    public void LongCurve_KeepsItsForm_AndMeans()
    {
        var curve = new Curve();
        for (int i = 0; i < 100_000; i++)
            curve.Add(i < 50_000 ? 1 : 3);
        string drawn = curve.Draw(40, Blocks);
        Assert.Equal(40, drawn.Length);
        Assert.Matches("^▁+[▂▃▄▅▆▇]?█+$", drawn);
        Assert.InRange(drawn.Count(c => c == '▁'), 19, 21);
        Assert.Equal(3, curve.Last);
    }

    [Fact]
    public void NothingAndEqualValues_AreFlat()
    {
        var curve = new Curve();
        Assert.Equal("", curve.Draw(10, Blocks));
        curve.Add(2);
        curve.Add(2);
        Assert.Equal("▁▁", curve.Draw(10, Blocks));
    }

    [Fact]
    public void LinesAboveTheBar_AreDrawnInPlace_AndTakenAway()
    {
        var clock = new TestClock();
        var host = TestHost.New(terminal: true, clock: clock);
        using (var bar = new ProgressBar(host.Host, "x", 4, Amounts.Images) { Above = _ => ["a", "b"] })
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            bar.Report(2);
            clock.Advance(TimeSpan.FromSeconds(1));
            bar.Report(4);
        }

        Assert.StartsWith("\r\e[Ja\nb\nx ██", host.Error);
        Assert.EndsWith("\r\e[2A\e[J", host.Error);
        Assert.Equal(3, host.Error.Split("\e[2A").Length);
    }
}
