using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>Images that a CSV file lists with their classes: columns path and class, and if it has one, the part.</summary>
/// <remarks>
/// Paths are relative to the file. A first line of known words says which column is which (<c>image,class,part</c>, as a run's <c>split.csv</c>
/// has it); without one they are path, class and part. Fields are separated by commas, semicolons or tabs. A column called <c>labels</c> or <c>tags</c> holds any number of
/// labels of an image, separated by semicolons or vertical bars: <c>cat;dog</c>, or nothing.
/// </remarks>
internal sealed class ListedFiles : ImageFiles
{
    private const int LongestHead = 1 << 15;
    private const long MostBytes = 1 << 30;
    private const string Expected = "a CSV file";

    private static readonly string[] pathWords = ["path", "image", "file", "filename", "file_name", "image_path", "image_name", "filepath", "name", "img"];
    private static readonly string[] classWords = ["class", "label", "category", "target", "class_name", "label_name"];
    private static readonly string[] labelsWords = ["labels", "tags"];
    private static readonly string[] partWords = ["part", "split", "set", "subset", "fold"];

    private readonly string folder;
    private readonly ClassLayout layout;

    private ListedFiles(string folder, ClassLayout layout) => (this.folder, this.layout) = (folder, layout);

    /// <summary>Whether a path is taken for such a file.</summary>
    public static bool IsList(string path) => Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv";

    /// <exception cref="MekikiException">It cannot be read, or is no such list; the first ten problems are named.</exception>
    public static ListedFiles Open(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var rows = new Dictionary<string, (string Class, SplitPart? Part, int Line)>(StringComparer.Ordinal);
        var problems = new WrongLines();
        var refused = new List<SkippedImage>();
        var leftOut = new LeftOutList();
        int seen = 0;
        foreach (var (line, image, label, partName) in Rows(path))
        {
            seen++;
            string name = image.Replace('\\', '/');
            var part = partName.Length == 0 ? null : PartNames.Whole(partName);
            if (name.Length == 0 || label.Trim().Length == 0)
                problems.Add(line, $"expected a path and a class, got '{FileText.Short(image)}' and '{FileText.Short(label)}'");
            else if (partName.Length > 0 && part is null)
                problems.Add(line, $"expected train, validation or test, got '{FileText.Short(partName)}'");
            else if (FileRules.IsTooLong(name))
                refused.Add(new(FileText.Short(name), FileRules.TooLong));
            else if (!rows.TryGetValue(name, out var known))
                rows[name] = (label, part, line);
            else if (known.Class != label || known.Part != part)
                problems.Add(line, $"'{FileText.Short(name)}' has another class or part than in line {known.Line}");
            else
                leftOut.Add(LeftOutReasons.Twice, name);
        }

        if (rows.Values.Any(r => r.Part is null) && rows.FirstOrDefault(r => r.Value.Part is not null) is { Key: not null } given)
            problems.Add(given.Value.Line, $"expected a part for all images or for none, got one here and none elsewhere");
        if (problems.Count == 0)
            RefuseNumbers(path, rows);
        if (problems.Count > 0)
            throw new MekikiException($"{path}: expected a path and a class in each line, got {problems}. Correct the file.");
        var usable = new List<(string Name, string Version)>(rows.Count);
        foreach (string name in rows.Keys)
            Take(name);
        var files = usable.ToArray();
        Sort(files, f => f.Name);
        string[] names = Array.ConvertAll(files, f => f.Name);
        string[] versions = Array.ConvertAll(files, f => f.Version);
        FileVersions.Refine(Array.ConvertAll(files, f => Path.Join(folder, f.Name)), versions);
        return new ListedFiles(folder, LayoutOf(path, names, Array.ConvertAll(names, n => rows[n].Class), Array.ConvertAll(names, n => rows[n].Part)))
        {
            Names = names,
            Versions = [.. files.Select((f, i) => $"{versions[i]}|{rows[f.Name].Class}|{rows[f.Name].Part}")],
            Refused = refused,
            LeftOut = leftOut,
            Seen = seen,
        };

        void Take(string name)
        {
            string file = Path.Combine(folder, name);
            try
            {
                long length = RegularFile.LengthOf(file);
                if (!FileRules.IsImage(file, FileRules.Of(Path.GetFileName(name.AsSpan()))))
                    leftOut.Add(LeftOutReasons.NoImage, name);
                else
                    usable.Add((name, FileVersions.Of(length, File.GetLastWriteTimeUtc(file).Ticks)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                refused.Add(new(name, e is UnauthorizedAccessException ? $"cannot be opened: {e.Message}" : Directory.Exists(file) ? "expected an image, got a folder" : "expected an image, got no such file"));
            }
        }
    }

    public override ClassLayout Layout(string source, ImageSetOptions options) => AsFolders(source, options) ?? layout;

    protected override ReadOnlySpan<byte> Read(int index, Buffers buffers)
    {
        int length = RegularFile.Read(Path.Combine(folder, Names[index]), ref buffers.File);
        return buffers.File.AsSpan(0, length);
    }

    // As a folder of the same images is read, with its order of classes and its parts, if the paths say the very same as the list.
    private ClassLayout? AsFolders(string source, ImageSetOptions options)
    {
        try
        {
            var read = ClassLayout.Of(source, Names, options);
            bool agrees = read.Labels.Zip(layout.Labels).All(l => l.First >= 0 && read.Classes[l.First] == layout.Classes[l.Second]);
            return agrees && (layout.Parts is null || (read.Parts is { } parts && parts.SequenceEqual(layout.Parts))) ? read with { Words = layout.Words } : null;
        }
        catch (MekikiException)
        {
            // The list says what folders do not.
            return null;
        }
    }

    private static ClassLayout LayoutOf(string path, string[] names, string[] labels, SplitPart?[] parts)
    {
        string[] classes = Array.ConvertAll(labels, l => ClassLayout.ClassName(l));
        string[] order = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(ClassLayout.ClassName).Distinct(StringComparer.Ordinal)];
        bool hasParts = parts.Length > 0 && parts[0] is not null && parts.Distinct().Count() > 1;
        if (hasParts)
            order = [.. order.Order(StringComparer.Ordinal)];
        var index = order.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        return new ClassLayout(order, Array.ConvertAll(classes, c => index[c]), hasParts ? parts : null,
            $"{Path.GetFileName(path)} gives each image its class{(hasParts ? " and its part" : "")}")
        {
            Notes = ClassLayout.NotesOn(order),
        };
    }

    // Numbers with fractions are no classes.
    private static void RefuseNumbers(string path, Dictionary<string, (string Class, SplitPart? Part, int Line)> rows)
    {
        string? fraction = null;
        foreach (var (label, _, _) in rows.Values)
        {
            if (!double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                return;
            fraction ??= value != Math.Floor(value) ? label : null;
        }

        if (fraction is not null)
            throw new MekikiException($"{path}: expected classes, got numbers such as {FileText.Short(fraction)} for all {rows.Count:N0} images. Mekiki tells classes apart and predicts no numbers (regression): give each range of numbers a name, such as low, middle and high.");
    }

    // As one class; an image without labels is of the empty set.
    private static string SetOf(string path, int line, string labels)
    {
        try
        {
            return LabelSet.Of(labels.Split([';', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ClassLayout.ClassName));
        }
        catch (MekikiException e)
        {
            throw new MekikiException($"{path}, line {line}: {e.Message}", e);
        }
    }

    private static IEnumerable<(int Line, string Image, string Class, string Part)> Rows(string path)
    {
        string head = Head(path);
        char separator = ",;\t".MaxBy(c => head.Count(h => h == c));
        int image = 0, label = 1, part = 2;
        bool isFirst = true, areSets = false;
        foreach (var (line, fields) in CsvFile.Read(path, Expected, "Correct the file.", separator, isStrict: true))
        {
            if (isFirst)
            {
                isFirst = false;
                string[] words = [.. fields.Select(f => f.Trim().ToLowerInvariant())];
                int sets = Array.FindIndex(words, labelsWords.Contains);
                int words1 = Array.FindIndex(words, pathWords.Contains), words2 = sets >= 0 ? sets : Array.FindIndex(words, classWords.Contains), words3 = Array.FindIndex(words, partWords.Contains);
                if (words1 >= 0 && words2 >= 0)
                {
                    (image, label, part, areSets) = (words1, words2, words3 >= 0 ? words3 : int.MaxValue, sets >= 0);
                    continue;
                }
            }

            yield return (line, At(image), areSets ? SetOf(path, line, At(label)) : At(label), At(part).Trim());

            string At(int column) => column < fields.Length ? fields[column] : "";
        }
    }

    // The first line, whose separators are those of all.
    private static string Head(string path)
    {
        try
        {
            if (RegularFile.LengthOf(path) is var length and (0 or > MostBytes))
                throw new MekikiException($"{path}: expected a list of paths and classes, got {length:N0} bytes. Give a CSV file of at most 1 GiB.");
            using var reader = new StreamReader(path);
            var head = new char[LongestHead];
            string start = new(head, 0, reader.ReadBlock(head));
            return start.IndexOf('\n') is var end and >= 0 ? start[..end] : start;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected {Expected} that can be read, got: {e.Message} Check its permissions.", e);
        }
    }
}
