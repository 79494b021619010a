using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>Reads all of a zip once, and compares the checksums of its entries.</summary>
internal static class ZipCheck
{
    // More than any image may have; an entry's memory is taken at once.
    private const int MostBytes = 1 << 28;

    /// <summary>The first entry that is damaged, and what is wrong with it; null: all are whole.</summary>
    public static string? Problem(ZipReader zip)
    {
        var problems = new string?[zip.Entries.Count];
        Parallel.For(0, problems.Length, () => Array.Empty<byte>(), (i, loop, buffer) =>
        {
            var entry = zip.Entries[i];
            if (entry.IsFolder)
                return buffer;
            if (ZipReader.Refuse(entry) is { } reason)
                problems[i] = reason;
            else if (entry.Length > MostBytes)
                problems[i] = $"it has {FileText.Bytes(entry.Length)}, more than can be checked";
            else
            {
                if (buffer.Length < entry.Length)
                    buffer = new byte[entry.Length];
                problems[i] = zip.Read(entry, buffer.AsSpan(0, (int)entry.Length));
            }

            if (problems[i] is not null)
                loop.Break();
            return buffer;
        }, _ => { });
        int first = Array.FindIndex(problems, p => p is not null);
        return first < 0 ? null : $"{FileText.Short(zip.Entries[first].Name)}: {problems[first]}";
    }
}
