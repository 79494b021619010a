using System.Text;
using System.Text.RegularExpressions;

namespace Mekiki.Cli.Terminal;

/// <summary>Breaks texts at spaces, so that their lines fit into a width.</summary>
/// <remarks>A word is never broken, so that hashes and paths can be copied; nor is a formula, or a line of the shell between backticks.</remarks>
internal static partial class TextWrap
{
    private const char Bound = '\u00a0';

    /// <summary>The text with line breaks.</summary>
    /// <param name="text">Any text; its own line breaks stay.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="indent">Spaces before every line but the first.</param>
    /// <param name="first">The column in which the first line begins; null: that of the others.</param>
    public static string Of(string text, int width, int indent = 0, int? first = null)
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
                int columns = Columns.Of(word);
                if (column > start && column + 1 + columns > width)
                {
                    wrapped.Append('\n').Append(margin);
                    start = column = indent;
                }
                else if (column > start)
                {
                    wrapped.Append(' ');
                    column++;
                }

                wrapped.Append(word);
                column += columns;
            }
        }

        return wrapped.Replace(Bound, ' ').ToString();
    }

    /// <summary>Lines of a message: what begins with spaces goes on under its first word.</summary>
    public static string Message(string text, int width) => string.Join('\n', text.Split('\n').Select(line =>
    {
        string words = line.TrimStart(' ');
        int indent = line.Length - words.Length;
        return line[..indent] + Of(words, width, indent);
    }));

    [GeneratedRegex(" [≤≥<>] |`[^`\n]*`")]
    private static partial Regex Together();
}
