using SkiaSharp;

namespace Mekiki.Cli.Tests.Terminal;

/// <summary>What a person sees of commands that take long, at several widths of the window: while they work, and at their end.</summary>
public sealed class CommandScreensTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, int> All()
    {
        var data = new TheoryData<string, int>();
        foreach (string command in new[] { "train", "tune", "data check", "history", "report" })
            foreach (int width in new[] { 40, 80, 200 })
                data.Add(command, width);
        return data;
    }

    // Words and names are whole, whatever the width; a bar or a time tells that something is done.
    [Theory]
    [MemberData(nameof(All))]
    public void Lines_FitTheWindow_AndTellWhatIsDone(string command, int width)
    {
        string data = Pictures.Folder(folder, each: 20), run = Path.Combine(folder.Path, "run");
        string train = $"train --data {data} --model mlp --epochs 2 --augment none --threads 1 --out {run}";
        if (command == "report")
            Assert.Equal(0, TestHost.Run(train).Code);
        var (code, screen, working) = See(width, command switch
        {
            "train" => train,
            "tune" => $"tune --data {data} --model mlp --time 3s --candidates 3 --validation 0.2 --threads 1 --out {folder.Path}/tune",
            "history" => $"history --data {data} --train 40 --test 12 --models mlp,three-layer --budget 3s --threads 1 --out {folder.Path}/line",
            "report" => $"report {run}",
            _ => $"data check {data}",
        });
        Assert.True(code == 0, screen);
        // A check of so few images is over before anybody looks.
        string? expected = command switch { "train" => "epoch 1/2 ", "tune" => "tune ", "history" => "three-layer epoch ", "report" => "test ", _ => null };
        if (expected is not null)
            Assert.Contains(working, row => row.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void DataCheck_IsTheStoredText(int width)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Where lines end depends on the length of the folder's path.");
        for (int i = 0; i < 8; i++)
            foreach (string name in new[] { "a class with a long name", "b" })
                File.WriteAllBytes(folder[$"set/{name}/{i}.png"], MadeImages.Grey(start: i % 5, width: name == "b" ? 5 : 4));
        File.WriteAllBytes(folder["set/b/cut.png"], MadeImages.Grey()[..40]);
        File.WriteAllBytes(folder["set/b/photo.jpg"], MadeImages.Grey(format: SKEncodedImageFormat.Jpeg, width: 5));
        File.WriteAllText(folder["set/@eaDir/thumbnail of a picture.png"], "");
        File.WriteAllText(folder["set/b/readme.txt"], "text");
        var (code, screen, _) = See(width, $"data check {folder["set"]}");
        Assert.Equal(0, code);
        Stored.Same($"terminal/data-check-{width}", screen.Replace(folder.Path, "/tmp/mekiki-test-FOLDER", StringComparison.Ordinal));
    }

    private static (int Code, string Screen, HashSet<string> Working) See(int width, string line)
    {
        var screen = new Screen(width);
        var working = new HashSet<string>();
        var host = new Host
        {
            Out = new ScreenWriter(screen, Look),
            Error = new ScreenWriter(screen, Look),
            In = TextReader.Null,
            OutIsTerminal = true,
            ErrorIsTerminal = true,
            Clock = TimeProvider.System,
            WidthNow = () => screen.Width,
            HasBlocks = true,
            Variable = _ => null,
            Interrupt = new Interrupt(_ => { }, _ => { }, () => { }),
        };
        int code = CommandLine.Run([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line)], host);
        return (code, screen.Text, working);

        void Look()
        {
            Assert.Empty(screen.Overrun);
            working.Add(screen.Text.TrimEnd('\n').Split('\n')[^1]);
        }
    }
}
