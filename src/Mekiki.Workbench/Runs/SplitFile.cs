using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Runs;

/// <summary>A split as <c>split.csv</c>: columns image, class, part (train, validation or test), a row for each image used, in order.</summary>
public static class SplitFile
{
    private const string Head = "image,class,part";

    /// <summary>Writes the file; it appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, ImageSet set, Split split)
    {
        var text = new StringBuilder(Head).Append('\n');
        Append(split.Train, "train");
        Append(split.Validation, "validation");
        Append(split.Test, "test");
        OutputFile.Write(path, text.ToString());

        void Append(int[] part, string name)
        {
            foreach (int i in part)
                text.Append(Csv.Quote(set.Names[i])).Append(',').Append(Csv.Quote(set.Classes[set.Labels[i]])).Append(',').Append(name).Append('\n');
        }
    }

    /// <summary>Reads a split back and finds its images in <paramref name="set"/>.</summary>
    /// <exception cref="MekikiException">The file is damaged, or made for other images; the first ten problems are named.</exception>
    public static Split Read(string path, ImageSet set)
    {
        string[] lines = Lines(path);
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < set.Count; i++)
            index[set.Names[i]] = i;

        List<int> train = [], validation = [], test = [];
        var problems = new List<string>();
        var used = new HashSet<int>();
        for (int line = 1; line < lines.Length; line++)
        {
            string[] fields = Csv.Split(lines[line].TrimEnd('\r'));
            if (fields.Length != 3 || fields[2] is not ("train" or "validation" or "test"))
                problems.Add($"line {line + 1}: expected image, class and train, validation or test, got '{lines[line]}'");
            else if (!index.TryGetValue(fields[0], out int image))
                problems.Add($"line {line + 1}: {fields[0]} is not in {set.Source}");
            else if (set.Classes[set.Labels[image]] != fields[1])
                problems.Add($"line {line + 1}: {fields[0]} is of class {set.Classes[set.Labels[image]]} in {set.Source}, {fields[1]} in the file");
            else if (!used.Add(image))
                problems.Add($"line {line + 1}: {fields[0]} stands twice");
            else
                (fields[2] switch { "train" => train, "test" => test, _ => validation }).Add(image);
        }

        if (problems.Count > 0)
            throw new MekikiException($"{path}: expected a split of {set.Source}, got {problems.Count:N0} wrong lines: {string.Join("; ", problems.Take(10))}{(problems.Count > 10 ? "; …" : "")}. Use the data that the run was made with.");
        return new Split([.. train], [.. test], []) { Validation = [.. validation] };
    }

    /// <summary>Names and classes of a part's images, whatever set they are of; empty where there is no such file.</summary>
    /// <exception cref="MekikiException">The file is no split.</exception>
    internal static HashSet<(string Image, string Class)> NamesOf(string path, string part) =>
        File.Exists(path) ? [.. Lines(path).Skip(1).Select(line => Csv.Split(line.TrimEnd('\r'))).Where(f => f.Length == 3 && f[2] == part).Select(f => (f[0], f[1]))] : [];

    private static string[] Lines(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllText(path, Encoding.UTF8).TrimEnd('\n').Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a split file, got: {e.Message} Check the path.", e);
        }

        return lines[0].TrimEnd('\r') == Head ? lines : throw new MekikiException($"{path}: expected the first line '{Head}', got '{lines[0]}'. Give the split.csv of a run.");
    }
}
