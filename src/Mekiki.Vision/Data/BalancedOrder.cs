namespace Mekiki.Vision.Data;

/// <summary>An epoch in which every class comes equally often.</summary>
/// <remarks>
/// Each class is gone through in random order, again and again, until it has its share; so no image comes twice before all
/// of its class came once. Japkowicz, Stephen, "The Class Imbalance Problem: A Systematic Study", Intelligent Data Analysis 6,
/// 2002, section 4. Differs from the paper: large classes give less and small ones more, so that the epoch is as long as before.
/// </remarks>
internal static class BalancedOrder
{
    /// <summary>Fills <paramref name="order"/> with images of <paramref name="subset"/>.</summary>
    public static void Draw(ImageSet set, ReadOnlySpan<int> subset, ref Generator generator, Span<int> order)
    {
        var members = new List<int>[set.Classes.Count];
        foreach (int image in subset)
            (members[set.Labels[image]] ??= []).Add(image);
        int[][] classes = [.. members.Where(m => m is not null).Select(m => m.ToArray())];
        // Which classes get one image more, when the shares are no whole numbers, is drawn anew in each epoch.
        generator.Shuffle(classes.AsSpan());
        int filled = 0;
        for (int c = 0; c < classes.Length; c++)
        {
            int share = order.Length / classes.Length + (c < order.Length % classes.Length ? 1 : 0);
            for (int i = 0; i < share; i++)
            {
                if (i % classes[c].Length == 0)
                    generator.Shuffle(classes[c].AsSpan());
                order[filled++] = classes[c][i % classes[c].Length];
            }
        }

        generator.Shuffle(order);
    }
}
