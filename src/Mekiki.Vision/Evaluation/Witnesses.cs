namespace Mekiki.Vision.Evaluation;

/// <summary>One image of each group, since images of one group are no independent witnesses.</summary>
/// <remarks>
/// It is drawn, not the first: sets are in the order of their classes, so that first images would be of the first classes, and speak for
/// these alone. It counts as much as its group is large, so that witnesses speak for all images, not for a random group's: Dunn,
/// Wasserman, Ramdas, "Distribution-Free Prediction Sets for Two-Layer Hierarchical Models", arXiv:1809.07441, section 3.3; the weights are
/// those of Tibshirani, Barber, Candès, Ramdas, "Conformal Prediction Under Covariate Shift", NeurIPS 2019, equation 7.
/// </remarks>
internal static class Witnesses
{
    private const ulong Purpose = 0x5749_544E_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>Draws them.</summary>
    /// <param name="groups">(N): the images' groups.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>Numbers of images in [0, N), ascending, one of each group, and how many images that group has.</returns>
    public static (int Image, int Weight)[] Of(ReadOnlySpan<int> groups, ulong seed)
    {
        // Of the images of a group that came so far, each is chosen with equal probability.
        var generator = new Generator(seed, Purpose);
        var chosen = new Dictionary<int, (int Image, int Seen)>();
        for (int n = 0; n < groups.Length; n++)
        {
            var (image, seen) = chosen.GetValueOrDefault(groups[n]);
            chosen[groups[n]] = (generator.NextInt32(seen + 1) == 0 ? n : image, seen + 1);
        }

        return [.. chosen.Values.OrderBy(c => c.Image)];
    }

    /// <summary>How many equally large groups tell as much: (Σ w)² / Σ w².</summary>
    public static double Effective(IReadOnlyList<(double Score, int Weight)> witnesses)
    {
        double sum = witnesses.Sum(w => (double)w.Weight), squares = witnesses.Sum(w => (double)w.Weight * w.Weight);
        return squares > 0 ? sum * sum / squares : 0;
    }
}
