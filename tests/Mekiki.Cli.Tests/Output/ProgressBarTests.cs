using Mekiki.Cli.Output;

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

        Assert.Equal("\repoch 1/3 ██████████░░░░░░░░░░  50 %  2,500 img/s  loss 1.235  accuracy 67.9 %  0:02 left\e[K\r\e[K", host.Error);
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

        Assert.Equal(11, host.Error.Count(c => c == '\r'));
        Assert.Contains("100 %", host.Error);
    }

    [Fact]
    public void UnknownTotal_ShowsTheAmount_AndNarrowTerminalsAreNotOverrun()
    {
        var host = TestHost.New(terminal: true, clock: clock);
        using var bar = new ProgressBar(host.Host, new string('n', 200), 0, Amounts.Bytes);
        clock.Advance(TimeSpan.FromSeconds(1));
        bar.Report(1_500_000);
        Assert.Equal($"\r{new string('n', 99)}\e[K", host.Error);
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
