using Mekiki.Cli.Output;
using Mekiki.Cli.Tests.Terminal;

namespace Mekiki.Cli.Tests.Output;

public class ProgressBarTests
{
    private readonly TestClock clock = new();

    [Fact]
    public void Line_ShowsRateLossAccuracyAndRemainingTime()
    {
        var host = TestHost.New(terminal: true, clock: clock);
        using (var bar = new ProgressBar(host.Host, "epoch 1/3", 10_000, Amounts.Images))
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            bar.Report(5_000, loss: 1.23456, accuracy: 0.6789);
        }

        Assert.Equal("\r\e[Jepoch 1/3 ██████████░░░░░░░░░░  50 %  2,500 img/s  loss 1.235  accuracy 67.9 %  0:02 left\r\r\e[J", host.Error);
    }

    [Fact]
    public void Lines_AreDrawnTenTimesASecond_AndAtTheEnd()
    {
        var host = TestHost.New(terminal: true, clock: clock);
        using var bar = new ProgressBar(host.Host, "x", 1000, Amounts.Images);
        for (int i = 1; i <= 1000; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            bar.Report(i);
        }

        Assert.Equal(11, host.Error.Split("\e[J").Length - 1);
        Assert.Contains("100 %", host.Error);
    }

    [Fact]
    public void UnknownTotal_ShowsTheAmount_AndNarrowTerminalsAreNotOverrun()
    {
        var host = TestHost.New(terminal: true, clock: clock);
        using var bar = new ProgressBar(host.Host, new string('n', 200), 0, Amounts.Bytes);
        clock.Advance(TimeSpan.FromSeconds(1));
        bar.Report(1_500_000);
        Assert.Equal($"\r\e[J{new string('n', 90)}…  1.5 MB\r", host.Error);
    }

    [Fact]
    public void FirstDraw_TellsNoRateAndNoTime()
    {
        var host = TestHost.New(terminal: true, clock: clock);
        using var bar = new ProgressBar(host.Host, "epoch 1/3", 10_000, Amounts.Images);
        clock.Advance(TimeSpan.FromMilliseconds(3));
        bar.Report(32);
        Assert.Equal("\r\e[Jepoch 1/3 ░░░░░░░░░░░░░░░░░░░░  0 %\r", host.Error);
    }

    [Fact]
    public void Message_StandsAboveTheBar()
    {
        var screen = new Screen(60);
        var host = TestHost.New(terminal: true, clock: clock, width: 60);
        using var bar = new ProgressBar(host.Host, "test", 100, Amounts.Images);
        bar.Report(50);
        host.Host.Say("Something is said.");
        clock.Advance(TimeSpan.FromSeconds(1));
        bar.Report(60);
        screen.Write(host.Error);
        Assert.Equal("Something is said.\ntest ████████████░░░░░░░░  60 %  60 img/s  0:00 left\n", screen.Text);
    }

    [Fact]
    public void File_HasASignOfLifeEachMinute()
    {
        var host = TestHost.New(clock: clock);
        using (var bar = new ProgressBar(host.Host, "test", 1000, Amounts.Images))
            for (int i = 1; i <= 150; i++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                bar.Report(i);
            }

        Assert.Equal("test  6 %  1 img/s  15:40 left\ntest  12 %  1 img/s  14:40 left\n", host.Error);
    }

    [Fact]
    public void WorkThatCannotTellHowFarItIs_ShowsItsTime()
    {
        var quick = TestHost.New(terminal: true, clock: new TestClock(timersFire: false));
        Assert.Equal(7, ProgressBar.While(quick.Host, "reading images", _ => 7));
        Assert.Equal("", quick.Error);
        var slow = TestHost.New(terminal: true, clock: TimeProvider.System);
        using (var bar = ProgressBar.OfTime(slow.Host, "reading images"))
            SpinWait.SpinUntil(() => System.Text.RegularExpressions.Regex.IsMatch(slow.Error, "reading images  0:0[1-9]"), TimeSpan.FromSeconds(30));
        // A timer may be early or late by a little: 0:00, then 0:02.
        Assert.Matches("\r\e\\[Jreading images  0:0[1-9]\r", slow.Error);
    }

    [Fact]
    public void ImagesThatAreRead_AreCounted_UntilSomethingElseBegins()
    {
        var screen = new Screen(70);
        // No timer may draw between the reports: what follows within a tenth of a second is not drawn.
        var own = new TestClock(timersFire: false);
        var host = TestHost.New(terminal: true, clock: own, width: 70);
        using var bar = ProgressBar.OfTime(host.Host, "reading images");
        IProgress<(int Done, int All)> images = bar;
        own.Advance(TimeSpan.FromSeconds(5));
        images.Report((100, 1000));
        own.Advance(TimeSpan.FromSeconds(10));
        images.Report((300, 1000));
        screen.Write(host.Error);
        Assert.Matches("^reading images █+░+  30 %  20 img/s  0:35 left$", screen.Text.TrimEnd());
        int before = host.Error.Length;
        bar.Now = "reading headers";
        own.Advance(TimeSpan.FromSeconds(1));
        bar.Report(0);
        screen.Write(host.Error[before..]);
        Assert.Equal("reading headers  0:11", screen.Text.TrimEnd());
    }

    [Fact]
    public void WhereNoOneLooks_ItIsQuiet()
    {
        var host = TestHost.New(clock: clock);
        using (var bar = new ProgressBar(host.Host, "x", 10, Amounts.Images))
            bar.Report(5);
        Assert.Equal("", host.Error);
    }

    [Theory]
    [InlineData(0, "0 B", "0:00")]
    [InlineData(999, "999 B", "16:39")]
    [InlineData(1234, "1.2 kB", "20:34")]
    [InlineData(3_723, "3.7 kB", "1:02:03")]
    [InlineData(233_000_000, "233 MB", "64722:13:20")]
    public void Amounts_AreWrittenForPeople(long amount, string bytes, string duration) =>
        Assert.Equal((bytes, duration), (Amounts.Bytes(amount), Amounts.Duration(TimeSpan.FromSeconds(amount))));
}
