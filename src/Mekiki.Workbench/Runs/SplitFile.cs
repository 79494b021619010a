using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Runs;

/// <summary>A split as <c>split.csv</c>: columns image, class, part (train, validation or test), a row for each image used, in order.</summary>
public static class SplitFile
{
    private static readonly string[] head = ["image", "class", "part"];

    /// <summary>Writes the file; it appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string path, ImageSet set, Split split)
    {
        var text = new StringBuilder(string.Join(',', head)).Append('\n');
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
        var rows = Rows(path);
        var index = new Dictionary<string, int>(set.Count, StringComparer.Ordinal);
        for (int i = 0; i < set.Count; i++)
            index[set.Names[i]] = i;
        Dictionary<string, int>? composed = null;
        List<int> train = [], validation = [], test = [];
        var problems = new WrongLines();
        var used = new bool[set.Count];
        foreach (var (line, fields) in rows)
        {
            if (fields.Length != 3 || fields[2] is not ("train" or "validation" or "test"))
                problems.Add(line, $"expected image, class and train, validation or test, got '{FileText.Short(string.Join(',', fields.Take(4)))}'");
            // Where the data lie now, the same names may be written in the other form.
            else if (Find(fields[0]) is not (>= 0 and var image))
                problems.Add(line, $"{FileText.Short(fields[0])} is not in {set.Source}");
            else if (set.Classes[set.Labels[image]] is var own && own != fields[1] && ComposedName.Of(own) != ComposedName.Of(fields[1]))
                problems.Add(line, $"{FileText.Short(fields[0])} is of class {FileText.Short(set.Classes[set.Labels[image]])} in {set.Source}, {FileText.Short(fields[1])} in the file");
            else if (used[image])
                problems.Add(line, $"{FileText.Short(fields[0])} stands twice");
            else
            {
                used[image] = true;
                (fields[2] switch { "train" => train, "test" => test, _ => validation }).Add(image);
            }
        }

        if (problems.Count > 0)
            throw new MekikiException($"{path}: expected a split of {set.Source}, got {problems}. Use the data that the run was made with.");
        return new Split([.. train], [.. test], []) { Validation = [.. validation] };

        int Find(string name)
        {
            if (index.TryGetValue(name, out int image))
                return image;
            if (composed is null)
            {
                composed = new(StringComparer.Ordinal);
                for (int i = 0; i < set.Count; i++)
                    composed[ComposedName.Of(set.Names[i])] = i;
            }

            return composed.TryGetValue(ComposedName.Of(name), out image) ? image : -1;
        }
    }

    /// <summary>Names and classes of a part's images, whatever set they are of; empty where there is no such file.</summary>
    /// <exception cref="MekikiException">The file is no split.</exception>
    internal static HashSet<(string Image, string Class)> NamesOf(string path, string part) =>
        File.Exists(path) ? [.. Rows(path).Select(r => r.Fields).Where(f => f.Length == 3 && f[2] == part).Select(f => (f[0], f[1]))] : [];

    private static IEnumerable<(int Line, string[] Fields)> Rows(string path)
    {
        bool isFirst = true;
        foreach (var row in CsvFile.Read(path, "a split file"))
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

    private static MekikiException WrongHead(string path, string got) => new($"{path}: expected the first line '{string.Join(',', head)}', got '{FileText.Short(got)}'. Give the split.csv of a run.");
}
