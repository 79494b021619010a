using System.Text.Json;

namespace Mekiki.Cli.Tests;

public sealed class HistoryCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Line => Path.Combine(folder.Path, "line");

    private string[] Words(params string[] more) => WordsWithin("10m", more);

    private string[] WordsWithin(string budget, params string[] more) =>
        ["history", "--data", Pictures.Folder(folder), "--train", "48", "--test", "20", "--budget", budget, "--models", "cnn,three-layer", "--out", Line, .. more];

    [Fact]
    public void Text_ShowsThePlan_AndATable()
    {
        var run = TestHost.Run(Words());
        Assert.Equal(0, run.Code);
        Assert.Matches("  three-layer: 8 epochs, about [0-9]+ s\n  cnn: 8 epochs, about [0-9]+ s\n2 recognizers, about [0-9]+ of 600 s\n", run.Error);
        Assert.Matches("^year  recognizer   parameters  epochs  train s  ms/image  accuracy\n1986  three-layer      37,891       8 .* %\n1989  cnn +20,[0-9]+ +8 .* %\ncnn: parts of it are younger than 1989: max pooling \\(1990s\\), ReLU \\(2010\\), Adam \\(2014\\), batch norm \\(2015\\)\n\n.*/line/history.csv\n.*/line/history.png\n$", run.Out);
        Assert.True(File.Exists(Path.Combine(Line, "history.png")));
    }

    [Fact]
    public void Json_HasALineForEach_AndASecondCallTrainsNothing()
    {
        var run = TestHost.Run(Words("--json"));
        Assert.Equal(0, run.Code);
        var lines = run.Out.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["three-layer", "cnn"], lines.Select(l => l.GetProperty("model").GetString()));
        Assert.All(lines, l => Assert.Equal(["command", "model", "year", "parameters", "epochs", "train_seconds", "ms_per_image", "accuracy", "balanced_accuracy", "stopped", "later_parts"], l.EnumerateObject().Select(p => p.Name)));
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

    [Fact]
    public void BudgetThatLetsNothingBeTrained_IsAMistake_AndNamesNoFile()
    {
        // Every look at the clock takes a second.
        var run = TestHost.New(clock: new SlowClock(TimeSpan.FromSeconds(1))).Then(WordsWithin("3s"));
        Assert.EndsWith("\n0 recognizers, about 0 of 3 s\n--budget: expected time to train and test one recognizer at least, got 3 s. Give more, fewer images (--train, --test), or quicker recognizers (--models).", run.Mistake());
        Assert.DoesNotContain("-", string.Join(' ', run.Error.Split('\n').Where(line => line.Contains("there are", StringComparison.Ordinal))));
        Assert.Equal("", run.Out);
        Assert.Equal(["history.json"], Directory.GetFiles(Line).Select(Path.GetFileName));
        // With more time the same folder goes on.
        Assert.Equal(0, TestHost.Run(Words()).Code);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    public void WhoIsLeftOut_IsNotTrained_AndTrialsTakeAPartOfTheBudget(double secondsOfALook)
    {
        var clock = new SlowClock(TimeSpan.FromSeconds(secondsOfALook));
        var run = TestHost.New(clock: clock).Then(WordsWithin("30s"));
        string[] leftOut = [.. run.Error.Split('\n').Where(line => line.Contains(" is left out: ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];
        Assert.All(leftOut, name => Assert.DoesNotContain($"\n{name}: ", run.Error));
        Assert.All(leftOut, name => Assert.False(File.Exists(Path.Combine(Line, $"{name}.safetensors"))));
        foreach (string named in run.Out.Split('\n').Where(line => line.StartsWith('/')))
            Assert.True(File.Exists(named), named);
        if (run.Code != 0)
            Assert.Contains("--budget: expected time to train", run.Mistake());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(45), $"{clock.Elapsed} of 30 s");
    }

    [Fact]
    public void EpochLine_TellsNothingOfTheFewImagesOfATrial()
    {
        var run = TestHost.New(terminal: true).Then(Words());
        Assert.Matches("three-layer epoch 8/8: 0:[0-9]+, loss [0-9.]+, accuracy [0-9.]+ %\n", run.Error);
        Assert.DoesNotContain("; test loss", run.Error);
    }

    // It goes on whenever it is read, and its timers fire when it is read after their time.
    private sealed class SlowClock(TimeSpan step) : TimeProvider
    {
        private readonly List<(long Due, TimerCallback Callback, object? State)> timers = [];
        private long ticks;

        public TimeSpan Elapsed => TimeSpan.FromTicks(ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            (long Due, TimerCallback Callback, object? State)[] due;
            lock (timers)
            {
                ticks += step.Ticks;
                due = [.. timers.Where(t => t.Due <= ticks)];
                timers.RemoveAll(t => t.Due <= ticks);
            }

            foreach (var (_, callback, state) in due)
                callback(state);
            return ticks;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (timers)
                if (dueTime != Timeout.InfiniteTimeSpan)
                    timers.Add((ticks + dueTime.Ticks, callback, state));
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
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
