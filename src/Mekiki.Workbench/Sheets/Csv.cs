using System.Text;
using Mekiki.Files;

namespace Mekiki.Workbench.Sheets;

/// <summary>Fields of CSV files (RFC 4180); <see cref="CsvRecords"/> reads what may hold line breaks.</summary>
internal static class Csv
{
    /// <summary>The field, in quotes if it needs them.</summary>
    public static string Quote(string field) => CsvRecords.Quote(field);

    /// <summary>The fields of a line that has no line breaks inside them.</summary>
    public static string[] Split(string line)
    {
        if (!line.Contains('"'))
            return line.Split(',');
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                field.Append(line[++i]);
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(line[i]);
        }

        fields.Add(field.ToString());
        return [.. fields];
    }
}
