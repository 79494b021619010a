namespace Mekiki.Vision.Data;

/// <summary>Deals groups of images out to parts: no group is in two parts, every class keeps its share in each as well as the groups allow, and the parts have the wanted sizes as nearly.</summary>
/// <remarks>
/// Greedy: the groups, in random order and then the largest first, go one after another where their classes are scarcest, measured as
/// the share of what the part shall have of each class. As scikit-learn's StratifiedGroupKFold does; differs from it: parts of any sizes.
/// </remarks>
internal static class GroupedParts
{
    private const ulong Purpose = 0x4752_4F55_5000_0001; // keeps these draws apart from other uses of a seed

    /// <param name="set">The images.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="images">Indices of those that are dealt out.</param>
    /// <param name="sizes">How many images each part shall have; their sum is the number of images.</param>
    /// <param name="seed">Equal seeds give equal parts.</param>
    /// <returns>Each part's images, in the order of <paramref name="images"/>.</returns>
    public static List<int>[] Deal(ImageSet set, ImageGroups groups, ReadOnlySpan<int> images, int[] sizes, ulong seed)
    {
        var members = new Dictionary<int, List<int>>();
        var perClass = new double[set.Classes.Count];
        foreach (int image in images)
        {
            if (!members.TryGetValue(groups[image], out var group))
                members[groups[image]] = group = [];
            group.Add(image);
            perClass[set.Labels[image]]++;
        }

        int total = images.Length;
        int[] order = [.. members.Keys.Order()];
        new Generator(seed, Purpose).Shuffle(order.AsSpan());
        order = [.. order.OrderByDescending(g => members[g].Count)];

        var partOf = new Dictionary<int, int>(order.Length);
        var dealt = new int[sizes.Length];
        var dealtOf = new double[sizes.Length, perClass.Length];
        foreach (int group in order)
        {
            int part = Scarcest(members[group]);
            partOf[group] = part;
            dealt[part] += members[group].Count;
            foreach (int image in members[group])
                dealtOf[part, set.Labels[image]]++;
        }

        var parts = Array.ConvertAll(sizes, n => new List<int>(n));
        foreach (int image in images)
            parts[partOf[groups[image]]].Add(image);
        return parts;

        // Where the group's images are most wanted; a part that is full takes none as long as another has room.
        int Scarcest(List<int> group)
        {
            int best = -1;
            double least = 0;
            bool hasRoom = false;
            for (int part = 0; part < sizes.Length; part++)
            {
                if (sizes[part] == 0)
                    continue;
                double filled = 0, share = (double)sizes[part] / total;
                foreach (int image in group)
                    filled += dealtOf[part, set.Labels[image]] / (perClass[set.Labels[image]] * share);
                filled = filled / group.Count + (double)dealt[part] / sizes[part];
                bool fits = dealt[part] + group.Count <= sizes[part];
                if (best < 0 || (fits && !hasRoom) || (fits == hasRoom && filled < least))
                    (best, least, hasRoom) = (part, filled, fits);
            }

            return best;
        }
    }
}
