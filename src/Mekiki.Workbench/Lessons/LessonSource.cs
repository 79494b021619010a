using System.Globalization;
using System.Text.RegularExpressions;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>A lesson's file, read as a text with code in between.</summary>
/// <remarks>
/// A comment that begins in the first column is text, in paragraphs that an empty comment line ends: first in English, then,
/// from a line that begins with <c>// ja:</c>, in Japanese. Everything else is code. The first paragraph is the title,
/// <c># 6. Convolution</c>; a line <c>// time: 60 s, quick 8 s</c> says how long the lesson takes on two cores.
/// </remarks>
internal sealed partial class LessonSource
{
    private const string Japanese = "ja:";

    private LessonSource(string path, IReadOnlyList<LessonCell> cells, int seconds, int quickSeconds, int lineCount)
    {
        (Path, Cells, Seconds, QuickSeconds, LineCount) = (path, cells, seconds, quickSeconds, lineCount);
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        if (!int.TryParse(Name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw new MekikiException($"{path}: expected a lesson's name, such as 06-convolution.cs, got one without a number.");
        Number = number;
        if (cells.FirstOrDefault() is not TextCell { Text: { Japanese: not null } title } || !title.English.StartsWith("# ", StringComparison.Ordinal) || !title.Japanese.StartsWith("# ", StringComparison.Ordinal))
            throw new MekikiException($"{path}: expected a title first, '// # 6. Convolution' and '// ja: # 6. …', got none.");
        Title = (title.English[2..], title.Japanese[2..]);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The file's name without its ending, such as <c>06-convolution</c>.</summary>
    public string Name { get; }

    /// <summary>1 to 14.</summary>
    public int Number { get; }

    /// <summary>In both languages, with its number.</summary>
    public Words Title { get; }

    /// <summary>Text and code, in the order of the file.</summary>
    public IReadOnlyList<LessonCell> Cells { get; }

    /// <summary>How long it takes on two cores.</summary>
    public int Seconds { get; }

    /// <summary>How long its quick form takes.</summary>
    public int QuickSeconds { get; }

    /// <summary>Lines of the file.</summary>
    public int LineCount { get; }

    /// <summary>All lessons of a folder, by number.</summary>
    /// <param name="folder">With files such as <c>06-convolution.cs</c>.</param>
    /// <exception cref="MekikiException">There are none, or one cannot be read.</exception>
    public static IReadOnlyList<LessonSource> All(string folder)
    {
        LessonSource[] all = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.cs").Where(f => FileName().IsMatch(System.IO.Path.GetFileName(f))).Select(Read).OrderBy(l => l.Number)] : [];
        return all.Length > 0 ? all : throw new MekikiException($"{folder}: expected a folder with lessons, such as 06-convolution.cs, got none. Call it in a clone of the repository, or say --lessons FOLDER.");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="MekikiException">It is no lesson: title or time is missing, or a paragraph without Japanese.</exception>
    public static LessonSource Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        var cells = new List<LessonCell>();
        (int Full, int Quick)? time = null;
        int i = 0;
        while (i < lines.Length)
        {
            int first = i;
            if (lines[i].Length == 0)
                i++;
            else if (Time().Match(lines[i]) is { Success: true } match)
            {
                time = (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
                i++;
            }
            else if (IsText(lines[i]))
            {
                while (i < lines.Length && IsText(lines[i]) && lines[i] != "//")
                    i++;
                if (i > first)
                    cells.Add(new TextCell(first + 1, i, Paragraph(path, first, lines.AsSpan(first, i - first))));
                if (i < lines.Length && lines[i] == "//")
                    i++;
            }
            else
            {
                while (i < lines.Length && !IsText(lines[i]))
                    i++;
                int last = i;
                while (lines[last - 1].Length == 0)
                    last--;
                string[] code = lines[first..last];
                cells.Add(new CodeCell(first + 1, last, string.Join('\n', code), code.All(l => l.Length == 0 || l.StartsWith("#:", StringComparison.Ordinal) || l.StartsWith("using ", StringComparison.Ordinal))));
            }
        }

        // The usings stand above the title, as the compiler wants it; the page begins with the title.
        int title = cells.FindIndex(c => c is TextCell);
        if (title == 1)
            (cells[0], cells[1]) = (cells[1], cells[0]);
        if (time is not var (full, quick))
            throw new MekikiException($"{path}: expected a line '// time: 60 s, quick 8 s', got none.");
        return new LessonSource(path, cells, full, quick, lines.Length);
    }

    private static bool IsText(string line) => line == "//" || line.StartsWith("// ", StringComparison.Ordinal);

    private static Words Paragraph(string path, int first, ReadOnlySpan<string> lines)
    {
        var (english, japanese) = (new List<string>(), new List<string>());
        var current = english;
        foreach (string line in lines)
        {
            string text = line.Length > 2 ? line[3..] : "";
            if (text.StartsWith(Japanese, StringComparison.Ordinal))
            {
                current = japanese;
                text = text[Japanese.Length..].TrimStart(' ');
            }

            current.Add(text);
        }

        // A formula is the same in both.
        if (japanese.Count == 0 && english.All(l => l.StartsWith("    ", StringComparison.Ordinal)))
            japanese = english;
        if (english.Count == 0 || japanese.Count == 0)
            throw new MekikiException($"{path}:{first + 1}: expected a paragraph in English and, behind '// ja:', in Japanese, got one of them. Write both.");
        return (string.Join('\n', english), string.Join('\n', japanese));
    }

    [GeneratedRegex(@"^\d\d-[a-z0-9-]+\.cs$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^// time: (\d+) s, quick (\d+) s$")]
    private static partial Regex Time();
}
