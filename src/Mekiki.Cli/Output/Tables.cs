using Spectre.Console;

namespace Mekiki.Cli.Output;

/// <summary>Tables: with lines on a terminal, plain columns anywhere else.</summary>
internal static class Tables
{
    /// <summary>Prints rows under headings. A heading that begins with <c>&gt;</c> stands, with its column, at the right.</summary>
    public static void Write(Host host, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = host.OutIsTerminal ? TableBorder.Rounded : TableBorder.None, ShowHeaders = true };
        foreach (string heading in headings)
        {
            bool right = heading.StartsWith('>');
            table.AddColumn(new TableColumn(Markup.Escape(right ? heading[1..] : heading)) { Alignment = right ? Justify.Right : Justify.Left, NoWrap = !host.OutIsTerminal });
        }

        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        Console(host).Write(table);
    }

    private static IAnsiConsole Console(Host host)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = host.OutIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = host.OutIsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(host.Out),
        });
        // What no one looks at directly is for other programs: no line is broken.
        console.Profile.Width = host.OutIsTerminal ? host.Width : 10_000;
        return console;
    }
}
