namespace Mekiki.Vision.Data;

/// <summary>Counts files that are not read, by reason, while a set is looked through.</summary>
internal sealed class LeftOutList
{
    private readonly Dictionary<string, (int Count, List<string> Names)> reasons = new(StringComparer.Ordinal);

    public void Add(string reason, string name, int count = 1)
    {
        var (known, names) = reasons.GetValueOrDefault(reason, (0, []));
        // The first by name, whatever order the files are found in.
        if (names.Count < LeftOutFiles.MostExamples || string.CompareOrdinal(name, names[^1]) < 0)
        {
            names.Add(name);
            names.Sort(StringComparer.Ordinal);
            if (names.Count > LeftOutFiles.MostExamples)
                names.RemoveAt(names.Count - 1);
        }

        reasons[reason] = (known + count, names);
    }

    /// <summary>The reasons, the most frequent first.</summary>
    public LeftOutFiles[] All() => reasons.Count == 0
        ? []
        : [.. reasons.Where(r => r.Value.Count > 0).Select(r => new LeftOutFiles(r.Key, r.Value.Count, [.. r.Value.Names])).OrderByDescending(r => r.Files).ThenBy(r => r.Reason, StringComparer.Ordinal)];

    /// <summary>A sentence for each reason.</summary>
    public IEnumerable<string> Sentences() => All().Select(r => r.ToNote());

    /// <summary>The same counts, to go on counting.</summary>
    public LeftOutList Copy()
    {
        var copy = new LeftOutList();
        foreach (var (reason, (count, names)) in reasons)
            copy.reasons[reason] = (count, [.. names]);
        return copy;
    }
}
