using Mekiki.Cli.Output;
using Mekiki.Cli.Tests.Terminal;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;

namespace Mekiki.Cli.Tests.Output;

/// <summary>What a person sees of a training, at several widths, while the window is resized, and in a file.</summary>
public sealed class TrainingProgressTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestClock clock = new();
    private readonly Trainer trainer;

    public TrainingProgressTests()
    {
        var set = ImageSet.Open(Pictures.Folder(folder));
        trainer = new Trainer(set, new Split([.. Enumerable.Range(0, 64)], [.. Enumerable.Range(64, 8)], []), new TrainOptions { Model = "mlp", Epochs = 3, BatchSize = 4 });
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(40, "en")]
    [InlineData(80, "en")]
    [InlineData(200, "en")]
    [InlineData(40, "ja")]
    [InlineData(80, "ja")]
    public void Screens_AreTheStoredTexts(int width, string language)
    {
        var (screen, host) = Open(width);
        host.AskedLanguage = Language.Of(language);
        string shown = "";
        using (var progress = new TrainingProgress(host))
        {
            Steps(progress, epoch: 1, from: 1, to: 1);
            Keep("after the first step");
            Steps(progress, epoch: 1, from: 2, to: 11);
            Keep("in the first epoch");
            Steps(progress, epoch: 1, from: 12, to: 16);
            clock.Advance(TimeSpan.FromSeconds(4));
            progress.OnEpoch(trainer, Result(1, 0.9));
            Steps(progress, epoch: 2, from: 1, to: 5);
            Keep("in the second epoch");
            host.Say("Stopping once all is saved; Ctrl-C again stops at once.");
            Steps(progress, epoch: 2, from: 6, to: 6);
            Keep("after Ctrl-C");
        }

        Keep("at the end");
        Stored.Same($"terminal/train-{width}{(language == "en" ? "" : "-" + language)}", shown);

        void Keep(string when) => shown += $"--- {when}\n{screen.Text}";
    }

    [Theory]
    [InlineData(80, 40)]
    [InlineData(200, 30)]
    [InlineData(40, 200)]
    public void ResizedWindow_HasOneOfEachLine(int first, int second)
    {
        var (screen, host) = Open(first);
        using var progress = new TrainingProgress(host);
        host.Say("before");
        for (int i = 0; i < 5; i++)
        {
            Steps(progress, epoch: 1, from: 3 * i + 1, to: 3 * i + 3);
            screen.Width = i % 2 == 0 ? second : first;
        }

        Steps(progress, epoch: 1, from: 16, to: 16);
        string[] rows = screen.Text.TrimEnd('\n').Split('\n');
        Assert.Equal(["before", "loss", "accuracy", "epoch"], rows.Select(row => row.Split(' ')[0]));
        Assert.All(rows, row => Assert.True(row.Length <= screen.Width));
    }

    [Fact]
    public void File_HasALineAMinute_AndNothingOfAShortRun()
    {
        var host = TestHost.New(clock: clock);
        using var progress = new TrainingProgress(host.Host);
        // A step takes a second: not quite a minute.
        for (int epoch = 1; epoch <= 3; epoch++)
            Steps(progress, epoch, from: 1, to: 16);
        Assert.Equal("", host.Error);
        for (int epoch = 1; epoch <= 8; epoch++)
            Steps(progress, epoch, from: 1, to: 16);
        Assert.Matches("^(epoch [0-9]/3 +[0-9]+ %  [0-9]+ img/s(  [0-9:]+ left)?\n){2}$", host.Error);
    }

    [Fact]
    public void Ascii_IsDrawnWhereBlocksAreMissing()
    {
        var (screen, host) = Open(80, hasBlocks: false);
        using var progress = new TrainingProgress(host);
        Steps(progress, epoch: 1, from: 1, to: 9);
        Assert.All(screen.Text, c => Assert.InRange(c, '\n', '~'));
        Assert.Contains("epoch 1/3 ####", screen.Text);
    }

    private (Screen, Host) Open(int width, bool hasBlocks = true)
    {
        var screen = new Screen(width);
        var error = new ScreenWriter(screen);
        var host = new Host
        {
            Out = TextWriter.Null,
            Error = error,
            In = TextReader.Null,
            OutIsTerminal = true,
            ErrorIsTerminal = true,
            Clock = clock,
            WidthNow = () => screen.Width,
            HasBlocks = hasBlocks,
            Variable = _ => null,
            Interrupt = new Interrupt(_ => { }, _ => { }, () => { }),
        };
        host.SetColors(ColorMode.Always);
        return (screen, host);
    }

    private void Steps(TrainingProgress progress, int epoch, int from, int to)
    {
        for (int batch = from; batch <= to; batch++)
        {
            progress.OnStep(trainer, new TrainingStep(epoch, batch, 4 * batch, 1f / (16 * (epoch - 1) + batch), 1 - 0.5 / batch));
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static EpochResult Result(int epoch, double accuracy) => new(epoch, 16 * epoch, 0.001, 0.25, 0.75, 16, null, new PartResult(0.5, accuracy, accuracy, 1, 4));
}
