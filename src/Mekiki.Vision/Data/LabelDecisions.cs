using System.Text;
using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>What a person decided about labels, as the label desk of a report saves it: columns image, class, decision (keep, relabel or leave-out) and label, the new class.</summary>
/// <remarks>Nothing is changed in the folder of the images; the decisions are applied whenever the set is opened with them.</remarks>
internal static class LabelDecisions
{
    private const string Head = "image,class,decision,label";
    private const long MostBytes = 1L << 28;

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
        var problems = new List<string>();
        int kept = 0, relabelled = 0;
        foreach (var (line, fields) in rows)
        {
            if (fields.Length != 4)
                problems.Add($"line {line}: expected image, class, decision and label, got {fields.Length} fields");
            else if (!images.TryGetValue(ComposedName.Of(fields[0]), out int image))
                problems.Add($"line {line}: {FileText.Short(fields[0])} is not in {set.Source}");
            else if (ComposedName.Of(set.Classes[set.Labels[image]]) != ComposedName.Of(fields[1]))
                problems.Add($"line {line}: {FileText.Short(fields[0])} is of class {set.Classes[set.Labels[image]]} in {set.Source}, {FileText.Short(fields[1])} in the file");
            else if (!judged.Add(image))
                problems.Add($"line {line}: {FileText.Short(fields[0])} stands twice");
            else if (fields[2] == "leave-out")
                leftOut.Add(image);
            else if (fields[2] == "keep")
                kept++;
            else if (fields[2] != "relabel")
                problems.Add($"line {line}: expected keep, relabel or leave-out, got '{FileText.Short(fields[2])}'");
            else if (!classes.TryGetValue(ComposedName.Of(fields[3]), out labels[image]))
                problems.Add($"line {line}: expected a class of {set.Source} as the new label, got '{FileText.Short(fields[3])}'");
            else
                relabelled++;
        }

        if (problems.Count > 0)
            throw new MekikiException($"{path}: expected decisions about images of {set.Source}, got {problems.Count:N0} wrong lines: {string.Join("; ", problems.Take(10))}{(problems.Count > 10 ? "; …" : "")}. Use the data that the report was made of.");
        if (leftOut.Count == set.Count)
            throw new MekikiException($"{path}: expected that some images stay, got all {set.Count:N0} left out. Correct the file.");
        string note = $"{path}: {relabelled:N0} labels are changed, {leftOut.Count:N0} images left out, {kept:N0} kept as they are.";
        return set.With(labels, [.. Enumerable.Range(0, set.Count).Where(i => !leftOut.Contains(i))], note);
    }

    private static IEnumerable<(int Line, string[] Fields)> Rows(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MostBytes)
                throw new IOException($"it has more than {MostBytes:N0} bytes.");
            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected decisions about labels, got: {e.Message} Check the path.", e);
        }

        string first = text.Split('\n', 2)[0].TrimEnd('\r');
        return first == Head ? CsvRecords.Of(text).Skip(1) : throw new MekikiException($"{path}: expected the first line '{Head}', got '{FileText.Short(first)}'. Give the file that the label desk of a report saved.");
    }
}
