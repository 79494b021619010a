using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Sorts the files of an archive into images, refused ones and others, by the rules of folders.</summary>
/// <param name="kind">What it is, for messages: zip.</param>
internal sealed class ArchiveEntries<T>(string kind)
{
    private readonly List<(string Name, T Entry)> usable = [];
    private readonly List<SkippedImage> refused = [];
    private readonly string twice = $"the {kind} holds another file of this name; the first is used";
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public (string Name, T Entry)[] Usable => [.. usable];

    public IReadOnlyList<SkippedImage> Refused => refused;

    public int Seen { get; private set; }

    public LeftOutList LeftOut { get; } = new();

    /// <summary>A path without <c>./</c> before it, which some archivers write.</summary>
    public static string Plain(string name)
    {
        while (name.StartsWith("./", StringComparison.Ordinal))
            name = name[2..];
        return name;
    }

    /// <summary>Counts a file, and says what its path tells.</summary>
    public FileVerdict See(string name)
    {
        Seen++;
        return FileRules.PassedOverPath(name) is not null ? FileVerdict.Hidden : FileRules.Of(name.AsSpan(name.LastIndexOf('/') + 1));
    }

    /// <summary>Keeps a file that was seen.</summary>
    /// <param name="name">Its path.</param>
    /// <param name="entry">The file.</param>
    /// <param name="length">Its length, unpacked.</param>
    /// <param name="verdict">Whether it is an image.</param>
    /// <param name="reason">Why it cannot be read, or null.</param>
    public void Add(string name, T entry, long length, FileVerdict verdict, string? reason)
    {
        if (FileRules.IsTooLong(name))
        {
            refused.Add(new(FileText.Short(name), FileRules.TooLong));
            return;
        }

        // A path that leads out of the archive may name a folder of the system by that alone.
        bool leaves = name.StartsWith('/') || Array.IndexOf(name.Split('/'), "..") >= 0;
        if (leaves && FileRules.Of(name.AsSpan(name.LastIndexOf('/') + 1)) == FileVerdict.Image)
            refused.Add(new(name, "its path leaves the folder; refused"));
        else if (verdict != FileVerdict.Image)
            LeftOut.Add(verdict == FileVerdict.Hidden ? FileRules.PassedOverPath(name) ?? LeftOutReasons.Hidden : LeftOutReasons.NoImage, name);
        else if (reason is not null)
            refused.Add(new(name, reason));
        else if (length > ImageInput.MostBytes)
            refused.Add(new(name, $"expected at most 128 MiB, got {length:N0} bytes"));
        else if (!seen.Add(name))
            refused.Add(new(name, twice));
        else
            usable.Add((name, entry));
    }
}
