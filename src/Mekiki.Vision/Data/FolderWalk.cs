using System.IO.Enumeration;

namespace Mekiki.Vision.Data;

/// <summary>Goes through a folder and everything below it, follows links, and counts each file once.</summary>
internal sealed class FolderWalk
{
    // Folders that all lead to each other are paths without end for all who go through them.
    private const int MostLinkedFolders = 10_000;

    private static readonly EnumerationOptions
        everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false },
        noLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    private readonly List<(string Name, string Version, long Length)> images = [];
    // Folders in which one whose name is not UTF-8 was met: what lies in all of these is counted at once.
    private readonly HashSet<string> holdOutOfReach = new(StringComparer.Ordinal);
    private int linkedFolders;

    private FolderWalk()
    {
    }

    /// <summary>The files that are taken for images, by their paths below the folder; and, unless <see cref="FileVersions.TellsAll"/>, texts that change when they do, and lengths.</summary>
    public IReadOnlyList<(string Name, string Version, long Length)> Images => images;

    /// <summary>How many files there are, of any kind.</summary>
    public int Seen { get; private set; }

    /// <summary>Those that are no images.</summary>
    public LeftOutList LeftOut { get; } = new();

    /// <summary>Goes through a folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It, or a folder below, may not be read.</exception>
    public static FolderWalk Of(string folder)
    {
        var walk = new FolderWalk();
        walk.Visit(folder, "", null, []);
        return walk;
    }

    // Above: the real folders in which links lie that lead here.
    private void Visit(string folder, string prefix, string? passedOver, string[] above)
    {
        // Attributes are free on Windows. Elsewhere they cost a call to the system for each file, and only links need them: a directory says
        // what is none.
        if (OperatingSystem.IsWindows())
        {
            foreach (var entry in Entries(folder, prefix, everything, withAttributes: true))
                Take(folder, prefix, entry, passedOver, above);
            return;
        }

        int plain = 0, all = 0;
        foreach (var entry in Entries(folder, prefix, noLinks, withAttributes: false))
        {
            Take(folder, prefix, entry, passedOver, above);
            plain++;
        }

        foreach (byte _ in new FileSystemEnumerable<byte>(folder, static (ref FileSystemEntry _) => 0, everything))
            all++;
        if (all == plain)
            return;
        foreach (var entry in Entries(folder, prefix, everything, withAttributes: true))
            if (entry.IsLink)
                Take(folder, prefix, entry, passedOver, above);
    }

    private static FileSystemEnumerable<Entry> Entries(string folder, string prefix, EnumerationOptions options, bool withAttributes) => new(folder, (ref FileSystemEntry e) =>
    {
        bool isFolder = e.IsDirectory;
        // Lengths and times cost a call to the system for each file. Where it tells more than these, they are asked for with the rest.
        bool isLookedAt = !isFolder && !FileVersions.TellsAll;
        return new(string.Concat(prefix, e.FileName), isFolder, withAttributes ? e.Attributes : default, isLookedAt ? e.Length : 0, isLookedAt ? e.LastWriteTimeUtc.Ticks : 0);
    }, options);

    private void Take(string folder, string prefix, in Entry entry, string? passedOver, string[] above)
    {
        var own = entry.Name.AsSpan(prefix.Length);
        string? reason = passedOver ?? (entry.IsSystem ? LeftOutReasons.System : null);
        // The runtime knows no other names: it puts this character for bytes that are no UTF-8, and then finds nothing of that name.
        if (own.Contains('\uFFFD') && !Path.Exists(Path.Join(folder, own)))
            Leave(LeftOutReasons.Unreachable, entry.Name, entry.IsFolder ? CountOutOfReach(folder) : 1);
        else if (!entry.IsFolder)
            File(folder, own, entry, reason);
        else if (entry.IsLink && new DirectoryInfo(Path.Join(folder, own)).LinkTarget is not null)
            Follow(Path.Join(folder, own), entry.Name, reason ?? FileRules.PassedOver(own), above);
        else
            Enter(Path.Join(folder, own), entry.Name, reason ?? FileRules.PassedOver(own), above);
    }

    private void Enter(string path, string name, string? passedOver, string[] above)
    {
        try
        {
            Visit(path, name + "/", passedOver, above);
        }
        catch (Exception e) when (e is PathTooLongException || (passedOver is not null && e is UnauthorizedAccessException or IOException))
        {
            Leave(LeftOutReasons.Unreachable, name);
        }
    }

    private void Follow(string path, string name, string? passedOver, string[] above)
    {
        if (passedOver is not null)
        {
            Leave(passedOver, name);
            return;
        }

        try
        {
            string target = RealPath.Of(path), here = RealPath.Of(Path.GetDirectoryName(path)!);
            if (above.Append(here).Any(folder => folder == target || folder.StartsWith(Path.Join(target, "/"), StringComparison.Ordinal)) || ++linkedFolders > MostLinkedFolders)
                Leave(LeftOutReasons.Loop, name);
            else
                Visit(path, name + "/", FileRules.PassedOver(Path.GetFileName(target.AsSpan())), [.. above, here]);
        }
        catch (IOException)
        {
            Leave(LeftOutReasons.Loop, name);
        }
    }

    private void File(string folder, ReadOnlySpan<char> own, in Entry entry, string? passedOver)
    {
        string name = entry.Name;
        var verdict = FileRules.Of(own);
        var (length, ticks) = (entry.Length, entry.Ticks);
        if ((passedOver ?? (verdict == FileVerdict.Hidden ? LeftOutReasons.Hidden : null)) is { } reason)
        {
            Leave(reason, name);
            return;
        }

        try
        {
            if (entry.IsLink && new FileInfo(Path.Join(folder, own)).ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                (length, ticks) = (target.Length, target.LastWriteTimeUtc.Ticks);
        }
        catch (IOException)
        {
            Leave(LeftOutReasons.Loop, name);
            return;
        }

        if (!FileRules.IsImage(Path.Join(folder, own), verdict))
        {
            Leave(LeftOutReasons.NoImage, name);
            return;
        }

        Seen++;
        images.Add((name, FileVersions.TellsAll ? "" : FileVersions.Of(length, ticks), length));
    }

    private int CountOutOfReach(string folder) => holdOutOfReach.Add(folder) ? RawFolder.FilesOutOfReach(folder) ?? 1 : 0;

    private void Leave(string reason, string name, int files = 1)
    {
        Seen += files;
        LeftOut.Add(reason, name, files);
    }

    private readonly record struct Entry(string Name, bool IsFolder, FileAttributes Attributes, long Length, long Ticks)
    {
        public bool IsLink => (Attributes & FileAttributes.ReparsePoint) != 0;

        public bool IsSystem => (Attributes & FileAttributes.System) != 0;
    }
}
