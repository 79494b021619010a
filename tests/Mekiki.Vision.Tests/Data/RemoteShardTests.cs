using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Shards at addresses: the bits of local ones, a cache that stays within its bounds, and servers that break off, change and lie.</summary>
public sealed class RemoteShardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LoopbackServer server;
    private readonly ImageSetOptions options;
    private readonly int shards;

    public RemoteShardTests()
    {
        shards = ImageShards.Pack(MadeImages.Folder(folder, each: 60), folder["shards"], 1 << 14, cancellation: TestContext.Current.CancellationToken).Shards;
        File.WriteAllLines(folder["shards/list.txt"], Directory.GetFiles(folder["shards"], "*.tar").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        server = new([]) { Folder = folder["shards"] };
        options = new() { CacheFolder = folder["cache/x"][..^2], DataFolder = folder["data/x"][..^2], Downloads = new() { FirstPause = TimeSpan.FromMilliseconds(1), Retries = 2 } };
    }

    private string Here => folder["data/shards"];

    private int Fetched => server.Requests.Count(r => r.StartsWith("GET shard-", StringComparison.Ordinal) && r.EndsWith(".tar", StringComparison.Ordinal));

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void ListAtAnAddress_IsTheSetOfItsShards_AndASecondStartFetchesNone()
    {
        var local = ImageSet.Open(folder["shards"], new() { Cache = false });
        var set = ImageSet.Open(Url("list.txt"), options);
        Same(local, set);
        Assert.Equal(local.Findings!.ShardStarts, set.Findings!.ShardStarts);
        Assert.Equal(shards, Fetched);
        server.Requests.Clear();
        Same(local, ImageSet.Open(Url("list.txt"), options));
        Assert.DoesNotContain(server.Requests, r => r.StartsWith("GET", StringComparison.Ordinal) && r != "GET list.txt");
        // Without the pixels, the shards are still there.
        Same(local, ImageSet.Open(Url("list.txt"), options with { Cache = false }));
        Assert.Equal(0, Fetched);
    }

    [Fact]
    public void ListedAddresses_AndPaths_AreOneSet()
    {
        File.WriteAllLines(folder["mixed.txt"], File.ReadAllLines(folder["shards/list.txt"]).Select((name, i) => i % 2 == 0 ? Url(name) + "?sig=a.b" : $"shards/{name}"));
        Same(ImageSet.Open(folder["shards"], new() { Cache = false }), ImageSet.Open(folder["mixed.txt"], options));
        Assert.Equal((shards + 1) / 2, Fetched);
        Same(ImageSet.Open(folder["shards/shard-000000.tar"], new() { Cache = false }), ImageSet.Open(Url("shard-000000.tar"), options), inOrder: false);
    }

    [Fact]
    public void RoomForTwoShards_IsEnough_AndIsNeverExceeded()
    {
        var local = ImageSet.Open(folder["shards"], new() { Cache = false });
        const long Room = 2 << 14;
        var few = options with { ShardRoom = Room, Channels = 1, Height = 3, Width = 4, Cache = false };
        Same(local, ImageSet.Open(Url("list.txt"), few));
        // In the order of shards, so that each came once.
        Assert.Equal(shards, Fetched);
        long kept = Directory.GetFiles(Here, "*.tar").Sum(f => new FileInfo(f).Length);
        Assert.InRange(kept, 1, Room);
        Assert.True(Directory.GetFiles(Here, "*.tar").Length < shards);
        // What went is fetched again.
        Same(local, ImageSet.Open(Url("list.txt"), few));
        Assert.InRange(Fetched, shards + 1, 2 * shards);
        Assert.Contains("expected a shard of at most 1,000 bytes, the room for shards, got ", Refused(Url("list.txt"), options with { ShardRoom = 1000, DataFolder = folder["other/x"][..^2] }));
    }

    [Fact]
    public void ShardThatWasUsedLast_StaysLongest()
    {
        string[] names = File.ReadAllLines(folder["shards/list.txt"]);
        var few = options with { ShardRoom = 2 << 14, Cache = false, LeastClasses = 1 };
        foreach (int s in new[] { 0, 1, 0, 2, 0 })
        {
            ImageSet.Open(Url(names[s]), few);
            foreach (string file in Directory.GetFiles(Here, "*.tar"))
                File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - TimeSpan.FromMinutes(1));
        }

        Assert.Equal([$"GET {names[0]}", $"GET {names[1]}", $"GET {names[2]}"], server.Requests.Where(r => r.StartsWith("GET", StringComparison.Ordinal) && r.EndsWith(".tar", StringComparison.Ordinal)));
    }

    [Fact]
    public void BrokenConnections_AreResumed_AndWhatAnotherStartKept()
    {
        var local = ImageSet.Open(folder["shards"], new() { Cache = false });
        ImageSet.Open(Url("shard-000000.tar"), options with { LeastClasses = 1 });
        // As often as threads that read, and the one that fetches in advance, can try.
        foreach (int bytes in Enumerable.Repeat(0, 100).Prepend(3000))
            server.Breaks.Enqueue(bytes);
        Assert.Contains("start the same download again to resume", Refused(Url("list.txt"), options with { Downloads = options.Downloads! with { Retries = 1 } }));
        server.Breaks.Clear();
        server.Asked.Clear();
        Same(local, ImageSet.Open(Url("list.txt"), options));
        Assert.Contains("bytes=3000-", server.Asked);
    }

    [Fact]
    public void MissingCutAndAlteredShards_AreNamedAndLeftOut_AndStrictStops()
    {
        File.Delete(folder["shards/shard-000000.tar"]);
        using (var cut = File.OpenWrite(folder["shards/shard-000001.tar"]))
            cut.SetLength(cut.Length - 600);
        byte[] altered = File.ReadAllBytes(folder["shards/shard-000002.tar"]);
        altered[512 + 40] ^= 1;
        File.WriteAllBytes(folder["shards/shard-000002.tar"], altered);
        File.WriteAllText(folder["shards/shard-000003.tar.index"], "something else\n");

        var set = ImageSet.Open(Url("list.txt"), options);
        string[] skipped = [.. set.Skipped.Select(s => s.ToString())];
        Assert.Equal(4, skipped.Length);
        Assert.Contains("shard-000000.tar: expected a shard, got the answer 404 Not Found; all of its images are left out", skipped);
        Assert.Contains(skipped, s => s.StartsWith("shard-000001.tar: expected a shard of ", StringComparison.Ordinal) && s.EndsWith("it was cut off or changed; all of its images are left out", StringComparison.Ordinal));
        Assert.Contains(skipped, s => s.Contains("expected the bytes that the index of shard-000002.tar tells by their sha256, got others: the shard was altered", StringComparison.Ordinal));
        Assert.Contains(skipped, s => s.StartsWith("shard-000003.tar: expected the index of a shard, got another file", StringComparison.Ordinal));
        // The altered one once more, in case its way here altered it.
        Assert.Equal(2, server.Requests.Count(r => r == "GET shard-000002.tar"));
        Assert.Contains("shard-000000.tar", Refused(Url("list.txt"), options with { Strict = true }));

        altered[512 + 40] ^= 1;
        File.WriteAllBytes(folder["shards/shard-000002.tar"], altered);
        Assert.Equal(3, ImageSet.Open(Url("list.txt"), options).Skipped.Count);
    }

    [Fact]
    public void ShardThatIsDamagedHere_IsFetchedAnew()
    {
        var first = ImageSet.Open(Url("list.txt"), options with { Cache = false });
        foreach (string file in Directory.GetFiles(Here, "*.tar"))
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[512 + 40] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        Same(first, ImageSet.Open(Url("list.txt"), options with { Cache = false }));
        Assert.Equal(2 * shards, Fetched);
        Assert.Empty(first.Skipped);
    }

    [Fact]
    public void ShardsWithoutIndexes_GetThemHere()
    {
        var local = ImageSet.Open(folder["shards"], new() { Cache = false });
        foreach (string index in Directory.GetFiles(folder["shards"], "*.index"))
            File.Delete(index);
        Same(local, ImageSet.Open(Url("list.txt"), options));
        Assert.Equal(shards, Fetched);
        Same(local, ImageSet.Open(Url("list.txt"), options with { Cache = false }));
        Assert.Equal(shards, Fetched);
    }

    [Fact]
    public void ServersThatKnowNoHead_AndTellNothing_Serve()
    {
        (server.Unknown, server.ETag, server.DeclaresLength) = ("HEAD", null, false);
        Same(ImageSet.Open(folder["shards"], new() { Cache = false }), ImageSet.Open(Url("list.txt"), options));
    }

    [Fact]
    public void ServerThatNeverEnds_IsLeft()
    {
        ImageSet.Open(Url("shard-000000.tar"), options with { LeastClasses = 1 });
        foreach (string file in Directory.GetFiles(Here, "*.tar"))
            File.Delete(file);
        // Longer than its index says, and the length is not told.
        server.DeclaresLength = false;
        using (var more = File.OpenWrite(folder["shards/shard-000000.tar"]))
            more.SetLength(1 << 20);
        string message = Refused(Url("shard-000000.tar"), options with { LeastClasses = 1, Cache = false });
        Assert.Contains("bytes, got more. What arrived was deleted", message);
        Assert.Empty(Directory.GetFiles(Here, "*.part"));
    }

    [Fact]
    public void ServerThatIsNotThere_IsSaid()
    {
        string url = Url("list.txt");
        server.Dispose();
        Assert.Contains("127.0.0.1", Refused(url, options));
        Assert.Contains("expected the address of a list of shards (.txt) or of a shard (.tar), got another one", Refused(Url("set.zip"), options));
        File.WriteAllText(folder["bad.txt"], "ftp://127.0.0.1/a.tar\n");
        Assert.Contains("expected paths of shards, or addresses that begin with http:// or https://, got 'ftp://127.0.0.1/a.tar'", Refused(folder["bad.txt"], options));
        File.WriteAllText(folder["bad.txt"], "a.tar\na.tar\n");
        Assert.Contains("expected each shard once, got 'a.tar' 2 times", Refused(folder["bad.txt"], options));
    }

    [Fact]
    public void TwoAtOnce_FetchEachShardOnce()
    {
        var sets = new ImageSet[2];
        Parallel.For(0, 2, i => sets[i] = ImageSet.Open(Url("list.txt"), options with { Cache = false }));
        Same(sets[0], sets[1]);
        Assert.Equal(shards, Fetched);
    }

    private string Url(string name) => server.Url.Replace("file.zip", name, StringComparison.Ordinal);

    private static string Refused(string source, ImageSetOptions options) => Assert.Throws<MekikiException>(() => ImageSet.Open(source, options)).Message;

    private static void Same(ImageSet expected, ImageSet actual, bool inOrder = true)
    {
        Assert.Equal(expected.Count, actual.Count);
        if (inOrder)
            Assert.Equal(expected.Names, actual.Names);
        Assert.Equal(inOrder ? expected.Fingerprint : "", inOrder ? actual.Fingerprint : "");
    }
}
