using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>What a person decided about labels, as the label desk of a report saves it: columns image, class, decision (keep, relabel or leave-out) and label, the new class.</summary>
/// <remarks>Nothing is changed in the folder of the images; the decisions are applied whenever the set is opened with them.</remarks>
internal static class LabelDecisions
{
    private static readonly string[] head = ["image", "class", "decision", "label"];

    /// <summary>The set with other labels, and without the images that are left out.</summary>
    /// <param name="set">The images.</param>
    /// <param name="path">The file of decisions.</param>
    /// <exception cref="MekikiException">It cannot be read, or speaks of images, classes or decisions that there are not; the first ten problems are named.</exception>
    public static ImageSet Apply(ImageSet set, string path)
    {
        var rows = Rows(path);
        Dictionary<string, int> images = new(StringComparer.Ordinal), classes = new(StringComparer.Ordinal);
        for (int i = 0; i < set.Count; i++)
            images[ComposedName.Of(set.Names[i])] = i;
        for (int c = 0; c < set.Classes.Count; c++)
            classes[ComposedName.Of(set.Classes[c])] = c;
        int[] labels = set.Labels.ToArray();
        var leftOut = new HashSet<int>();
        var judged = new HashSet<int>();
        var problems = new WrongLines();
        int kept = 0, relabelled = 0;
        foreach (var (line, fields) in rows)
        {
            if (fields.Length != 4)
                problems.Add(line, $"expected image, class, decision and label, got {fields.Length} fields");
            else if (!images.TryGetValue(ComposedName.Of(fields[0]), out int image))
                problems.Add(line, $"{FileText.Short(fields[0])} is not in {set.Source}");
            else if (ComposedName.Of(set.Classes[set.Labels[image]]) != ComposedName.Of(fields[1]))
                problems.Add(line, $"{FileText.Short(fields[0])} is of class {FileText.Short(set.Classes[set.Labels[image]])} in {set.Source}, {FileText.Short(fields[1])} in the file");
            else if (!judged.Add(image))
                problems.Add(line, $"{FileText.Short(fields[0])} stands twice");
            else if (fields[2] == "leave-out")
                leftOut.Add(image);
            else if (fields[2] == "keep")
                kept++;
            else if (fields[2] != "relabel")
                problems.Add(line, $"expected keep, relabel or leave-out, got '{FileText.Short(fields[2])}'");
            else if (!classes.TryGetValue(ComposedName.Of(fields[3]), out labels[image]))
                problems.Add(line, $"expected a class of {set.Source} as the new label, got '{FileText.Short(fields[3])}'");
            else
                relabelled++;
        }

        if (problems.Count > 0)
            throw new MekikiException($"{path}: expected decisions about images of {set.Source}, got {problems}. Use the data that the report was made of.");
        if (leftOut.Count == set.Count)
            throw new MekikiException($"{path}: expected that some images stay, got all {set.Count:N0} left out. Correct the file.");
        string note = $"{path}: {relabelled:N0} labels are changed, {leftOut.Count:N0} images left out, {kept:N0} kept as they are.";
        return set.With(labels, [.. Enumerable.Range(0, set.Count).Where(i => !leftOut.Contains(i))], note);
    }

    private static IEnumerable<(int Line, string[] Fields)> Rows(string path)
    {
        bool isFirst = true;
        foreach (var row in CsvFile.Read(path, "decisions about labels"))
        {
            if (isFirst && !row.Fields.SequenceEqual(head))
                throw WrongHead(path, string.Join(',', row.Fields.Take(head.Length + 1)));
            if (!isFirst)
                yield return row;
            isFirst = false;
        }

        if (isFirst)
            throw WrongHead(path, "");
    }

    private static MekikiException WrongHead(string path, string got) => new($"{path}: expected the first line '{string.Join(',', head)}', got '{FileText.Short(got)}'. Give the file that the label desk of a report saved.");
}
