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
        int[] order = [.. Enumerable.Range(0, hashes.Length)];
        Array.Sort(hashes, order);
        var groups = new List<int[]>();
        for (int first = 0, next; first < hashes.Length; first = next)
        {
            for (next = first + 1; next < hashes.Length && hashes[next] == hashes[first];)
                next++;
            if (next > first + 1)
                groups.Add([.. order[first..next].Order()]);
        }

        groups.Sort(static (a, b) => a[0].CompareTo(b[0]));
        return groups;
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
