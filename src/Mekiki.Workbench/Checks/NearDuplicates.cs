using System.Numerics;
using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Checks;

/// <summary>Finds images that are almost the same: saved again, made lighter, scaled a little.</summary>
/// <remarks>
/// Hashes (<see cref="ImageHash"/>) that differ in at most 3 bits agree in one of four parts of 16 bits, so only images that share a part are
/// compared. What the hash suggests is then checked: the correlation of both images at 16x16 pixels. Images without content, such as blank
/// paper, have hashes with hardly any bits, and are left out. Work and memory grow with the number of images: each is compared with a
/// bounded number of others, and gets a bounded number of partners.
/// </remarks>
internal static class NearDuplicates
{
    private const int Bands = 4, BandBits = 16, Side = 16;
    private const double LeastCorrelation = 0.985;

    // Of each image in each part: hashes and correlations; in all parts: what is found.
    private const int MostCompared = 20_000, MostCorrelated = 256, MostPartners = 8;

    /// <summary>Pairs of nearly equal images among <paramref name="candidates"/>, which are all different; in order. None in pictures of less than 16x16 pixels, which tell too little.</summary>
    public static List<(int First, int Second, double Similarity)> Find(ImageSet set, int[] candidates)
    {
        if (set.Shape.Height < Side || set.Shape.Width < Side)
            return [];
        var hashes = new ImageHash[candidates.Length];
        Parallel.For(0, candidates.Length, i => hashes[i] = ImageHash.Of(set.Image(candidates[i]), set.Shape));
        var thumbnails = new short[]?[candidates.Length];
        byte[] partners = new byte[candidates.Length];
        var found = new List<(int First, int Second, double Similarity)>();
        Search(Array.FindAll(Numbers(candidates.Length), i => hashes[i].HasAcross), i => hashes[i].Across);
        Search(Array.FindAll(Numbers(candidates.Length), i => hashes[i].NeedsDown), i => hashes[i].Down);
        thumbnails = [];
        found.Sort();
        // Both hashes may tell a pair.
        int kept = 0;
        for (int i = 0; i < found.Count; i++)
            if (i == 0 || found[i] != found[i - 1])
                found[kept++] = found[i];
        found.RemoveRange(kept, found.Count - kept);
        return found;

        void Search(int[] images, Func<int, ulong> hashOf)
        {
            for (int band = 0; band < Bands; band++)
            {
                int[] order = [.. images];
                // The part comes first, so that images that share it are neighbours.
                ulong[] keys = Array.ConvertAll(order, i => BitOperations.RotateLeft(hashOf(i), BandBits * band));
                Array.Sort(keys, order);
                Parallel.For(0, order.Length, i => Compare(keys, order, i, band));
            }
        }

        void Compare(ulong[] keys, int[] order, int i, int band)
        {
            int correlated = 0;
            for (int j = i + 1; j < Math.Min(order.Length, i + MostCompared) && correlated < MostCorrelated && partners[order[i]] < MostPartners; j++)
            {
                ulong difference = keys[i] ^ keys[j];
                if (difference >> (64 - BandBits) != 0)
                    return;
                if (BitOperations.PopCount(difference) > ImageHash.MostBits || AgreeBefore(difference, band))
                    continue;
                correlated++;
                double similarity = Thumbnail.Correlation(Small(order[i]), Small(order[j]));
                if (similarity < LeastCorrelation)
                    continue;
                partners[order[i]]++;
                lock (found)
                    found.Add((candidates[Math.Min(order[i], order[j])], candidates[Math.Max(order[i], order[j])], similarity));
            }
        }

        short[] Small(int i) => thumbnails[i] ??= Thumbnail.Of(set.Image(candidates[i]), set.Shape);
    }

    private static int[] Numbers(int count) => [.. Enumerable.Range(0, count)];

    // Pairs that share an earlier part were compared there. The part of band b lies first: earlier ones lie last.
    private static bool AgreeBefore(ulong difference, int band)
    {
        for (int b = 0; b < band; b++)
            if ((ushort)(difference >> BandBits * b) == 0)
                return true;
        return false;
    }
}
