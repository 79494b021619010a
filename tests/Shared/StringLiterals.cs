using System.Text;

namespace Mekiki.Testing;

/// <summary>The texts in C# source: what stands between quotes, without comments and without the code inside of interpolated strings.</summary>
internal static class StringLiterals
{
    /// <summary>Each text with the number of the line in which it begins.</summary>
    public static IReadOnlyList<(int Line, string Text)> Of(string source)
    {
        var found = new List<(int, string)>();
        int at = 0, line = 1;
        Code(inHole: false);
        return found;

        // Reads code to the end, or to the brace that closes a hole of an interpolated string.
        void Code(bool inHole)
        {
            int depth = 0;
            while (at < source.Length)
            {
                if (Is("//"))
                    while (at < source.Length && source[at] != '\n')
                        at++;
                else if (Is("/*"))
                {
                    while (at < source.Length && !Is("*/"))
                        Next();
                    at += 2;
                }
                else if (source[at] == '\'')
                {
                    at += source[at + 1] == '\\' ? 3 : 2;
                    while (source[at] != '\'')
                        at++;
                    at++;
                }
                else if (Opening() is { } opening)
                    Literal(opening.Dollars, opening.IsVerbatim);
                else if (inHole && source[at] == '}' && depth == 0)
                    return;
                else
                {
                    depth += source[at] switch { '{' => 1, '}' => -1, _ => 0 };
                    Next();
                }
            }
        }

        // Goes past the signs before a quote.
        (int Dollars, bool IsVerbatim)? Opening()
        {
            int end = at;
            while (end < source.Length && source[end] is '$' or '@')
                end++;
            if (end >= source.Length || source[end] != '"')
                return null;
            string signs = source[at..end];
            at = end;
            return (signs.Count(c => c == '$'), signs.Contains('@'));
        }

        void Literal(int dollars, bool isVerbatim)
        {
            int quotes = 0, begin = line;
            while (at < source.Length && source[at] == '"')
                (quotes, at) = (quotes + 1, at + 1);
            if (quotes == 2)
                return;
            bool isRaw = quotes > 2;
            string close = new('"', isRaw ? quotes : 1), open = new('{', isRaw ? Math.Max(1, dollars) : 1);
            var text = new StringBuilder();
            while (at < source.Length && !(Is(close) && !(isVerbatim && Is("\"\""))))
            {
                if (!isRaw && !isVerbatim && source[at] == '\\' || isVerbatim && Is("\"\"") || dollars > 0 && !isRaw && (Is("{{") || Is("}}")))
                {
                    text.Append(source, at, 2);
                    at += 2;
                }
                else if (dollars > 0 && Is(open))
                {
                    at += open.Length;
                    Code(inHole: true);
                    at += open.Length;
                    text.Append('…');
                }
                else
                {
                    text.Append(source[at]);
                    Next();
                }
            }

            at += close.Length;
            found.Add((begin, text.ToString()));
        }

        bool Is(string word) => string.CompareOrdinal(source, at, word, 0, word.Length) == 0;

        void Next()
        {
            if (source[at] == '\n')
                line++;
            at++;
        }
    }
}
