namespace Mekiki.Cli.Output;

/// <summary>Rows of CSV as RFC 4180 has it, with line feeds.</summary>
internal static class CsvRow
{
    public static void Write(TextWriter writer, IEnumerable<string> fields)
    {
        bool first = true;
        foreach (string field in fields)
        {
            if (!first)
                writer.Write(',');
            first = false;
            writer.Write(field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field);
        }

        writer.Write('\n');
    }
}
