namespace Mekiki.Vision.Data;

/// <summary>An epoch's order of a set in shards: shards in random order, and the images of a few of them at a time in random order.</summary>
/// <remarks>What is read next lies in a few places of the disk. Sets of <see cref="Window"/> shards or fewer have any order of all images.</remarks>
internal static class ShardOrder
{
    /// <summary>How many shards are mixed.</summary>
    public const int Window = 8;

    /// <summary>Fills <paramref name="order"/> with the images of <paramref name="subset"/>.</summary>
    /// <param name="starts">The first image of each shard of the set.</param>
    /// <param name="subset">Which images.</param>
    /// <param name="generator">Draws.</param>
    /// <param name="order">Receives them.</param>
    public static void Draw(ReadOnlySpan<int> starts, ReadOnlySpan<int> subset, ref Generator generator, Span<int> order)
    {
        int[] shards = new int[starts.Length], counts = new int[starts.Length];
        for (int s = 0; s < shards.Length; s++)
            shards[s] = s;
        generator.Shuffle(shards.AsSpan());
        foreach (int image in subset)
            counts[ShardOf(starts, image)]++;
        // Where each shard's images begin in the order.
        var places = new int[starts.Length];
        int next = 0;
        foreach (int s in shards)
        {
            places[s] = next;
            next += counts[s];
        }

        foreach (int image in subset)
            order[places[ShardOf(starts, image)]++] = image;
        for (int w = 0, from = 0; w < shards.Length; w += Window)
        {
            int to = places[shards[Math.Min(w + Window, shards.Length) - 1]];
            generator.Shuffle(order[from..to]);
            from = to;
        }
    }

    private static int ShardOf(ReadOnlySpan<int> starts, int image)
    {
        int found = starts.BinarySearch(image);
        return found >= 0 ? found : ~found - 1;
    }
}
