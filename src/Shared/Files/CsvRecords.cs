using System.Text;

namespace Mekiki.Files;

/// <summary>Reads comma-separated values (RFC 4180): fields in quotes may hold separators, quotes written twice, and line breaks.</summary>
internal static class CsvRecords
{
    /// <summary>The records, each with the number of its first line, from 1 on; empty lines are passed over.</summary>
    public static IEnumerable<(int Line, string[] Fields)> Of(string text, char separator = ',')
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false, wasQuoted = false;
        int line = 1, first = 1;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : '\n';
            if (c == '\n' && i < text.Length)
                line++;
            if (quoted && i < text.Length)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[++i]);
                else
                    quoted = false;
            }
            else if (c == '"' && field.Length == 0 && !wasQuoted)
                quoted = wasQuoted = true;
            else if (c == separator || c == '\n')
            {
                if (c == '\n' && !wasQuoted && field.Length > 0 && field[^1] == '\r')
                    field.Length--;
                fields.Add(field.ToString());
                field.Clear();
                bool isEmpty = fields.Count == 1 && fields[0].Length == 0 && !wasQuoted;
                wasQuoted = false;
                if (c == separator)
                    continue;
                if (!isEmpty)
                    yield return (first, [.. fields]);
                fields.Clear();
                first = line;
            }
            else if (!(wasQuoted && c == '\r'))
                field.Append(c);
        }
    }

    /// <summary>A field as it is written: in quotes if it needs them.</summary>
    public static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
}
