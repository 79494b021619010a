using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>The image files in a zip, read where they lie, without unpacking.</summary>
internal sealed class ZipFiles : ImageFiles
{
    private readonly ZipReader zip;
    private readonly ZipEntry[] entries;

    private ZipFiles(ZipReader zip, ZipEntry[] entries) => (this.zip, this.entries) = (zip, entries);

    public static ZipFiles Open(string path)
    {
        var zip = ZipReader.Open(path, "images");
        var usable = new List<ZipEntry>();
        var refused = new List<SkippedImage>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            if (entry.IsFolder || !IsImage(entry.Name))
                continue;
            if (Refuse(entry, seen) is { } reason)
                refused.Add(new SkippedImage(entry.Name, reason));
            else
                usable.Add(entry);
        }

        usable.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new ZipFiles(zip, [.. usable])
        {
            Names = [.. usable.Select(e => e.Name)],
            Versions = [.. usable.Select(e => e.Crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture))],
            Refused = refused,
        };
    }

    private static string? Refuse(in ZipEntry entry, HashSet<string> seen)
    {
        if (entry.LeavesFolder)
            return "its path leaves the folder; refused";
        if (ZipReader.Refuse(entry) is { } reason)
            return reason;
        if (entry.Length > ImageInput.MostBytes)
            return $"expected at most 128 MiB, got {entry.Length:N0} bytes";
        return seen.Add(entry.Name) ? null : "the zip holds another file of this name; the first is used";
    }

    protected override int Read(int index, ref byte[] buffer)
    {
        var entry = entries[index];
        int length = (int)entry.Length;
        Grow(ref buffer, length);
        return zip.Read(entry, buffer.AsSpan(0, length)) is { } reason ? throw new UnreadableImageException(reason) : length;
    }

    public override void Dispose() => zip.Dispose();
}
