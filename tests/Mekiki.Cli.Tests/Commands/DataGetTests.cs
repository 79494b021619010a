using System.Text;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Downloads from a server that misbehaves.</summary>
public sealed class DataGetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Transcript transcript = new();
    private readonly byte[] zip;
    private readonly LoopbackServer server;

    public DataGetTests()
    {
        // Stored, not deflated, so that there are bytes enough to break off within.
        string path = MadeImages.Zip(folder, [.. Enumerable.Range(0, 300).Select(i => ($"{i % 2}/{i}.png", MadeImages.Grey(48, 48, i)))]);
        zip = File.ReadAllBytes(path);
        File.Delete(path);
        server = new LoopbackServer(zip);
        transcript.Replace(folder.Path, "HERE").Replace(server.Url, "URL").Replace(zip.Length.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), "ALL")
            .Replace(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(zip)), "SHA256").Replace($"\"bytes\":{zip.Length}", "\"bytes\":ALL");
    }

    private string Line => $"data get hiragana73 --url {server.Url} --folder {folder.Path}/data";

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Get_FetchesOnce_AndSaysSoAfterwards()
    {
        transcript.Run(Line, ExitCode.Done);
        transcript.Run($"{Line} --json", ExitCode.Done);
        transcript.Run($"{Line} --json --again", ExitCode.Done);
        Assert.Equal(zip, File.ReadAllBytes(folder["data/hiragana73.zip"]));
        Assert.Equal(2, server.Asked.Count);
        transcript.IsStored("messages/get");
    }

    [Fact]
    public void BrokenConnection_IsTriedAgain_ThenKeptForALaterRun()
    {
        foreach (int bytes in new[] { 20_000, 0, 0, 0 })
            server.Breaks.Enqueue(bytes);
        transcript.Run($"{Line} --retries 2", clock: new TestClock());
        Assert.False(File.Exists(folder["data/hiragana73.zip"]));
        transcript.Run(Line, ExitCode.Done, clock: new TestClock());
        Assert.Equal("bytes=20000-", server.Asked[^1]);
        Assert.Equal(zip, File.ReadAllBytes(folder["data/hiragana73.zip"]));
        transcript.IsStored("messages/get-broken");
    }

    [Fact]
    public void FileThatShrinks_OrServerWithoutRange_StartsAnew()
    {
        server.Breaks.Enqueue(20_000);
        transcript.Run($"{Line} --retries 0", clock: new TestClock());
        server.Ranges = false;
        transcript.Run(Line, ExitCode.Done, clock: new TestClock());
        Assert.Equal(zip, File.ReadAllBytes(folder["data/hiragana73.zip"]));
        (server.Ranges, server.ETag) = (true, "\"one\"");
        File.WriteAllBytes(folder["data/hiragana73.zip.part"], new byte[zip.Length + 10]);
        File.WriteAllText(folder["data/hiragana73.zip.part.tag"], $"{server.Url}\n\"one\"\n");
        transcript.Run($"{Line} --again", ExitCode.Done, clock: new TestClock());
        Assert.Equal(zip, File.ReadAllBytes(folder["data/hiragana73.zip"]));
        transcript.IsStored("messages/get-shrinks");
    }

    [Fact]
    public void WrongAnswers_LeaveNothingBehind()
    {
        server.Content = Encoding.UTF8.GetBytes("<html>Please log in to this network.</html>");
        transcript.Run(Line);
        server.Status = "404 Not Found";
        transcript.Run(Line);
        transcript.Run($"data get hiragana73 --url here --folder {folder.Path}/data");
        Assert.Empty(Directory.GetFiles(folder["data"]));
        transcript.IsStored("messages/get-wrong-answers");
    }

    [Fact]
    public async Task Interrupt_KeepsWhatHasArrived_AndSecondStops()
    {
        server.Breaks.Enqueue(20_000);
        var host = TestHost.New(clock: new TestClock(timersFire: false));
        var running = Task.Run(() => host.Then(Line), TestContext.Current.CancellationToken);
        while (!host.Error.Contains("trying again", StringComparison.Ordinal))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        host.Press!();
        await running;
        Assert.Equal(ExitCode.Interrupted, host.Code);
        Assert.EndsWith("\nStopping once all is saved; Ctrl-C again stops at once.\nWhat has arrived is kept; the same command goes on from there.\n", host.Error);
        Assert.Equal(20_000, new FileInfo(folder["data/hiragana73.zip.part"]).Length);
        Assert.False(host.Stopped);
        host.Press();
        Assert.True(host.Stopped);
    }

    [Fact]
    public void Progress_IsShownOnATerminalAlone()
    {
        var shown = TestHost.New(terminal: true).Then(Line);
        Assert.Contains("\r\e[Jhiragana73 ████████████████████  100 %", shown.Error);
        Assert.EndsWith($"\r\e[JNext: `mekiki train --data {folder.Path}/data/hiragana73.zip`.\n", shown.Error);
        Assert.Equal("", TestHost.Run($"{Line} --again").Error);
    }
}
