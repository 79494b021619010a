using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Checks;

/// <summary>Finds classes whose images all come from one series, such as one burst of a camera or one book: by names that share a prefix and end with numbers.</summary>
internal static class NameSeries
{
    private const int MostNamed = 3;

    /// <summary>A sentence about such classes, or null. Only where at least half of the classes come from several series: else names are numbered by class, and tell nothing.</summary>
    public static string? Note(ImageSet set)
    {
        var first = new string?[set.Classes.Count];
        var counts = new int[set.Classes.Count];
        var hasSeveral = new bool[set.Classes.Count];
        for (int i = 0; i < set.Count; i++)
        {
            int label = set.Labels[i];
            var prefix = Prefix(set.Names[i]);
            if (first[label] is not { } known)
                first[label] = prefix.ToString();
            else
                hasSeveral[label] |= !prefix.SequenceEqual(known);
            counts[label]++;
        }

        int[] alone = [.. Enumerable.Range(0, counts.Length).Where(c => counts[c] > 1 && !hasSeveral[c] && first[c] is { Length: > 0 })];
        return alone.Length > 0 && 2 * hasSeveral.Count(several => several) >= counts.Length
            ? $"{alone.Length:N0} {(alone.Length == 1 ? "class has" : "classes have")} images of one series alone, by their names ({string.Join(", ", alone.Take(MostNamed).Select(c => $"{set.Classes[c]}: {first[c]}…"))}{(alone.Length > MostNamed ? "; …" : "")}): the network may learn the series in place of the class, and a test on images of that series does not show it. Add images from elsewhere."
            : null;
    }

    // A file's name up to the number that it ends with; without one, the whole name.
    private static ReadOnlySpan<char> Prefix(string name)
    {
        var own = name.AsSpan(name.LastIndexOf('/') + 1);
        int dot = own.LastIndexOf('.');
        own = dot > 0 ? own[..dot] : own;
        return own.TrimEnd("0123456789") is var prefix && prefix.Length < own.Length ? prefix : own;
    }
}
