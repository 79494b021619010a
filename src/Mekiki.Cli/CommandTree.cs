using System.CommandLine;
using Mekiki.Cli.Commands;
using Mekiki.Cli.Parsing;

namespace Mekiki.Cli;

/// <summary>The parser's tree, built from the table of commands.</summary>
internal static class CommandTree
{
    /// <summary>Asked of any command.</summary>
    public static Option<bool> Help { get; } = new("--help", "-h", "-?") { Recursive = true, Description = "Show this help." };

    /// <summary>Asked of any command.</summary>
    public static Option<ColorMode> Color { get; } = Recursive(Options.Choice("--color", "WHEN", "When texts are coloured; auto: on a terminal, unless NO_COLOR is set", "auto", [("auto", ColorMode.Auto), ("always", ColorMode.Always), ("never", ColorMode.Never)]));

    /// <summary>Asked of any command.</summary>
    public static Option<Language> Language { get; } = Recursive(Options.Choice("--language", "NAME", "Language of help, messages and pages; without it, the one in MEKIKI_LANG", "en", [.. Languages.Language.All.Select(l => (l.Code, l))]));

    /// <summary>Those that any command has, in the order of the help.</summary>
    public static IReadOnlyList<Option> Common { get; } = [Language, Color, Help];

    /// <summary>Asked of the program.</summary>
    public static Option<bool> Version { get; } = new("--version") { Description = "Show the version." };

    public static string VersionText => Machine.Version;

    /// <summary>The tree of all commands.</summary>
    public static Command Root => field ??= Build(CommandTable.All);

    // No bundling of short options, no response files: an argument means what it says.
    private static readonly ParserConfiguration plain = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Parses a line; <c>help train</c> means <c>train --help</c>.</summary>
    public static ParseResult Parse(IReadOnlyList<string> args)
    {
        if (args is ["help", ..])
            args = [.. args.Skip(1), Help.Name];
        return (Meant(args) is { Length: > 0 } meant ? Build(meant) : Root).Parse(args, plain);
    }

    // What the first two words name, or else the first alone, is all that a line can mean.
    private static CommandEntry[] Meant(IReadOnlyList<string> args)
    {
        string group = args.Count > 0 ? args[0] : "", name = args.Count > 1 ? $"{group} {args[1]}" : group;
        bool isWhole = name != group && CommandTable.All.Any(c => c.Name == name);
        return [.. CommandTable.All.Where(c => c.Group == group && (!isWhole || c.Name == name || c.Name == group))];
    }

    private static Option<T> Recursive<T>(Option<T> option)
    {
        option.Recursive = true;
        return option;
    }

    private static Command Build(IReadOnlyList<CommandEntry> commands)
    {
        var root = new Command("mekiki", "Train, test and use image recognizers.") { Help, Color, Language, Version };
        var groups = new Dictionary<string, Command>();
        foreach (var command in commands)
        {
            if (command.Group == command.Name)
            {
                root.Add(groups[command.Name] = command.MakeSymbol());
                continue;
            }

            if (!groups.TryGetValue(command.Group, out var group))
                root.Add(groups[command.Group] = group = new Command(command.Group, CommandTable.Groups[command.Group]));
            group.Add(command.MakeSymbol());
        }

        return root;
    }
}
