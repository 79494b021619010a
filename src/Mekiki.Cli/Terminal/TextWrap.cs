using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Cli.Terminal;

/// <summary>Breaks texts at spaces, and Japanese ones between characters, so that their lines fit into a width.</summary>
/// <remarks>A word is never broken, so that hashes and paths can be copied; nor is a formula, a percentage, or a line of the shell between backticks.</remarks>
internal static partial class TextWrap
{
    private const char Bound = '\u00a0';

    // Characters that no line begins with, and those that no line ends with (JIS X 4051, section 6.1, those that messages have).
    private const string NeverFirst = "、。,.:;!?・ー〜々」』)]}ぁぃぅぇぉっゃゅょァィゥェォッャュョ％%…", NeverLast = "「『([{";

    // Punctuation of Japanese, at which a path ends.
    private const string Ends = "、。「」『』()";

    /// <summary>The text with line breaks.</summary>
    /// <param name="text">Any text; its own line breaks stay.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="indent">Spaces before every line but the first.</param>
    /// <param name="first">The column in which the first line begins; null: that of the others.</param>
    /// <param name="isJapanese">Whether lines also end between wide characters.</param>
    public static string Of(string text, int width, int indent = 0, int? first = null, bool isJapanese = false)
    {
        var wrapped = new StringBuilder();
        int start = first ?? indent, column = start;
        string margin = new(' ', indent);
        string[] lines = Together().Replace(text, m => m.Value.Replace(' ', Bound)).Split('\n');
        for (int l = 0; l < lines.Length; l++)
        {
            if (l > 0)
            {
                wrapped.Append('\n').Append(margin);
                start = column = indent;
            }

            foreach (string word in lines[l].Split(' '))
            {
                bool isSpaced = column > start;
                foreach (string part in isJapanese ? Parts(word) : [word])
                {
                    int columns = Columns.Of(part);
                    if (column > start && column + (isSpaced ? 1 : 0) + columns > width)
                    {
                        wrapped.Append('\n').Append(margin);
                        start = column = indent;
                    }
                    else if (isSpaced)
                    {
                        wrapped.Append(' ');
                        column++;
                    }

                    isSpaced = false;
                    wrapped.Append(part);
                    column += columns;
                }
            }
        }

        return wrapped.Replace(Bound, ' ').ToString();
    }

    /// <summary>Lines of a message: what begins with spaces goes on under its first word.</summary>
    public static string Message(string text, int width, bool isJapanese = false) => string.Join('\n', text.Split('\n').Select(line =>
    {
        string words = line.TrimStart(' ');
        int indent = line.Length - words.Length;
        return line[..indent] + Of(words, width, indent, isJapanese: isJapanese);
    }));

    // Of a word, the parts between which a line may end.
    private static IEnumerable<string> Parts(string word)
    {
        int from = 0;
        bool isCode = false;
        for (int i = 1; i < word.Length; i++)
        {
            isCode ^= word[i - 1] == '`';
            if (isCode || char.IsLowSurrogate(word[i]) || !Columns.IsWide(word[i - 1]) && !Columns.IsWide(word[i]) || char.IsAsciiDigit(word[i - 1]))
                continue;
            if (NeverFirst.Contains(word[i]) || NeverLast.Contains(word[i - 1]) || IsPath(word, i))
                continue;
            yield return word[from..i];
            from = i;
        }

        yield return word[from..];
    }

    // Whether a place lies within a path, which may have wide characters.
    private static bool IsPath(string word, int at)
    {
        int from = word.AsSpan(0, at).LastIndexOfAny(Ends) + 1, to = word.AsSpan(at).IndexOfAny(Ends);
        return word.AsSpan(from, (to < 0 ? word.Length : at + to) - from).ContainsAny('/', '\\');
    }

    [GeneratedRegex(" [≤≥<>] | %|`[^`\n]*`")]
    private static partial Regex Together();
}
