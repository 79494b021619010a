using System.Security.Cryptography;

namespace Mekiki.Vision.Data;

/// <summary>Looks through a set before anyone trains on it.</summary>
public static class DataCheck
{
    /// <summary>Counts classes, sizes and modes, and finds exact duplicates and files that cannot be read.</summary>
    /// <exception cref="MekikiException">There is no image at all.</exception>
    public static DataReport Run(string source, ImageSetOptions? options = null)
    {
        options = (options ?? new ImageSetOptions()) with { LeastClasses = 1, Strict = false };
        var set = ImageSet.Open(source, options);
        var (sizes, modes) = Headers(source, options, set);
        int[] counts = set.CountPerClass();
        var duplicates = Duplicates(set);
        var notes = new List<string>(set.Notes);
        if (set.Classes.Count < 2)
            notes.Add("There is only one class; training needs two or more.");
        if (counts.Count(c => c == 1) is var few and > 0)
            notes.Add($"{few:N0} {(few == 1 ? "class has" : "classes have")} one image only, which cannot both train and test.");
        return new DataReport(
            source, set.Count, [.. set.Classes.Select((name, c) => new CountOf(name, counts[c]))], sizes, modes,
            (double)counts.Max() / counts.Min(),
            [.. duplicates.Select(group => (IReadOnlyList<string>)[.. group.Select(i => set.Names[i])])],
            duplicates.Count(group => group.Any(i => set.Labels[i] != set.Labels[group[0]])),
            set.Skipped, notes, set.Fingerprint);
    }

    private static (CountOf[] Sizes, CountOf[] Modes) Headers(string source, ImageSetOptions options, ImageSet set)
    {
        using var files = ImageSetReader.Files(source, options);
        if (files is null)
            return ([new CountOf($"{set.Shape.Width}x{set.Shape.Height}", set.Count)], []);
        var headers = new (int Height, int Width, ImageMode Mode)[files.Names.Length];
        Parallel.For(0, headers.Length, ImageSet.Parallelism(options.ThreadCount), () => new byte[1 << 16], (i, _, buffer) =>
        {
            try
            {
                int length = files.Read(i, ref buffer);
                headers[i] = ImageDecoder.ReadHeader(buffer.AsSpan(0, length));
            }
            catch (UnreadableImageException)
            {
                // Reported by the set already.
            }

            return buffer;
        }, static _ => { });
        var readable = headers.Where(h => h.Width > 0).ToArray();
        return (Counted(readable.Select(h => $"{h.Width}x{h.Height}")), Counted(readable.Select(h => h.Mode.ToString().ToLowerInvariant())));
    }

    private static CountOf[] Counted(IEnumerable<string> values) =>
        [.. values.CountBy(v => v).Select(c => new CountOf(c.Key, c.Value)).OrderByDescending(c => c.Count).ThenBy(c => c.Name, StringComparer.Ordinal)];

    /// <summary>Groups of images with equal pixels, by index, in order of their first images.</summary>
    private static List<int[]> Duplicates(ImageSet set)
    {
        var hashes = new UInt128[set.Count];
        Parallel.For(0, set.Count, i =>
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(set.Image(i), hash);
            hashes[i] = new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
        });
        var groups = new Dictionary<UInt128, List<int>>();
        for (int i = 0; i < hashes.Length; i++)
        {
            if (groups.TryGetValue(hashes[i], out var group))
                group.Add(i);
            else
                groups[hashes[i]] = [i];
        }

        return [.. groups.Values.Where(g => g.Count > 1).Select(g => g.ToArray()).OrderBy(g => g[0])];
    }
}
