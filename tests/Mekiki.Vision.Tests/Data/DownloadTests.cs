using System.Security.Cryptography;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public sealed class DownloadTests : IDisposable
{
    private static readonly DownloadOptions quick = new() { FirstPause = TimeSpan.FromMilliseconds(1) };
    private readonly TemporaryFolder folder = new();
    private readonly byte[] content = Bytes(300_000, 1);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whole_AppearsUnderItsName_WithItsHash(bool declaresLength)
    {
        using var server = new LoopbackServer(content) { DeclaresLength = declaresLength };
        var file = await Run(server);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        Assert.Equal(new DownloadedFile(folder["file.zip"], content.Length, hash), file);
        Assert.Equal(content, File.ReadAllBytes(file.Path));
        Assert.Equal($"{hash}  file.zip\n", File.ReadAllText(file.Path + ".sha256"));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task BrokenConnections_AreResumedWhereTheyBroke()
    {
        using var server = new LoopbackServer(content);
        server.Breaks.Enqueue(100_000);
        server.Breaks.Enqueue(0);
        server.Breaks.Enqueue(50_000);
        await Run(server);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
        Assert.Equal(["", "bytes=100000-", "bytes=100000-", "bytes=150000-"], server.Asked);
    }

    [Fact]
    public async Task NextRun_ResumesWhatTheLastOneKept()
    {
        using var server = new LoopbackServer(content);
        server.Breaks.Enqueue(70_000);
        string message = await Fail(server, quick with { Retries = 0 }, expectBreak: true);
        Assert.EndsWith("70,000 bytes are kept; start the same download again to resume.", message);
        Assert.False(File.Exists(folder["file.zip"]));
        await Run(server);
        Assert.Equal(["", "bytes=70000-"], server.Asked);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task ServerWithoutRange_StartsAnew()
    {
        using var server = new LoopbackServer(content) { Ranges = false };
        server.Breaks.Enqueue(100_000);
        await Run(server);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(400_000)]
    public async Task FileThatChangesMeanwhile_IsNeverMixed(int newLength)
    {
        using var server = new LoopbackServer(content);
        server.Breaks.Enqueue(100_000);
        await Fail(server, quick with { Retries = 0 }, expectBreak: true);
        (server.Content, server.ETag) = (Bytes(newLength, 2), "\"two\"");
        await Run(server);
        Assert.Equal(server.Content, File.ReadAllBytes(folder["file.zip"]));
    }

    // A hostile server: other bytes behind the first ones, whatever If-Range asked.
    [Theory]
    [InlineData("\"two\"", null, 300_000)]
    [InlineData("\"one\"", null, 310_000)]
    [InlineData("\"one\"", "300001", 300_000)]
    [InlineData(null, null, 310_000)]
    [InlineData("W/\"one\"", null, 300_000)]
    public async Task PartOfAnotherFile_IsNeverJoined(string? tag, string? total, int length)
    {
        using var server = new LoopbackServer(content);
        server.Breaks.Enqueue(100_000);
        await Fail(server, quick with { Retries = 0 }, expectBreak: true);
        (server.Content, server.ETag, server.Total, server.IgnoresIfRange) = (Bytes(length, 2), tag, total, true);
        await Run(server);
        Assert.Equal(["", "bytes=100000-", ""], server.Asked);
        Assert.Equal(server.Content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task AllIsThere_ButOfAnotherFile_StartsAnew()
    {
        using var server = new LoopbackServer(content);
        File.WriteAllBytes(folder["file.zip.part"], Bytes(300_000, 3));
        File.WriteAllText(folder["file.zip.part.tag"], $"{server.Url}\n\"zero\"\n300000\n");
        server.IgnoresIfRange = true;
        await Run(server);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task TotalThatIsNotTold_IsTheOneOfTheFirstAnswer()
    {
        using var server = new LoopbackServer(content);
        server.Breaks.Enqueue(100_000);
        server.Breaks.Enqueue(100_000);
        await Fail(server, quick with { Retries = 0 }, expectBreak: true);
        server.Total = "*";
        await Run(server);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task ConnectionThatEnds_WithoutAKnownLength_IsSaidInWholeWords()
    {
        using var server = new LoopbackServer(content) { IsChunked = true };
        server.Breaks.Enqueue(70_000);
        Assert.Contains(": the connection ended after 70,000 bytes. 70,000 bytes are kept", await Fail(server, quick with { Retries = 0 }, expectBreak: true));
        await Run(server);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task RedirectsInACircle_AreSaid()
    {
        using var server = new LoopbackServer(content) { Status = "302 Found" };
        server.Location = server.Url;
        Assert.Equal($"{server.Url}: expected a file, got sent on to other addresses more than 10 times, at last to {server.Url} (302 Found). They lead in a circle; give the address of a mirror.", await Fail(server, quick));
        Assert.Equal(11, server.Asked.Count);
    }

    [Fact]
    public async Task ServerThatStalls_IsLeft()
    {
        using var server = new LoopbackServer(content) { Silence = TimeSpan.FromSeconds(20) };
        Assert.Contains("the server was silent for 0.2 s", await Fail(server, quick with { Retries = 0, Silence = TimeSpan.FromSeconds(0.2) }));
    }

    [Fact]
    public async Task TwoAtOnce_OneFetches()
    {
        using var server = new LoopbackServer(content);
        using (new FileStream(folder["file.zip.part.lock"], FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            Assert.Matches("file.zip: expected a file that no other process fetches, got: .* Wait for that process, or end it.$", await Fail(server, quick));
        await Run(server);
        Assert.Equal(["file.zip", "file.zip.sha256"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task EntryWithAFlippedBit_NeverGetsItsName()
    {
        var memory = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(memory, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
            for (int i = 0; i < 20; i++)
                using (var entry = zip.CreateEntry($"a/{i}.png", System.IO.Compression.CompressionLevel.NoCompression).Open())
                    entry.Write(Bytes(5000, (ulong)i));
        byte[] bytes = memory.ToArray();
        using var server = new LoopbackServer([.. bytes]);
        server.Content[bytes.Length / 2] ^= 1;
        var download = KnownSet.Named("hiragana73").Download(server.Url, folder.Path, quick);
        var e = await Assert.ThrowsAsync<MekikiException>(() => download.RunAsync(TestContext.Current.CancellationToken));
        Assert.Matches("expected a zip whose entries have the checksums that it lists \\(a/[0-9]+.png: its checksum in the zip is wrong; the zip is damaged\\), got 1[0-9,]+ bytes of something else. What arrived was deleted; try again, or the address of a mirror.$", e.Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
        server.Content = bytes;
        await download.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(bytes, File.ReadAllBytes(folder["hiragana73.zip"]));
    }

    [Fact]
    public async Task SumThatIsMissing_IsComputedAndStored()
    {
        using var server = new LoopbackServer(content);
        var file = await Run(server);
        File.Delete(file.Path + ".sha256");
        File.WriteAllText(file.Path + ".part.tag", "left");
        File.WriteAllText($"{file.Path}.sha256.{Guid.NewGuid():N}.tmp", "left");
        Assert.Equal(file, Download.Arrived(file.Path));
        Assert.Equal(["file.zip", "file.zip.sha256"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(file.Sha256, Download.StoredSha256(file.Path));
    }

    [Fact]
    public async Task FileThatShrinksUnderTheSameTag_StartsAnew()
    {
        using var server = new LoopbackServer(content);
        server.Breaks.Enqueue(100_000);
        await Fail(server, quick with { Retries = 0 }, expectBreak: true);
        server.Content = content[..20_000];
        await Run(server);
        Assert.Equal(server.Content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task WithoutETag_StartsAnew()
    {
        using var server = new LoopbackServer(content) { ETag = null };
        server.Breaks.Enqueue(100_000);
        await Run(server);
        Assert.Equal(["", ""], server.Asked);
        Assert.Equal(content, File.ReadAllBytes(folder["file.zip"]));
    }

    [Fact]
    public async Task Refusals_SayWhatTheServerSaid()
    {
        using var server = new LoopbackServer(content) { Status = "404 Not Found" };
        Assert.Equal($"{server.Url}: expected a file, got the answer 404 Not Found. Check the address, or give that of a mirror.", await Fail(server, quick));
        Assert.Single(server.Asked);
        server.Status = "503 Service Unavailable";
        Assert.Equal($"{server.Url}: expected the whole file, got a connection that broke 3 times: the server answered 503 Service Unavailable. 0 bytes are kept; start the same download again to resume.",
            await Fail(server, quick with { Retries = 2 }));
        Assert.Equal(4, server.Asked.Count);
    }

    [Fact]
    public async Task WrongSizeOrHash_IsRefused()
    {
        using var server = new LoopbackServer(content);
        Assert.Equal($"{server.Url}: expected 5 bytes, got a file of 300,000. The server holds another file; try the address of a mirror.",
            await Fail(server, quick with { ExpectedLength = 5 }));
        Assert.StartsWith($"{server.Url}: expected sha256 00, got ", await Fail(server, quick with { ExpectedSha256 = "00" }));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task DiskWithoutRoom_IsSaidBeforehand()
    {
        using var server = new LoopbackServer(content);
        Assert.Equal($"{folder.Path}: expected 300,000 free bytes for the download, got 1,000. Free some space or choose another folder.",
            await Fail(server, quick with { FreeSpace = _ => 1000 }));
    }

    [Fact]
    public async Task FullDisk_GivesAMessage()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Needs /dev/full, a disk that is always full.");
        using var server = new LoopbackServer(content);
        File.CreateSymbolicLink(folder["file.zip.part.tag"], "/dev/full");
        Assert.Matches("^.*file.zip: expected a file that can be written, got: .*No space left.* Free some space or choose another folder, then start the same download again to resume.$", await Fail(server, quick));
    }

    [Fact]
    public void AddressThatIsNone_IsRefused() =>
        Assert.Equal("Download: expected an address that begins with http:// or https://, got 'ftp://x'. Give the whole address.",
            Assert.Throws<MekikiException>(() => new Download("ftp://x", "y")).Message);

    private Task<DownloadedFile> Run(LoopbackServer server) =>
        new Download(server.Url, folder["file.zip"], quick).RunAsync(TestContext.Current.CancellationToken);

    private async Task<string> Fail(LoopbackServer server, DownloadOptions options, bool expectBreak = false)
    {
        var e = await Assert.ThrowsAsync<MekikiException>(() => new Download(server.Url, folder["file.zip"], options).RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(expectBreak, File.Exists(folder["file.zip.part"]) && new FileInfo(folder["file.zip.part"]).Length > 0);
        return e.Message;
    }

    private static byte[] Bytes(int length, ulong seed)
    {
        var bytes = new byte[length];
        var g = new Generator(seed);
        foreach (ref byte b in bytes.AsSpan())
            b = (byte)g.NextUInt64();
        return bytes;
    }
}
