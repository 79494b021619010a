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
        var entries = new ArchiveEntries<ZipEntry>("zip");
        Span<byte> start = stackalloc byte[FileRules.StartLength];
        foreach (var entry in zip.Entries)
        {
            if (entry.IsFolder)
                continue;
            string name = ArchiveEntries<ZipEntry>.Plain(entry.Name);
            var verdict = entries.See(name);
            if (verdict == FileVerdict.Unknown)
                verdict = ZipReader.Refuse(entry) is null && FileRules.IsImage(start[..zip.ReadStart(entry, start)]) ? FileVerdict.Image : FileVerdict.Other;
            entries.Add(name, entry, entry.Length, verdict, ZipReader.Refuse(entry));
        }

        var usable = entries.Usable;
        Sort(usable, e => e.Name);
        return new ZipFiles(zip, [.. usable.Select(e => e.Entry)])
        {
            Names = [.. usable.Select(e => e.Name)],
            Versions = [.. usable.Select(e => e.Entry.Crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture))],
            Refused = entries.Refused,
            Seen = entries.Seen,
            LeftOut = entries.LeftOut,
        };
    }

    protected override ReadOnlySpan<byte> Read(int index, Buffers buffers)
    {
        var entry = entries[index];
        int length = (int)entry.Length;
        RegularFile.Grow(ref buffers.File, length);
        var bytes = buffers.File.AsSpan(0, length);
        return zip.Read(entry, bytes) is { } reason ? throw new UnreadableImageException(reason) : bytes;
    }

    public override void Dispose() => zip.Dispose();
}
