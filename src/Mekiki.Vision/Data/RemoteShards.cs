using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Mekiki.Files;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>Tar shards at addresses. Their indexes are fetched first, and stay; a shard is fetched when an image of it is needed, and lies in a folder of bounded size, from which those go that were not used for longest.</summary>
/// <remarks>
/// The folder is that of all sets of this machine: <c>shards</c> among the downloads. Its file <c>lock</c> is held by whoever fetches or makes room.
/// A shard's name there has the hash of its index, so that a shard never meets another one's index.
/// </remarks>
/// <param name="options">Where downloads lie, and how many bytes of shards.</param>
internal sealed class RemoteShards(ImageSetOptions options) : IDisposable
{
    private const string RoomVariable = "MEKIKI_SHARD_ROOM", ShardEnding = ".tar", ToldEnding = ".told";
    private const long UsualRoom = 20L << 30, MostIndexBytes = 1L << 30, MostListBytes = 1 << 26;
    private const int AskedAtOnce = 8;
    private static readonly TimeSpan lockPause = TimeSpan.FromMilliseconds(50), touchPause = TimeSpan.FromSeconds(10);

    private readonly string folder = Path.GetFullPath(Path.Combine(options.DataFolder ?? Folders.Data, "shards"));
    private readonly DownloadOptions downloads = options.Downloads ?? new();
    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource over = new();
    private Task coming = Task.CompletedTask;

    /// <summary>Whether a text is an address rather than a path.</summary>
    public static bool IsAddress(string text) => text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The path in an address, by which it is known what it leads to.</summary>
    /// <exception cref="MekikiException">It is none.</exception>
    public static string PathIn(string address) => Parsed(address).AbsolutePath;

    /// <summary>The address that a line of a list means, which lies at an address itself.</summary>
    public static string Joined(string list, string line) => Uri.TryCreate(Parsed(list), line, out var joined) ? joined.AbsoluteUri : line;

    /// <summary>Fetches a list of shards; each time anew, since it is short.</summary>
    /// <returns>The file.</returns>
    public string List(string address)
    {
        using var mine = Hold();
        return Fetch(address, Path.Combine(folder, KeyOf(address) + ".txt"), downloads with { MostLength = MostListBytes });
    }

    /// <summary>Asks the servers for shards, and fetches the indexes that are not here.</summary>
    /// <returns>For each a text that changes when its images do.</returns>
    /// <exception cref="MekikiException">A server does not answer.</exception>
    public string[] Look(string[] addresses)
    {
        var told = new (ServerFile Index, ServerFile Shard)[addresses.Length];
        Each(addresses, (address, i) => told[i] = (Ask(IndexOf(address)), Ask(address)));
        int[] missing = [.. Enumerable.Range(0, addresses.Length).Where(i => told[i].Shard.Refusal is null && !IsHere(addresses[i], told[i]))];
        if (missing.Length > 0)
            using (Hold())
            {
                // Another process may have fetched them meanwhile.
                missing = [.. missing.Where(i => !IsHere(addresses[i], told[i]))];
                Each([.. missing.Where(i => told[i].Index.Refusal is null).Select(i => addresses[i])], (address, _) => Fetch(IndexOf(address), IndexPath(address), downloads with { MostLength = MostIndexBytes }));
                foreach (int i in missing.Where(i => told[i].Index.Refusal is not null))
                    MakeIndex(addresses[i], told[i].Shard);
                foreach (int i in missing)
                    AtomicFile.Write(IndexPath(addresses[i]) + ToldEnding, stream => stream.Write(Encoding.UTF8.GetBytes(TextOf(told[i]))));
            }

        var versions = new string[addresses.Length];
        Each(addresses, (address, i) =>
        {
            var shard = known[address] = KnownOf(address, told[i].Shard);
            versions[i] = $"{shard.Index}/{told[i].Shard}";
        });
        return versions;
    }

    /// <summary>The images of a shard that was looked at.</summary>
    /// <exception cref="MekikiException">The shard or its index is not there, or damaged.</exception>
    public List<ShardEntry> Entries(string address)
    {
        var shard = known[address];
        return shard.Problem is null ? Read(address, shard) : throw new MekikiException($"{address}: {shard.Problem}");
    }

    /// <summary>Opens a shard, which is fetched if it is not here.</summary>
    /// <exception cref="MekikiException">It cannot be fetched.</exception>
    public SafeFileHandle Open(string address)
    {
        var shard = known[address];
        string path = ShardPath(address, shard);
        shard.IsExpected = false;
        if (TryOpen(path, shard.Length) is { } here)
        {
            Touch(shard, path);
            return here;
        }

        using var mine = Hold();
        for (bool isFetched = false; ; isFetched = true)
        {
            if (TryOpen(path, shard.Length) is { } file)
                return file;
            if (isFetched)
                throw new MekikiException($"{address}: expected {path} to stay when it had arrived, got no such file. Let no other program delete in that folder.");
            FetchShard(address, path, shard.Length);
        }
    }

    /// <summary>Forgets a shard whose bytes are not those of its index, so that it is fetched once more.</summary>
    /// <returns>Whether that was not done before.</returns>
    public bool Drop(string address)
    {
        var shard = known[address];
        using var mine = Hold();
        if (shard.IsDropped)
            return false;
        shard.IsDropped = true;
        Delete(ShardPath(address, shard));
        return true;
    }

    /// <summary>Begins to fetch a shard while another one is read, if there is room for both.</summary>
    public void Expect(string address, string beside)
    {
        var shard = known[address];
        string path = ShardPath(address, shard);
        if (!coming.IsCompleted || shard.Problem is not null || File.Exists(path) || shard.Length > Room() - known[beside].Length)
            return;
        shard.IsExpected = true;
        coming = Task.Run(() =>
        {
            try
            {
                using var mine = Hold();
                // It may have come late: who needed the shard has fetched it, and it has made room for the next ones.
                if (shard.IsExpected && !File.Exists(path))
                    FetchShard(address, path, shard.Length, ShardPath(beside, known[beside]));
            }
            catch (Exception e) when (e is MekikiException or OperationCanceledException)
            {
                // Whoever needs it fetches it, and tells.
            }
        });
    }

    /// <summary>Breaks off what is on its way.</summary>
    public void Dispose()
    {
        over.Cancel();
        coming.Wait();
        over.Dispose();
    }

    private List<ShardEntry> Read(string address, Known shard)
    {
        string index = IndexPath(address);
        try
        {
            return ShardIndex.Read(index, shard.Length);
        }
        catch (MekikiException e)
        {
            // Who opens the set knows the address, and no file of this folder.
            throw new MekikiException(e.Message.Replace(index + ": ", address + ": ", StringComparison.Ordinal), e);
        }
    }

    private static Uri Parsed(string address) => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url : throw new MekikiException($"{address}: expected an address such as https://example.com/shards.txt, got something else. Correct it.");

    private static string IndexOf(string address) => address.IndexOf('?') is var query and >= 0 ? address.Insert(query, ShardIndex.Ending) : address + ShardIndex.Ending;

    private static string KeyOf(string text) => Convert.ToHexStringLower(Sha256Hash.Of(Encoding.UTF8.GetBytes(text)))[..40];

    private string IndexPath(string address) => Path.Combine(folder, KeyOf(address) + ShardEnding + ShardIndex.Ending);

    private string ShardPath(string address, Known shard) => Path.Combine(folder, KeyOf($"{address}\n{shard.Index}") + ShardEnding);

    private static string TextOf((ServerFile Index, ServerFile Shard) told) => told.Index.Refusal is null
        ? string.Create(CultureInfo.InvariantCulture, $"{told.Index.Condition}\n{told.Index.Length}\n")
        : string.Create(CultureInfo.InvariantCulture, $"made\n{told.Shard.Condition}\n{told.Shard.Length}\n");

    // An index of which nothing tells whether it has changed is fetched each time.
    private bool IsHere(string address, (ServerFile Index, ServerFile Shard) told)
    {
        string index = IndexPath(address);
        return (told.Index.Refusal is null ? told.Index : told.Shard).Condition is not null && File.Exists(index) && File.Exists(index + ToldEnding) && File.ReadAllText(index + ToldEnding) == TextOf(told);
    }

    private Known KnownOf(string address, ServerFile told)
    {
        if (told.Refusal is { } refusal)
            return new("", 0, $"expected a shard, got the answer {refusal}");
        string path = IndexPath(address), hash = HashOf(path);
        try
        {
            long length = ShardIndex.ShardLength(path);
            return new(hash, length, told.Length is { } there && there != length ? $"expected a shard of {length:N0} bytes, got {there:N0}: it was cut off or changed" : null);
        }
        catch (MekikiException e)
        {
            return new(hash, 0, e.Message.Replace(path + ": ", "", StringComparison.Ordinal));
        }
    }

    private ServerFile Ask(string address) => Waited(new Download(address, Path.Combine(folder, KeyOf(address)), downloads).AskAsync(over.Token));

    private string Fetch(string address, string path, DownloadOptions how) => Waited(new Download(address, path, how).RunAsync(over.Token)).Path;

    private void FetchShard(string address, string path, long? length, string? beside = null)
    {
        MakeRoom(address, path, length ?? 0, beside);
        Fetch(address, path, length is { } all ? downloads with { ExpectedLength = all } : downloads with { MostLength = Room() });
    }

    // Of a shard without an index: it is fetched, and one is made.
    private void MakeIndex(string address, ServerFile told)
    {
        string path = Path.Combine(folder, KeyOf(address) + ShardEnding);
        FetchShard(address, path, told.Length);
        var entries = new List<ShardEntry>();
        using (var file = File.OpenHandle(path))
            foreach (var entry in ShardFiles.InTar(path))
            {
                byte[] bytes = new byte[entry.Length];
                ShardFiles.Fill(file, bytes, entry.Offset);
                entries.Add(entry with { Sha256 = Sha256Hash.Of(bytes) });
            }

        string index = IndexPath(address);
        long length = new FileInfo(path).Length;
        AtomicFile.TryDelete(index + ".sha256");
        ShardIndex.Write(path, length, entries);
        File.Move(path, ShardPath(address, new(HashOf(index), length, null)), overwrite: true);
    }

    // It stands beside what was downloaded: a thousand indexes are long.
    private static string HashOf(string index) => Download.StoredSha256(index) ?? Convert.ToHexStringLower(Sha256Hash.Of(File.ReadAllBytes(index)));

    private void MakeRoom(string address, string path, long length, string? beside)
    {
        long room = Room();
        if (length > room)
            throw new MekikiException($"{address}: expected a shard of at most {room:N0} bytes, the room for shards, got {length:N0}. Set {RoomVariable} to more, such as 40G.");
        var others = new DirectoryInfo(folder).EnumerateFiles().Where(f => IsOfShard(f.Name) && f.FullName != path && f.FullName != path + ".part").OrderBy(f => f.LastWriteTimeUtc).ToArray();
        long all = others.Sum(f => f.Length);
        foreach (var file in others.Where(f => f.FullName != beside))
        {
            if (all + length <= room)
                return;
            Delete(file.FullName);
            all -= file.Length;
        }

        // Also one that was broken off.
        static bool IsOfShard(string name) => name.EndsWith(ShardEnding, StringComparison.Ordinal) || name.EndsWith(ShardEnding + ".part", StringComparison.Ordinal);
    }

    private long Room() => options.ShardRoom ?? (Environment.GetEnvironmentVariable(RoomVariable) is not { Length: > 0 } text ? UsualRoom
        : Sizes.Read(text) ?? throw new MekikiException($"{RoomVariable}: expected a number of bytes such as 500M or 20G, got '{text}'. Correct it."));

    private static void Delete(string path)
    {
        foreach (string file in new[] { path, path + ".sha256", path + ".tag" })
            AtomicFile.TryDelete(file);
    }

    private static SafeFileHandle? TryOpen(string path, long length)
    {
        try
        {
            var file = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
            if (RandomAccess.GetLength(file) == length)
                return file;
            file.Dispose();
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Tells which shard was used last. Not at every image, and it does not matter where it cannot be told.
    private static void Touch(Known shard, string path)
    {
        long now = Environment.TickCount64;
        if (now - shard.Touched < touchPause.TotalMilliseconds)
            return;
        shard.Touched = now;
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Waits for another process, or another thread of this one.
    private FileStream Hold()
    {
        try
        {
            OutputFile.MakeFolder(folder);
            while (true)
                try
                {
                    return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
                }
                catch (IOException e) when (WriteFailure.IsHeld(e))
                {
                    over.Token.WaitHandle.WaitOne(lockPause);
                    over.Token.ThrowIfCancellationRequested();
                }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{folder}: expected a folder for shards that can be written, got: {e.Message} Set MEKIKI_DATA to another folder.", e);
        }
    }

    private static void Each(string[] all, Action<string, int> action)
    {
        try
        {
            Parallel.For(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce }, i => action(all[i], i));
        }
        catch (AggregateException e) when (e.InnerException is MekikiException first)
        {
            throw new MekikiException(first.Message, first);
        }
    }

    private static T Waited<T>(Task<T> task) => task.GetAwaiter().GetResult();

    /// <param name="Index">The sha256 of its index.</param>
    /// <param name="Length">Its length.</param>
    /// <param name="Problem">Why it cannot be read; null: it can.</param>
    private sealed record Known(string Index, long Length, string? Problem)
    {
        public bool IsDropped { get; set; }

        /// <summary>Whether it is to be fetched before anybody opens it.</summary>
        public bool IsExpected { get; set; }

        public long Touched { get; set; } = long.MinValue / 2;
    }
}
