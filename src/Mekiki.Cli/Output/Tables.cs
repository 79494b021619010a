namespace Mekiki.Cli.Output;

/// <summary>Tables in plain columns. On a terminal the last column is wrapped, and of a table that is wider each row becomes lines of its own; anywhere else no line is broken.</summary>
internal static class Tables
{
    private const int Gap = 2, LeastLast = 16;

    /// <summary>Prints rows under headings. A heading that begins with <c>&gt;</c> stands, with its column, at the right.</summary>
    public static void Write(Host host, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        string[][] cells = [[.. headings.Select(h => host.Language.In(h.TrimStart('>')))], .. rows.Select(row => row.Select(PrintedName.Of).ToArray())];
        bool[] right = [.. headings.Select(h => h.StartsWith('>'))];
        int last = headings.Count - 1;
        int[] widths = [.. headings.Select((_, c) => cells.Max(row => Columns.Of(row[c])))];
        int before = widths.Take(last).Sum(w => w + Gap);
        if (host.OutIsTerminal && before + Math.Min(widths[last], LeastLast) > host.Width)
        {
            WriteRows(host, cells);
            return;
        }

        int room = host.OutIsTerminal ? Math.Max(LeastLast, host.Width - before) : int.MaxValue;
        widths[last] = Math.Min(widths[last], room);
        foreach (string[] row in cells)
        {
            string[] lines = TextWrap.Of(row[last], widths[last], isJapanese: host.Language.IsTranslated).Split('\n');
            for (int l = 0; l < lines.Length; l++)
            {
                var parts = row[..last].Select((cell, c) => Padded(l == 0 ? cell : "", widths[c], right[c])).Append(Padded(lines[l], widths[last], right[last]));
                string line = string.Join(new string(' ', Gap), parts).TrimEnd();
                host.Out.Write($"{(row == cells[0] ? host.OutStyle.Bold(line) : line)}\n");
            }
        }
    }

    // A line for each heading, with the row's value beside it.
    private static void WriteRows(Host host, string[][] cells)
    {
        int beside = cells[0].Max(Columns.Of) + Gap;
        for (int r = 1; r < cells.Length; r++)
        {
            if (r > 1)
                host.Out.Write("\n");
            for (int c = 0; c < cells[r].Length; c++)
                if (cells[r][c].Length > 0)
                    host.Out.Write($"{host.OutStyle.Bold(cells[0][c])}{new string(' ', beside - Columns.Of(cells[0][c]))}{host.Wrapped(cells[r][c], beside)}\n");
        }
    }

    private static string Padded(string text, int width, bool right)
    {
        string space = new(' ', Math.Max(0, width - Columns.Of(text)));
        return right ? space + text : text + space;
    }
}
