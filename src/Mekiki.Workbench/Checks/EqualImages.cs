using Mekiki.Files;
using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Checks;

/// <summary>Finds images with equal pixels.</summary>
internal static class EqualImages
{
    /// <summary>Groups of images with equal pixels, by index, in order of their first images.</summary>
    public static List<int[]> Groups(ImageSet set)
    {
        var hashes = Hashes(set);
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

    /// <summary>What a user should know before training: images that both train and test, and classes that are rare; a sentence each.</summary>
    public static IReadOnlyList<string> Warnings(ImageSet set, Split split)
    {
        const int Rare = 5;
        var notes = new List<string>();
        var hashes = Hashes(set);
        var trained = new Dictionary<UInt128, int>();
        foreach (int i in split.Train)
            trained[hashes[i]] = i;
        foreach (var (part, images) in new[] { ("test", split.Test), ("validation", split.Validation) })
            if (Array.FindAll(images, i => trained.ContainsKey(hashes[i])) is { Length: > 0 } leaked)
                notes.Add($"{leaked.Length:N0} of {images.Length:N0} {part} images {(leaked.Length == 1 ? "is" : "are")} also among the training images ({set.Names[leaked[0]]} = {set.Names[trained[hashes[leaked[0]]]]}): the figures will be too good. `mekiki data check` lists equal images.");
        int[] counts = set.CountPerClass(split.Train);
        int most = Array.IndexOf(counts, counts.Max()), least = Array.IndexOf(counts, counts.Min());
        if (counts[least] > 0 && counts[most] >= Rare * counts[least])
            notes.Add($"Classes are imbalanced: {counts[most]:N0} images of {set.Classes[most]} train and {counts[least]:N0} of {set.Classes[least]}. Balanced accuracy counts all classes alike; --balance helps to learn the rare ones.");
        if (NameSeries.Note(set) is { } series)
            notes.Add(series);
        return notes;
    }

    private static UInt128[] Hashes(ImageSet set)
    {
        var hashes = new UInt128[set.Count];
        Parallel.For(0, set.Count, i =>
        {
            Span<byte> hash = stackalloc byte[Sha256Hash.Size];
            Sha256Hash.Of(set.Image(i), hash);
            hashes[i] = new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
        });
        return hashes;
    }
}
