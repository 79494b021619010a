using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Checks;

/// <summary>What <see cref="DataCheck"/> found, with the images themselves.</summary>
/// <param name="Set">The images.</param>
/// <param name="Report">What was found, by name.</param>
/// <param name="Equal">Groups of images with equal pixels, by index.</param>
/// <param name="Near">Pairs of nearly equal images, by index.</param>
/// <param name="Groups">Which belong together; null: each stands alone.</param>
/// <param name="Split">Their parts; null: they have none.</param>
internal sealed record DataFindings(
    ImageSet Set, DataReport Report, IReadOnlyList<int[]> Equal, IReadOnlyList<(int First, int Second, double Similarity)> Near, ImageGroups? Groups, Split? Split)
{
    /// <summary>The parts that have images, in the order of a training.</summary>
    public IReadOnlyList<SplitPart> Parts => Split is null ? [] : [.. new[] { SplitPart.Train, SplitPart.Validation, SplitPart.Test }.Where(p => Split.Of(p).Length > 0)];

    /// <summary>What two parts share, for each pair of parts: images of the second that the first knows already.</summary>
    public IReadOnlyList<PartLeak> Leaks()
    {
        var partOf = new Dictionary<int, SplitPart>();
        foreach (var part in Parts)
            foreach (int image in Split!.Of(part))
                partOf[image] = part;
        var leaks = new List<PartLeak>();
        for (int a = 0; a < Parts.Count; a++)
            for (int b = a + 1; b < Parts.Count; b++)
            {
                SplitPart first = Parts[a], second = Parts[b];
                var equal = Equal.Where(g => g.Any(i => Is(i, first))).SelectMany(g => g.Where(i => Is(i, second))).ToHashSet();
                var near = Near.Where(n => Is(n.First, first) && Is(n.Second, second)).Select(n => n.Second).Concat(Near.Where(n => Is(n.First, second) && Is(n.Second, first)).Select(n => n.First)).ToHashSet();
                var known = Groups is null ? [] : Split!.Of(first).Select(i => Groups[i]).ToHashSet();
                var mates = Groups is null ? [] : Split!.Of(second).Where(i => known.Contains(Groups[i])).ToHashSet();
                leaks.Add(new(first, second, Split!.Of(second).Length, equal.Count, near.Count, Groups is null ? null : mates.Count, equal.Union(near).Union(mates).Count()));
            }

        return leaks;

        bool Is(int image, SplitPart part) => partOf.TryGetValue(image, out var own) && own == part;
    }
}

/// <summary>Images of one part of a set that resemble images of another, so that figures on them are too good.</summary>
/// <param name="First">The part that is known, such as the training part.</param>
/// <param name="Second">The other.</param>
/// <param name="Images">How many images that one has.</param>
/// <param name="Equal">How many of them equal an image of the first.</param>
/// <param name="Near">How many nearly equal one.</param>
/// <param name="Mates">How many have a mate of their group there; null: there are no groups.</param>
/// <param name="Any">How many of them are any of the three.</param>
internal readonly record struct PartLeak(SplitPart First, SplitPart Second, int Images, int Equal, int Near, int? Mates, int Any);
