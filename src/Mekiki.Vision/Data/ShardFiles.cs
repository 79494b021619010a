using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision.Images;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>The image files in tar shards, as WebDataset has them: a folder of them, or a text file that lists them.</summary>
/// <remarks>
/// Files of one sample have one name up to the first dot: <c>cat/0001.png</c>, <c>cat/0001.cls</c>. Classes are those of the folders in the shards;
/// where <c>.cls</c> or <c>.json</c> files say something else, they count. The order is that of the shards, and of the images in each.
/// Aizman, Maltby, Breuel, "High Performance I/O For Large Scale Deep Learning", 2019, arXiv:2001.01858.
/// </remarks>
internal sealed class ShardFiles : ImageFiles
{
    private const string ShardEnding = ".tar", Kind = "set of shards";
    private const int MostOpen = 256, MostListed = 1_000_000;
    private const long MostLabelBytes = 1 << 16, MostListBytes = 1 << 26;

    private static readonly string[] labelKeys = ["label", "class", "cls", "class_name", "label_name", "category", "target"];

    private readonly string[] shards;
    private readonly SafeFileHandle?[] open;
    private readonly (int Shard, ShardEntry Entry)[] entries;
    private readonly Lock opening = new();
    private readonly RemoteShards web;
    private readonly int[] readOf;      // of each shard, how many images were read

    private ShardFiles(string[] shards, RemoteShards web, (int Shard, ShardEntry Entry)[] entries) =>
        (this.shards, this.web, open, readOf, this.entries) = (shards, web, new SafeFileHandle?[shards.Length], new int[shards.Length], entries);

    /// <summary>Whether a path is taken for a list of shards.</summary>
    public static bool IsList(string path) => Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase);

    /// <summary>The shards that a path or an address stands for: those in a folder without folders, or those that a list names; null: it is something else.</summary>
    /// <exception cref="MekikiException">It is a list of something else, or the address of something else.</exception>
    public static string[]? Find(string path, ImageSetOptions options)
    {
        if (RemoteShards.IsAddress(path))
        {
            if (IsShard(path))
                return [path];
            if (!IsList(RemoteShards.PathIn(path)))
                throw new MekikiException($"{path}: expected the address of a list of shards (.txt) or of a shard (.tar), got another one. Download other files, and give their path.");
            using var web = new RemoteShards(options);
            return Listed(web.List(path), path);
        }

        if (!Directory.Exists(path))
            return IsList(path) ? Listed(path, null) : null;
        try
        {
            if (Directory.EnumerateDirectories(path).Any(d => FileRules.PassedOver(Path.GetFileName(d)) is null))
                return null;
            // An index tells of a shard that is not there any more.
            string[] found = [.. Directory.EnumerateFiles(path)
                .Select(f => f.EndsWith(ShardIndex.Ending, StringComparison.Ordinal) ? f[..^ShardIndex.Ending.Length] : f)
                .Where(f => f.EndsWith(ShardEnding, StringComparison.OrdinalIgnoreCase) && FileRules.Of(Path.GetFileName(f.AsSpan())) != FileVerdict.Hidden)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return found.Length > 0 ? found : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a folder that can be read, got: {e.Message} Check its permissions.", e);
        }
    }

    /// <summary>Whether every shard could be listed.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>Of each shard and of each index a text that changes when the file does, or comes, or goes.</summary>
    /// <exception cref="MekikiException">A server does not answer.</exception>
    public static string[] VersionsOf(string[] shards, ImageSetOptions options)
    {
        string[] local = [.. shards.Where(s => !RemoteShards.IsAddress(s))], files = [.. local, .. local.Select(s => s + ShardIndex.Ending)];
        using var web = new RemoteShards(options);
        return [.. FileVersions.OfAll(files, new long[files.Length]), .. web.Look([.. shards.Where(RemoteShards.IsAddress)])];
    }

    /// <summary>A path in full; an address as it is.</summary>
    public static string FullPath(string path) => RemoteShards.IsAddress(path) ? path : Path.GetFullPath(path);

    /// <summary>Opens shards. One that is cut off, damaged or missing is refused as a whole.</summary>
    /// <exception cref="MekikiException">A server does not answer.</exception>
    public static ShardFiles Open(string[] shards, ImageSetOptions options)
    {
        var web = new RemoteShards(options);
        string[] addresses = [.. shards.Where(RemoteShards.IsAddress)], told = web.Look(addresses);
        var files = new ArchiveEntries<(int, ShardEntry)>(Kind);
        var bad = new List<SkippedImage>();
        var versions = new List<string>();
        for (int s = 0; s < shards.Length; s++)
        {
            string index = shards[s] + ShardIndex.Ending;
            try
            {
                bool isRemote = RemoteShards.IsAddress(shards[s]);
                foreach (var entry in isRemote ? web.Entries(shards[s]) : EntriesOf(shards[s], index))
                {
                    string name = ArchiveEntries<ShardEntry>.Plain(entry.Name);
                    files.Add(name, (s, entry with { Name = name }), entry.Length, files.See(name) is FileVerdict.Unknown ? FileVerdict.Image : FileRules.Of(name.AsSpan(name.LastIndexOf('/') + 1)), null);
                }

                versions.Add(isRemote ? told[Array.IndexOf(addresses, shards[s])] : FileVersions.Of(shards[s]) + (File.Exists(index) ? FileVersions.Of(index) : ""));
            }
            catch (Exception e) when (e is MekikiException or IOException or UnauthorizedAccessException)
            {
                string reason = e.Message.StartsWith(index + ": ", StringComparison.Ordinal) ? e.Message[(index.Length + 2)..] : e.Message.StartsWith(shards[s] + ": ", StringComparison.Ordinal) ? e.Message[(shards[s].Length + 2)..] : $"expected a shard, got: {e.Message}";
                bad.Add(new(Path.GetFileName(shards[s]), $"{reason.TrimEnd('.')}; all of its images are left out"));
            }
        }

        var usable = files.Usable;
        var starts = new List<int>();
        for (int i = 0; i < usable.Length; i++)
            if (i == 0 || usable[i].Entry.Item1 != usable[i - 1].Entry.Item1)
                starts.Add(i);
        return new ShardFiles(shards, web, [.. usable.Select(u => u.Entry)])
        {
            Names = [.. usable.Select(u => u.Name)],
            Versions = [.. versions],
            Refused = [.. bad, .. files.Refused],
            Seen = files.Seen + bad.Count,
            LeftOut = files.LeftOut,
            ShardStarts = [.. starts],
            IsWhole = bad.Count == 0,
        };
    }

    public override ClassLayout Layout(string source, ImageSetOptions options)
    {
        string?[] given = Array.ConvertAll(entries, e => e.Entry.Label);
        if (Array.TrueForAll(given, g => g is null) || options.Parts is not null || options.Layout != FolderLayout.Auto)
            return OfFolders(source, options);
        try
        {
            var read = OfFolders(source, options);
            if (Agree(read.Labels, given))
                return read;
        }
        catch (MekikiException)
        {
            // Labels say what folders do not.
        }

        string[] distinct = [.. given.OfType<string>().Distinct(StringComparer.Ordinal)];
        string[] order = distinct.All(d => long.TryParse(d, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            ? [.. distinct.OrderBy(d => long.Parse(d, CultureInfo.InvariantCulture))]
            : [.. distinct.Order(StringComparer.Ordinal)];
        var place = order.Select((label, i) => (label, i)).ToDictionary(p => p.label, p => p.i, StringComparer.Ordinal);
        return new ClassLayout(Array.ConvertAll(order, ClassLayout.ClassName), Array.ConvertAll(given, g => g is null ? ClassLayout.NoClass : place[g]), null, "the shards' .cls or .json files give each image its class")
        {
            Notes = ClassLayout.NotesOn(order),
        };
    }

    public override void Dispose()
    {
        foreach (var file in open)
            file?.Dispose();
        web.Dispose();
    }

    // Shard by shard, so that each is fetched once.
    public override void ForEach(ImageSetOptions options, Action<int, Buffers> action)
    {
        if (!shards.Any(RemoteShards.IsAddress))
        {
            base.ForEach(options, action);
            return;
        }

        Array.Clear(readOf);
        for (int from = 0, to; from < entries.Length; from = to)
        {
            for (to = from; to < entries.Length && entries[to].Shard == entries[from].Shard; to++)
            {
            }

            try
            {
                Parallel.For(from, to, ImageSet.Parallelism(options.ThreadCount), () => new Buffers(), (i, _, buffers) =>
                {
                    action(i, buffers);
                    return buffers;
                }, static _ => { });
            }
            catch (AggregateException e) when (e.InnerException is MekikiException first)
            {
                ExceptionDispatchInfo.Throw(first);
            }
        }
    }

    protected override ReadOnlySpan<byte> Read(int index, Buffers buffers)
    {
        int length = (int)entries[index].Entry.Length;
        RegularFile.Grow(ref buffers.File, length);
        Read(index, buffers.File.AsSpan(0, length));
        return buffers.File.AsSpan(0, length);
    }

    /// <summary>The bytes of a whole file, in memory of their own.</summary>
    /// <exception cref="UnreadableImageException">It cannot be read.</exception>
    public byte[] Read(int index)
    {
        byte[] bytes = new byte[entries[index].Entry.Length];
        Read(index, bytes);
        return bytes;
    }

    /// <summary>The shard that a file lies in.</summary>
    public string ShardOf(int index) => shards[entries[index].Shard];

    private void Read(int index, Span<byte> bytes)
    {
        var (shard, entry) = entries[index];
        bool isRemote = RemoteShards.IsAddress(shards[shard]);
        if (shards.Length <= MostOpen && !isRemote)
            Fill(Opened(shard), bytes, entry.Offset);
        else
        {
            // One from the web may go when it is not read.
            using var file = isRemote ? web.Open(shards[shard]) : File.OpenHandle(shards[shard]);
            Fill(file, bytes, entry.Offset);
        }

        // Who reads a second image of a shard will read most of it, and then the next.
        if (isRemote && Interlocked.Increment(ref readOf[shard]) == 2 && shard + 1 < shards.Length && RemoteShards.IsAddress(shards[shard + 1]))
            web.Expect(shards[shard + 1], shards[shard]);

        Span<byte> sha256 = stackalloc byte[Sha256Hash.Size];
        if (entry.Sha256 is not null)
        {
            Sha256Hash.Of(bytes, sha256);
            if (!sha256.SequenceEqual(entry.Sha256) && isRemote && web.Drop(shards[shard]))
                Read(index, bytes);
            else if (!sha256.SequenceEqual(entry.Sha256))
                throw new UnreadableImageException($"expected the bytes that the index of {Path.GetFileName(shards[shard])} tells by their sha256, got others: the shard was altered");
        }
    }

    /// <summary>Reads bytes that must be there.</summary>
    /// <exception cref="UnreadableImageException">They are not.</exception>
    public static void Fill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        try
        {
            for (int done = 0; done < bytes.Length;)
                done += RandomAccess.Read(file, bytes[done..], offset + done) is var got and > 0 ? got : throw new UnreadableImageException("the shard ends before it does");
        }
        catch (IOException e)
        {
            throw new UnreadableImageException($"cannot be read: {e.Message}");
        }
    }

    private SafeFileHandle Opened(int shard)
    {
        if (Volatile.Read(ref open[shard]) is { } file)
            return file;
        lock (opening)
            return open[shard] ??= File.OpenHandle(shards[shard]);
    }

    // In the order of names, as in a folder: classes have the order of their first files.
    private ClassLayout OfFolders(string source, ImageSetOptions options)
    {
        int[] order = [.. Enumerable.Range(0, Names.Length)];
        string[] names = [.. Names];
        Array.Sort(names, order, StringComparer.Ordinal);
        var read = ClassLayout.Of(source, names, options);
        var labels = new int[names.Length];
        var parts = read.Parts is null ? null : new SplitPart?[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            labels[order[i]] = read.Labels[i];
            if (parts is not null)
                parts[order[i]] = read.Parts![i];
        }

        return read with { Labels = labels, Parts = parts };
    }

    // Whether labels and classes are one to one.
    private static bool Agree(int[] classes, string?[] given)
    {
        var labelOf = new Dictionary<int, string>();
        var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < classes.Length; i++)
        {
            if (classes[i] < 0 || given[i] is not { } label)
                return false;
            if (!labelOf.TryAdd(classes[i], label) && labelOf[classes[i]] != label)
                return false;
            if (!classOf.TryAdd(label, classes[i]) && classOf[label] != classes[i])
                return false;
        }

        return true;
    }

    private static IEnumerable<ShardEntry> EntriesOf(string shard, string index)
    {
        long length = File.Exists(shard) ? RegularFile.LengthOf(shard) : throw new FileNotFoundException("no such file");
        return File.Exists(index) ? ShardIndex.Read(index, length) : InTar(shard);
    }

    /// <summary>Of a shard without an index: its images, with what the files beside them say.</summary>
    /// <exception cref="MekikiException">It is damaged.</exception>
    public static IEnumerable<ShardEntry> InTar(string path)
    {
        List<TarFile> all;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 12);
        all = TarListing.Read(path, stream, static _ => { });
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in all)
            if (LabelIn(file, stream) is { } label)
                labels.TryAdd(KeyOf(file.Name), label);
        foreach (var file in all)
            if (file.IsFile && file.Problem is null && (FileRules.Of(file.Name.AsSpan(file.Name.LastIndexOf('/') + 1)) is FileVerdict.Image || file.BeginsAsImage))
                yield return new(file.Name, file.Offset, file.Length, labels.GetValueOrDefault(KeyOf(file.Name)), null);
    }

    private static string KeyOf(string name) => name.IndexOf('.', name.LastIndexOf('/') + 1) is var dot and >= 0 ? name[..dot] : name;

    private static string? LabelIn(TarFile file, FileStream stream)
    {
        bool isJson = file.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        if (!file.IsFile || file.Length > MostLabelBytes || !(isJson || file.Name.EndsWith(".cls", StringComparison.OrdinalIgnoreCase)))
            return null;
        var bytes = new byte[file.Length];
        stream.Position = file.Offset;
        stream.ReadExactly(bytes);
        try
        {
            string text = isJson ? LabelOf(bytes) : Encoding.UTF8.GetString(bytes).Trim();
            return text.Length is > 0 and <= 1024 ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string LabelOf(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            foreach (string key in labelKeys)
                if (document.RootElement.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    return value.ToString().Trim();
        return "";
    }

    /// <summary>Whether a path or an address is that of a shard, by its end.</summary>
    public static bool IsShard(string text) => (RemoteShards.IsAddress(text) ? RemoteShards.PathIn(text) : text).EndsWith(ShardEnding, StringComparison.OrdinalIgnoreCase);

    // A list that came from an address means other addresses by its lines.
    private static string[] Listed(string path, string? address)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, name = address ?? path;
        try
        {
            if (RegularFile.LengthOf(path) > MostListBytes)
                throw new MekikiException($"{name}: expected a list of shards of at most 64 MiB, got more. Give another file.");
            string[] lines = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').Take(MostListed)];
            if (Array.Find(lines, l => l.Contains("://", StringComparison.Ordinal) && !RemoteShards.IsAddress(l)) is { } other)
                throw new MekikiException($"{name}: expected paths of shards, or addresses that begin with http:// or https://, got '{FileText.Short(other)}'. Download them first, and list the files.");
            if (lines.Length == 0 || Array.Find(lines, l => !IsShard(l)) is not null)
                throw new MekikiException($"{name}: expected a list of shards, a path or an address that ends in .tar in each line, got {(lines.Length == 0 ? "none" : $"'{FileText.Short(Array.Find(lines, l => !IsShard(l))!)}'")}. Correct the file.");
            if (lines.GroupBy(l => l, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
                throw new MekikiException($"{name}: expected each shard once, got '{FileText.Short(twice.Key)}' {twice.Count():N0} times. Correct the file.");
            return Array.ConvertAll(lines, l => RemoteShards.IsAddress(l) ? l : address is null ? Path.Combine(folder, l) : RemoteShards.Joined(address, l));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MekikiException($"{name}: expected a list of shards that can be read, got: {e.Message} Check its permissions.", e);
        }
    }
}
