using System.Text;

namespace Mekiki.Files;

/// <summary>Reads comma-separated values (RFC 4180): fields in quotes may hold separators, quotes written twice, and line breaks.</summary>
internal static class CsvRecords
{
    private const int LongestField = 1 << 15, MostFields = 1 << 12, Piece = 1 << 14;

    /// <summary>The records of a text, each with the number of its first line, from 1 on; empty lines are passed over.</summary>
    /// <exception cref="InvalidDataException">A field has more than 32,768 characters, or a record more than 4,096 fields.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Of(string text, char separator = ',') => Of(new StringReader(text), separator);

    /// <summary>The records that a reader brings, one after another.</summary>
    /// <exception cref="InvalidDataException">A field has more than 32,768 characters, or a record more than 4,096 fields.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Of(TextReader reader, char separator = ',')
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var piece = new char[Piece];
        bool quoted = false, wasQuoted = false, isEnd = false;
        int line = 1, first = 1, at = 0, length = 0;
        while (!isEnd)
        {
            // Most fields are plain: what changes nothing is taken at once.
            if (!quoted && !wasQuoted)
                TakePlain();
            int next = Next();
            isEnd = next < 0;
            char c = isEnd ? '\n' : (char)next;
            if (c == '\n' && !isEnd)
                line++;
            if (quoted && !isEnd)
            {
                if (c != '"')
                    field.Append(c);
                else if (Peek() == '"')
                    field.Append((char)Next());
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
                {
                    if (fields.Count >= MostFields)
                        throw new InvalidDataException($"a record at line {FileText.Number(first)} with more than {FileText.Number(MostFields)} fields.");
                    continue;
                }

                if (!isEmpty)
                    yield return (first, [.. fields]);
                fields.Clear();
                first = line;
            }
            else if (!(wasQuoted && c == '\r'))
                field.Append(c);
            if (field.Length > LongestField)
                throw new InvalidDataException($"a field at line {FileText.Number(first)} with more than {FileText.Number(LongestField)} characters.");
        }

        void TakePlain()
        {
            if (Peek() < 0)
                return;
            var rest = piece.AsSpan(at, length - at);
            int plain = rest.IndexOfAny([separator, '\n', '\r', '"']) is var found and >= 0 ? found : rest.Length;
            field.Append(rest[..plain]);
            at += plain;
        }

        int Next() => Peek() is var next and >= 0 && at++ >= 0 ? next : -1;

        int Peek()
        {
            if (at == length)
                (at, length) = (0, reader.Read(piece));
            return at < length ? piece[at] : -1;
        }
    }

    /// <summary>A field as it is written: in quotes if it needs them.</summary>
    public static string Quote(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
}
