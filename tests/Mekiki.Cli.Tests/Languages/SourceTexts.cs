using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Cli.Tests.Languages;

/// <summary>The texts that users read, as the sources have them: literals, with holes where values stand.</summary>
/// <remarks>
/// Every literal that reads like prose counts, wherever it stands: a text that is built of several reaches the user all the same. Texts
/// of pages, of Serving's answers and of exceptions for programmers are not the command line's. Words alone count where they are printed.
/// </remarks>
internal static partial class SourceTexts
{
    private static readonly string[] projects = ["Mekiki", "Mekiki.Vision", "Mekiki.Onnx", "Mekiki.Distributed", "Mekiki.Workbench", "Mekiki.Cli", "Shared"];

    /// <summary>All of them, each with the first file that has it.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Collect();

    /// <summary>The texts of one source.</summary>
    /// <param name="path">Its path, which tells what counts in it.</param>
    /// <param name="source">Its text.</param>
    public static IEnumerable<string> Of(string path, string source)
    {
        string code = WithoutComments(source);
        if (Pages().IsMatch(path))
            return Arguments(code, Exceptions()).SelectMany(Templates).Where(IsProse);
        code = Without(NameOf().Replace(code, "x"), ForProgrammers());
        var texts = Templates(code).Select(t => t.TrimStart('>')).Where(IsProse);
        return path.StartsWith("Mekiki.Cli/", StringComparison.Ordinal) ? texts.Concat(Printed(code)) : texts;
    }

    private static Dictionary<string, string> Collect()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Shared.Repository is not { } repository)
            return texts;
        string folder = Path.Combine(repository, "src");
        foreach (string project in projects)
            foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, project), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string path = Path.GetRelativePath(folder, file).Replace('\\', '/');
                if (path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal))
                    continue;
                foreach (string text in Of(path, File.ReadAllText(file)))
                    texts.TryAdd(text, path);
            }

        return texts;
    }

    // Words alone: names of facts and their values, headings, tasks, and what is translated where it is printed.
    private static IEnumerable<string> Printed(string code)
    {
        foreach (string arguments in Arguments(code, FactCalls()))
            foreach (string text in Templates(arguments))
                if (Letters().IsMatch(Hole().Replace(text, "")))
                    yield return text;
        foreach (Match heads in Headings().Matches(code))
            foreach (string text in Templates(heads.Groups[1].Value))
                yield return text.TrimStart('>');
        foreach (string arguments in Arguments(code, TextCalls()))
            if (Templates(arguments).FirstOrDefault() is { } text && Letters().IsMatch(Hole().Replace(text, "")))
                yield return text;
    }

    // What has several lines is a script or a page.
    private static bool IsProse(string text) => Prose().IsMatch(text) && !text.Contains('\n') && !text.StartsWith("mekiki ", StringComparison.Ordinal);

    // The arguments of the calls that a pattern finds; it ends with the bracket.
    private static IEnumerable<string> Arguments(string code, Regex calls) => Spans(code, calls).Select(s => code[s.From..s.To]);

    private static string Without(string code, Regex calls)
    {
        var rest = new StringBuilder();
        int from = 0;
        foreach (var (begin, end) in Spans(code, calls))
            if (begin >= from)
            {
                rest.Append(code, from, begin - from);
                from = end;
            }

        return rest.Append(code, from, code.Length - from).ToString();
    }

    private static IEnumerable<(int From, int To)> Spans(string code, Regex calls)
    {
        foreach (Match call in calls.Matches(code))
        {
            int from = call.Index + call.Length, depth = 1, at = from;
            while (depth > 0 && at < code.Length)
            {
                if (Skipped(code, ref at))
                    continue;
                depth += code[at] is '(' or '[' or '{' ? 1 : code[at] is ')' or ']' or '}' ? -1 : 0;
                at++;
            }

            yield return (from, at - 1);
        }
    }

    // The literals of a piece of code, those that + joins as one, and below each the literals in its holes.
    private static IEnumerable<string> Templates(string code)
    {
        for (int at = 0; at < code.Length;)
        {
            if (!IsLiteral(code, at))
            {
                at = code[at] == '\'' ? Character(code, at) : at + 1;
                continue;
            }

            List<(string Text, bool IsHole)> parts = [];
            while (true)
            {
                at = Literal(code, at, parts);
                var plus = Plus().Match(code, at);
                if (!plus.Success || plus.Index != at || !IsLiteral(code, at + plus.Length))
                    break;
                at += plus.Length;
            }

            int hole = 0;
            yield return string.Concat(parts.Select(p => p.IsHole ? $"{{{hole++}}}" : p.Text));
            foreach (string inner in parts.Where(p => p.IsHole).SelectMany(p => Templates(p.Text)))
                yield return inner;
        }
    }

    private static string WithoutComments(string source)
    {
        var code = new StringBuilder();
        for (int at = 0; at < source.Length;)
        {
            int from = at;
            if (source[at] == '/' && source.AsSpan(at).StartsWith("//"))
                at = source.IndexOf('\n', at) is >= 0 and var end ? end : source.Length;
            else if (source[at] == '/' && source.AsSpan(at).StartsWith("/*"))
                at = source.IndexOf("*/", at, StringComparison.Ordinal) + 2;
            else
            {
                if (!Skipped(source, ref at))
                    at++;
                code.Append(source, from, at - from);
            }
        }

        return code.ToString();
    }

    // Whether a literal stood there, behind which the place is now.
    private static bool Skipped(string code, ref int at)
    {
        if (IsLiteral(code, at))
            at = Literal(code, at, []);
        else if (code[at] == '\'')
            at = Character(code, at);
        else
            return false;
        return true;
    }

    private static bool IsLiteral(string code, int at)
    {
        while (at < code.Length && code[at] is '$' or '@')
            at++;
        return at < code.Length && code[at] == '"';
    }

    private static int Character(string code, int at) => CharacterLiteral().Match(code, at, Math.Min(12, code.Length - at)) is { Success: true } found && found.Index == at ? at + found.Length : at + 1;

    // Reads a literal into its parts: texts, and the code of holes.
    private static int Literal(string code, int at, List<(string, bool)> parts)
    {
        int dollars = 0, quotes = 0;
        bool isVerbatim = false;
        for (; code[at] != '"'; at++)
            if (code[at] == '$')
                dollars++;
            else
                isVerbatim = true;
        while (at + quotes < code.Length && code[at + quotes] == '"')
            quotes++;
        if (quotes >= 3)
            return RawLiteral(code, at, quotes, dollars, parts);
        if (quotes == 2)
            return at + 2;
        var text = new StringBuilder();
        for (at++; ;)
        {
            char c = code[at];
            if (c == '"' && !(isVerbatim && code[at + 1] == '"'))
            {
                parts.Add((text.ToString(), false));
                return at + 1;
            }

            if (c == '\\' && !isVerbatim)
            {
                (string escaped, at) = Escape(code, at);
                text.Append(escaped);
            }
            else if (c == '"' || dollars > 0 && c is '{' or '}' && code[at + 1] == c)
            {
                text.Append(c);
                at += 2;
            }
            else if (dollars > 0 && c == '{')
            {
                parts.Add((text.ToString(), false));
                text.Clear();
                int end = EndOfHole(code, at + 1);
                parts.Add((code[(at + 1)..end], true));
                at = end + 1;
            }
            else
            {
                text.Append(c);
                at++;
            }
        }
    }

    // Texts over several lines are no messages: their holes alone matter.
    private static int RawLiteral(string code, int at, int quotes, int dollars, List<(string, bool)> parts)
    {
        string open = new('{', Math.Max(1, dollars)), close = new('"', quotes);
        int end = code.IndexOf(close, at + quotes, StringComparison.Ordinal);
        while (end + quotes < code.Length && code[end + quotes] == '"')
            end++;
        string text = code[(at + quotes)..end];
        if (dollars == 0)
        {
            parts.Add((text, false));
            return end + quotes;
        }

        int from = 0;
        for (int hole = text.IndexOf(open, StringComparison.Ordinal); hole >= 0; hole = text.IndexOf(open, from, StringComparison.Ordinal))
        {
            int stop = EndOfHole(text, hole + dollars);
            parts.Add((text[from..hole], false));
            parts.Add((text[(hole + dollars)..stop], true));
            from = stop + dollars;
        }

        parts.Add((text[from..], false));
        return end + quotes;
    }

    private static int EndOfHole(string code, int at)
    {
        int depth = 0;
        while (true)
        {
            if (Skipped(code, ref at))
                continue;
            if (code[at] == '}' && depth == 0)
                return at;
            depth += code[at] is '(' or '[' or '{' ? 1 : code[at] is ')' or ']' or '}' ? -1 : 0;
            at++;
        }
    }

    private static (string Text, int Next) Escape(string code, int at) => code[at + 1] switch
    {
        'u' => (((char)Convert.ToInt32(code.Substring(at + 2, 4), 16)).ToString(), at + 6),
        'x' => ("?", at + 2 + HexDigits().Match(code, at + 2).Length),
        'n' => ("\\n", at + 2),
        't' => ("\t", at + 2),
        'r' => ("\r", at + 2),
        'e' => ("\e", at + 2),
        '0' => ("\0", at + 2),
        var c => (c.ToString(), at + 2),
    };

    [GeneratedRegex(@"Workbench/(Pictures/|Explanations/|Inspections/(FilterPicture|MapPicture|PictureRows)|Lessons/(BookFrame|LessonPage|Markup|CodeColours|LessonSource|Book\.cs)|Reports/(ReportWords|LabelReportPage|LabelCharts|LabelVerdict|ReportPage|HtmlPage|DataSections|DataPage\.|ReportCharts|Atlas|ReportVerdict|DataVerdict)|Lecture/(HistoryChart|HistoryDescription)|Sheets/Csv)|Cli/Hosting/WatchPage|Cli/Languages/")]
    private static partial Regex Pages();

    [GeneratedRegex(@"new MekikiException\(")]
    private static partial Regex Exceptions();

    [GeneratedRegex(@"new (ArgumentException|ArgumentNullException|ArgumentOutOfRangeException|ObjectDisposedException|InvalidOperationException|NotSupportedException|UnreachableException|OverflowException|NotImplementedException)\(")]
    private static partial Regex ForProgrammers();

    [GeneratedRegex(@"nameof\([^)]*\)")]
    private static partial Regex NameOf();

    [GeneratedRegex("""[A-Za-z]{2,}[,;:]? [a-z(`'"{-]|\} [a-z]{2}|[a-z]{2} \{|[a-z]{3}: |\) [a-z]{2}|\d [a-z]{3}|[a-z]{2} \d|\}\. [A-Z][a-z]""")]
    private static partial Regex Prose();

    [GeneratedRegex(@"Facts\.Write\(")]
    private static partial Regex FactCalls();

    [GeneratedRegex(@"Tables\.Write\(\w+, \[([^\]]*)\]")]
    private static partial Regex Headings();

    [GeneratedRegex(@"(?:ProgressBar\(host, |OfTime\(host, |While\(host, |anguage\.In\(|Section\((?=""))")]
    private static partial Regex TextCalls();

    [GeneratedRegex("[A-Za-z]{2}")]
    private static partial Regex Letters();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\s*\+\s*")]
    private static partial Regex Plus();

    [GeneratedRegex(@"'(\\.[^']*|[^'\\])'")]
    private static partial Regex CharacterLiteral();

    [GeneratedRegex("[0-9A-Fa-f]{1,4}")]
    private static partial Regex HexDigits();
}
