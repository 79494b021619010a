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

    /// <summary>A hash of each image's pixels.</summary>
    public static UInt128[] Hashes(ImageSet set)
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
