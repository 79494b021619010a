using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Mekiki.Cli.Commands;

namespace Mekiki.Cli;

/// <summary>The help of a command: what it does, how it is called, its arguments and options, lines to copy.</summary>
internal static partial class HelpPage
{
    private const int Width = 100, Left = 24;

    public static string Of(Command symbol)
    {
        var page = new StringBuilder();
        var command = CommandTable.All.FirstOrDefault(c => c.Symbol == symbol);
        page.Append(symbol.Description).Append('\n');
        page.Append($"\nUsage: {Usage(symbol)}\n");
        Section(page, "Commands", Commands(symbol));
        Section(page, "Arguments", symbol.Arguments.Select(a => (a.Name, a.Description ?? "")));
        Section(page, "Options", Options(symbol));
        if (command is { Remarks.Length: > 0 })
            page.Append('\n').Append(Wrapped(command.Remarks, 0)).Append('\n');
        if (command is not null)
        {
            page.Append("\nExamples\n");
            foreach (var example in command.Examples)
                page.Append($"  {example.Line}\n      {example.Meaning}\n");
        }
        else if (symbol.Subcommands.Count > 0)
            page.Append($"\n`{FullName(symbol)} COMMAND --help` shows the options and examples of each.\n");

        return page.ToString();
    }

    /// <summary>The words up to a command: <c>mekiki data get</c>.</summary>
    public static string FullName(Command symbol) =>
        symbol.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {symbol.Name}" : symbol.Name;

    private static string Usage(Command symbol)
    {
        var words = new List<string> { FullName(symbol) };
        words.AddRange(symbol.Arguments.Select(a => a.Arity.MinimumNumberOfValues > 0 ? a.Name : $"[{a.Name}]"));
        words.Add(symbol.Subcommands.Count > 0 ? "COMMAND …" : "[options]");
        return string.Join(' ', words);
    }

    // Commands of a group stand under their full names.
    private static IEnumerable<(string, string)> Commands(Command symbol) =>
        symbol.Subcommands.SelectMany(c => c.Subcommands.Count == 0
            ? [(c.Name, c.Description ?? "")]
            : c.Subcommands.Select(s => ($"{c.Name} {s.Name}", s.Description ?? "")));

    private static IEnumerable<(string, string)> Options(Command symbol) =>
        symbol.Options.Where(o => o != CommandTree.Help).Append(CommandTree.Help).Select(o =>
            (o.Arity.MaximumNumberOfValues > 0 && o.HelpName is { } value ? $"{o.Name} {value}" : o == CommandTree.Help ? "--help, -h" : o.Name, o.Description ?? ""));

    private static void Section(StringBuilder page, string title, IEnumerable<(string Left, string Right)> rows)
    {
        bool first = true;
        foreach (var (left, right) in rows)
        {
            if (first)
                page.Append($"\n{title}\n");
            first = false;
            string start = "  " + left;
            start = start.Length < Left ? start.PadRight(Left) : start + "\n" + new string(' ', Left);
            page.Append(start).Append(Wrapped(right, Left)).Append('\n');
        }
    }

    private static string Wrapped(string text, int indent)
    {
        var wrapped = new StringBuilder();
        int column = indent;
        foreach (string word in Formulas().Replace(text, "\u00a0$1\u00a0").Split(' '))
        {
            if (column > indent && column + 1 + word.Length > Width)
            {
                wrapped.Append('\n').Append(' ', indent);
                column = indent;
            }
            else if (column > indent)
            {
                wrapped.Append(' ');
                column++;
            }

            wrapped.Append(word);
            column += word.Length;
        }

        return wrapped.Replace('\u00a0', ' ').ToString();
    }

    // A formula stays on one line: 0 ≤ X < 1.
    [GeneratedRegex(" ([≤≥<>]) ")]
    private static partial Regex Formulas();
}
