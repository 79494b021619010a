namespace Mekiki.Vision.Data;

/// <summary>An epoch in which rare classes come more often than they are.</summary>
/// <remarks>
/// Each class is gone through in random order, again and again, until it has its share; so no image comes twice before all
/// of its class came once. Equal shares: Japkowicz, Stephen, "The Class Imbalance Problem: A Systematic Study", Intelligent Data
/// Analysis 6, 2002, section 4; other powers, such as the square root: Kang et al., "Decoupling Representation and Classifier for
/// Long-Tailed Recognition", 2020, arXiv:1910.09217, equation 1. Differs from the papers: large classes give less and small ones
/// more, so that the epoch is as long as before.
/// </remarks>
internal static class BalancedOrder
{
    /// <summary>Fills <paramref name="order"/> with images of <paramref name="subset"/>: a class with n of them has a share of n^(1 - <paramref name="balance"/>), balance in [0, 1].</summary>
    public static void Draw(ImageSet set, ReadOnlySpan<int> subset, double balance, ref Generator generator, Span<int> order)
    {
        var members = new List<int>[set.Classes.Count];
        foreach (int image in subset)
            (members[set.Labels[image]] ??= []).Add(image);
        int[][] classes = [.. members.Where(m => m is not null).Select(m => m.ToArray())];
        // Which classes get one image more, when the shares are no whole numbers, is drawn anew in each epoch.
        generator.Shuffle(classes.AsSpan());
        double all = classes.Sum(Share), before = 0;
        int filled = 0;
        foreach (int[] images in classes)
        {
            before += Share(images);
            int end = (int)Math.Round(order.Length * (before / all));
            for (int i = 0; filled < end; i++)
            {
                if (i % images.Length == 0)
                    generator.Shuffle(images.AsSpan());
                order[filled++] = images[i % images.Length];
            }
        }

        generator.Shuffle(order);

        double Share(int[] images) => Math.Pow(images.Length, 1 - balance);
    }
}
