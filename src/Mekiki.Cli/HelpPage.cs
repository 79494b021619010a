using System.CommandLine;
using System.Text;
using Mekiki.Cli.Commands;

namespace Mekiki.Cli;

/// <summary>The help of a command: what it does, how it is called, its arguments and options, lines to copy.</summary>
internal static class HelpPage
{
    // On a narrow terminal, what an option does stands below it.
    private const int Widest = 100, Narrow = 60, Beside = 24, Below = 6;

    /// <summary>The page for one who reads it here.</summary>
    public static string Of(Command symbol, Host host)
    {
        int width = host.OutIsTerminal ? Math.Min(host.Width, Widest) : Widest;
        var (style, language) = (host.OutStyle, host.Language);
        var page = new StringBuilder();
        var command = (symbol as CommandSymbol)?.Owner;
        page.Append(Wrapped(symbol.Description ?? "", 0)).Append('\n');
        string usage = language.In("Usage:");
        page.Append($"\n{style.Bold(usage)} {TextWrap.Of(Usage(symbol, language), width, Columns.Of(usage) + 1)}\n");
        Section("Commands", Commands(symbol));
        Section("Arguments", symbol.Arguments.Select(a => (a.Name, a.Description ?? "")));
        Section("Options", Options(symbol));
        if (command is { Remarks.Length: > 0 })
            page.Append('\n').Append(Wrapped(command.Remarks, 0)).Append('\n');
        if (command is not null)
        {
            page.Append($"\n{style.Bold(language.In("Examples"))}\n");
            foreach (var example in command.Examples)
                page.Append($"  {example.Line}\n      {Wrapped(example.Meaning, 6)}\n");
        }
        else if (symbol.Subcommands.Count > 0)
            page.Append('\n').Append(Wrapped($"`{FullName(symbol)} COMMAND --help` shows the options and examples of each.", 0)).Append('\n');

        return page.ToString();

        string Wrapped(string text, int indent) => TextWrap.Of(language.InHelp(text), width, indent, isJapanese: language.IsTranslated);

        void Section(string title, IEnumerable<(string Left, string Right)> rows)
        {
            bool first = true;
            foreach (var (left, right) in rows)
            {
                if (first)
                    page.Append($"\n{style.Bold(language.In(title))}\n");
                first = false;
                int indent = width < Narrow ? Below : Beside;
                string start = "  " + left;
                start = width >= Narrow && start.Length < indent ? start.PadRight(indent) : start + "\n" + new string(' ', indent);
                page.Append(start).Append(Wrapped(right, indent)).Append('\n');
            }
        }
    }

    /// <summary>The words up to a command: <c>mekiki data get</c>.</summary>
    public static string FullName(Command symbol) =>
        symbol.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {symbol.Name}" : symbol.Name;

    private static string Usage(Command symbol, Language language)
    {
        var words = new List<string> { FullName(symbol) };
        words.AddRange(symbol.Arguments.Select(a => (a.Name + (a.Arity.MaximumNumberOfValues > 1 ? "..." : "")) is var name && a.Arity.MinimumNumberOfValues > 0 ? name : $"[{name}]"));
        bool isCommand = symbol is CommandSymbol;
        if (symbol.Subcommands.Count > 0)
            words.Add(isCommand ? "[COMMAND …]" : "COMMAND …");
        if (symbol.Subcommands.Count == 0 || isCommand)
            words.Add($"[{language.In("options")}]");
        return string.Join(' ', words);
    }

    // Commands of a group stand under their full names; a group may be a command itself.
    private static IEnumerable<(string, string)> Commands(Command symbol)
    {
        foreach (var command in symbol.Subcommands)
        {
            if (command.Subcommands.Count == 0 || command is CommandSymbol)
                yield return (command.Name, command.Description ?? "");
            foreach (var inner in command.Subcommands)
                yield return ($"{command.Name} {inner.Name}", inner.Description ?? "");
        }
    }

    private static IEnumerable<(string, string)> Options(Command symbol) =>
        symbol.Options.Except(CommandTree.Common).Concat(CommandTree.Common).Select(o =>
            (o.Arity.MaximumNumberOfValues > 0 && o.HelpName is { } value ? $"{o.Name} {value}" : o == CommandTree.Help ? "--help, -h" : o.Name, o.Description ?? ""));
}
