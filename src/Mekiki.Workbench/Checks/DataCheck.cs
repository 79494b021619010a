using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Checks;

/// <summary>Looks through a set before anyone trains on it.</summary>
public static class DataCheck
{
    /// <summary>Counts classes, sizes and modes, and finds duplicates, near-duplicates and files that cannot be read.</summary>
    /// <param name="source">A known name or a path.</param>
    /// <param name="options">How the images are read; null: as usual.</param>
    /// <param name="stage">Told what is done now, in a few words; null: nobody looks.</param>
    /// <param name="group">Which images belong together, see <see cref="DataOptions.Group"/>; null: each stands alone.</param>
    /// <exception cref="MekikiException">There is no image at all, or the pattern of groups matches none.</exception>
    public static DataReport Run(string source, ImageSetOptions? options = null, IProgress<string>? stage = null, string? group = null) => Find(source, options, stage, group).Report;

    /// <summary>The same, with the images.</summary>
    /// <inheritdoc cref="Run"/>
    internal static DataFindings Find(string source, ImageSetOptions? options, IProgress<string>? stage, string? group)
    {
        options = (options ?? new ImageSetOptions()) with { LeastClasses = 1, Strict = false };
        stage?.Report("reading images");
        var set = ImageSet.Open(source, options);
        stage?.Report("reading headers");
        var (sizes, modes) = Headers(source, options, set);
        var groups = group is null ? null : ImageGroups.Of(set, group);
        return Of(set, source, sizes, modes, groups, Split.OwnOf(set), stage);
    }

    /// <summary>What is true of images that are open already; of their files, that they have the set's size.</summary>
    /// <param name="set">The images.</param>
    /// <param name="groups">Which belong together; null: each stands alone.</param>
    /// <param name="split">Their parts; null: they have none.</param>
    internal static DataFindings Of(ImageSet set, ImageGroups? groups, Split? split) => Of(set, set.Source, [SizeOf(set)], [], groups, split, null);

    private static DataFindings Of(ImageSet set, string source, CountOf[] sizes, CountOf[] modes, ImageGroups? groups, Split? split, IProgress<string>? stage)
    {
        int[] counts = set.CountPerTarget([.. Enumerable.Range(0, set.Count)]);
        stage?.Report("looking for equal images");
        var duplicates = EqualImages.Groups(set);
        var copies = new HashSet<int>(duplicates.SelectMany(group => group.Skip(1)));
        stage?.Report("looking for nearly equal images");
        var near = NearDuplicates.Find(set, [.. Enumerable.Range(0, set.Count).Where(i => !copies.Contains(i))]);
        // What was left out stands in a list of its own.
        var notes = new List<string>(set.Notes.Where(n => set.Found?.LeftOut.Any(r => r.ToNote() == n) != true));
        if (set.IsMultiLabel)
            notes.Add($"Images have any number of labels each: {set.Targets.Count:N0} labels in {set.Classes.Count:N0} combinations.");
        if (set.Classes.Count < 2)
            notes.Add("There is only one class; training needs two or more.");
        if (counts.Count(c => c == 1) is var few and > 0)
            notes.Add($"{few:N0} {(few == 1 ? "class has" : "classes have")} one image only, which cannot both train and test.");
        // Of a single image it is said already.
        notes.AddRange(TrainingWarnings.Rare(set, Array.ConvertAll(counts, n => n == 1 ? 0 : n), "images"));
        if (groups is not null)
            notes.AddRange([groups.Describe(), .. split is not null ? [split.Straddling(groups)] : Array.Empty<string>(), .. TrainingWarnings.OfOneGroup(set, groups)]);
        if (NameSeries.Note(set) is { } series)
            notes.Add(series);
        var report = new DataReport(
            source, set.Count, [.. set.Targets.Select((name, c) => new CountOf(name, counts[c]))], sizes, modes,
            (double)counts.Max() / counts.Min(),
            [.. duplicates.Select(group => (IReadOnlyList<string>)[.. group.Select(i => set.Names[i]).Order(NaturalOrder.Instance)])],
            duplicates.Count(group => group.Any(i => set.Labels[i] != set.Labels[group[0]])),
            [.. near.Select(pair => new NearDuplicate(set.Names[pair.First], set.Names[pair.Second], pair.Similarity, set.Labels[pair.First] != set.Labels[pair.Second]))],
            [.. set.Skipped.OrderBy(s => s.Name, NaturalOrder.Instance)], set.Found, notes, set.Fingerprint);
        return new(set, report, duplicates, near, groups, split);
    }

    private static (CountOf[] Sizes, CountOf[] Modes) Headers(string source, ImageSetOptions options, ImageSet set)
    {
        if (ImageSet.ReadHeaders(source, options) is not { } headers)
            return ([SizeOf(set)], []);
        // Of damaged files, and of such outside the parts, the header may be whole.
        var read = set.Names.ToHashSet(StringComparer.Ordinal);
        var readable = headers.Where(h => read.Contains(h.Name)).ToArray();
        return (Counted(readable.Select(h => $"{h.Width}x{h.Height}")), Counted(readable.Select(h => h.Mode.ToString().ToLowerInvariant())));
    }

    private static CountOf SizeOf(ImageSet set) => new($"{set.Shape.Width}x{set.Shape.Height}", set.Count);

    private static CountOf[] Counted(IEnumerable<string> values) =>
        [.. values.CountBy(v => v).Select(c => new CountOf(c.Key, c.Value)).OrderByDescending(c => c.Count).ThenBy(c => c.Name, StringComparer.Ordinal)];
}
