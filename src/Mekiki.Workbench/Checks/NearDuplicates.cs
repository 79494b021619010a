using System.Numerics;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Checks;

/// <summary>Finds images that are almost the same: saved again, made lighter, scaled a little.</summary>
/// <remarks>
/// Each image gets a hash of 64 bits, whether each of 8x8 places is lighter than its right neighbour (Krawetz, "Kind of Like That",
/// 2013: dHash). Hashes that differ in at most 3 bits agree in one of four parts of 16 bits, so only images that share a part are
/// compared. What the hash suggests is then checked: the correlation of both images at 16x16 pixels.
/// Differs from the source: a neighbour must be lighter by 2 of 255, so that even paper gives no bits; and the check.
/// </remarks>
internal static class NearDuplicates
{
    private const int Bands = 4, MostBits = 3, MostCompared = 20_000, Side = 16;
    private const double LeastCorrelation = 0.985;

    /// <summary>Pairs of nearly equal images among <paramref name="candidates"/>, which are all different; in order. None in pictures of less than 16x16 pixels, which tell too little.</summary>
    public static List<(int First, int Second, double Similarity)> Find(ImageSet set, int[] candidates)
    {
        if (set.Shape.Height < Side || set.Shape.Width < Side)
            return [];
        var hashes = new ulong[candidates.Length];
        Parallel.For(0, candidates.Length, i => hashes[i] = Hash(set.Image(candidates[i]), set.Shape));
        var pairs = new List<(int First, int Second)>();
        var order = new int[candidates.Length];
        for (int band = 0; band < Bands; band++)
        {
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
            var keys = Array.ConvertAll(hashes, h => (ushort)(h >> 16 * band));
            Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a] - keys[b] : a - b);
            for (int i = 0; i < order.Length; i++)
                for (int j = i + 1; j < order.Length && keys[order[j]] == keys[order[i]] && j - i <= MostCompared; j++)
                {
                    ulong difference = hashes[order[i]] ^ hashes[order[j]];
                    if (BitOperations.PopCount(difference) <= MostBits && !AgreeBefore(difference, band))
                        pairs.Add((order[i], order[j]));
                }
        }

        var similarity = new double[pairs.Count];
        Parallel.For(0, pairs.Count, k => similarity[k] = Correlation(set, candidates[pairs[k].First], candidates[pairs[k].Second]));
        var found = new List<(int First, int Second, double Similarity)>();
        for (int k = 0; k < pairs.Count; k++)
            if (similarity[k] >= LeastCorrelation)
                found.Add((candidates[pairs[k].First], candidates[pairs[k].Second], similarity[k]));
        found.Sort();
        return found;
    }

    // Pairs that share an earlier part were compared there.
    private static bool AgreeBefore(ulong difference, int band)
    {
        for (int b = 0; b < band; b++)
            if ((ushort)(difference >> 16 * b) == 0)
                return true;
        return false;
    }

    private static ulong Hash(ReadOnlySpan<byte> image, ImageShape shape)
    {
        Span<float> grey = stackalloc float[9 * 8];
        Shrink(image, shape, grey, 8, 9);
        ulong hash = 0;
        for (int y = 0; y < 8; y++)
            for (int x = 0; x < 8; x++)
                hash = hash << 1 | (grey[9 * y + x] > grey[9 * y + x + 1] + 2 ? 1UL : 0);
        return hash;
    }

    private static double Correlation(ImageSet set, int first, int second)
    {
        Span<float> a = stackalloc float[Side * Side], b = stackalloc float[Side * Side];
        Shrink(set.Image(first), set.Shape, a, Side, Side);
        Shrink(set.Image(second), set.Shape, b, Side, Side);
        double meanA = 0, meanB = 0, ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
            (meanA, meanB) = (meanA + a[i] / a.Length, meanB + b[i] / a.Length);
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i] - meanA, y = b[i] - meanB;
            (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y);
        }

        // Two even pictures are alike, whatever their tone.
        const double Even = 1;
        return aa < Even && bb < Even ? 1 : aa < Even || bb < Even ? 0 : ab / Math.Sqrt(aa * bb);
    }

    // Means over areas, all channels together.
    private static void Shrink(ReadOnlySpan<byte> image, ImageShape shape, Span<float> into, int height, int width)
    {
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                int top = y * shape.Height / height, bottom = Math.Max(top + 1, (y + 1) * shape.Height / height);
                int left = x * shape.Width / width, right = Math.Max(left + 1, (x + 1) * shape.Width / width), sum = 0;
                for (int row = top; row < bottom; row++)
                    foreach (byte value in image.Slice((row * shape.Width + left) * shape.Channels, (right - left) * shape.Channels))
                        sum += value;
                into[y * width + x] = (float)sum / ((bottom - top) * (right - left) * shape.Channels);
            }
    }
}
