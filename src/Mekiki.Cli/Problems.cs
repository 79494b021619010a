using System.CommandLine;
using System.CommandLine.Parsing;
using Mekiki.Cli.Commands;

namespace Mekiki.Cli;

/// <summary>All that is wrong with a line, each in one sentence that helps to mend it.</summary>
internal static class Problems
{
    public static IReadOnlyList<string> Of(ParseResult arguments)
    {
        var command = arguments.CommandResult.Command;
        var problems = new List<string>();
        var literal = AfterDoubleDash(arguments);
        var stray = arguments.CommandResult.Children.OfType<ArgumentResult>().SelectMany(r => r.Tokens).Where(t => LooksLikeOption(t) && !literal.Contains(t)).Select(t => t.Value).ToList();
        foreach (string option in stray.Concat(arguments.UnmatchedTokens.Where(t => t.StartsWith('-') && t.Length > 1 && !literal.Any(l => l.Value == t))).Distinct())
            problems.Add(UnknownOption(option, command));
        problems.AddRange(Swallowed(arguments));
        // A word after one of these may be its value: one mistake, one message.
        if (problems.Count == 0)
            foreach (string word in command.Subcommands.Count > 0 ? arguments.UnmatchedTokens.Take(1) : arguments.UnmatchedTokens)
                problems.Add(UnknownWord(word, command));
        foreach (var error in arguments.Errors)
            if (error.SymbolResult is { } result && !IsSwallowing(result, arguments) && Sentence(result, error.Message, stray.Count > 0) is { } sentence && !problems.Contains(sentence))
                problems.Add(sentence);
        if (problems.Count == 0 && command is CommandSymbol known)
            problems.AddRange(known.Owner.Check(arguments));
        return problems;
    }

    // The parser takes any word after an option for its value, another option too.
    private static IEnumerable<string> Swallowed(ParseResult arguments) =>
        from option in arguments.CommandResult.Children.OfType<OptionResult>()
        where IsSwallowing(option, arguments)
        select $"{option.Option.Name}: expected a value ({option.Option.HelpName}), got the option '{option.Tokens[0].Value}'.";

    private static bool IsSwallowing(SymbolResult result, ParseResult arguments) =>
        (result as OptionResult ?? result.Parent as OptionResult) is { Tokens: [var token, ..] }
        && arguments.CommandResult.Command.Options.Any(o => o.Name == token.Value);

    private static string? Sentence(SymbolResult result, string message, bool strayOption) => result switch
    {
        OptionResult o when o.Tokens.Count == 0 && o.Option.Arity.MinimumNumberOfValues > 0 => $"{o.Option.Name}: expected a value ({o.Option.HelpName}), got none.",
        OptionResult o when o.Tokens.Count > o.Option.Arity.MaximumNumberOfValues => $"{o.Option.Name}: expected one value, got {o.Tokens.Count}: {string.Join(", ", o.Tokens)}. Give it once.",
        ArgumentResult { Parent: OptionResult } or OptionResult => message,
        ArgumentResult { Tokens.Count: 0 } a => Missing(a.Argument, strayOption),
        ArgumentResult => message,
        CommandResult c when c.Command.Arguments.FirstOrDefault(a => c.GetResult(a) is not { Tokens.Count: > 0 } && a.Arity.MinimumNumberOfValues > 0) is { } missing => Missing(missing, strayOption),
        _ => null,
    };

    // The argument's description: what is expected, and after a semicolon what helps.
    private static string? Missing(Argument argument, bool strayOption)
    {
        if (strayOption)
            return null;
        string[] parts = argument.Description!.Split("; ", 2);
        string expected = char.ToLowerInvariant(parts[0][0]) + parts[0][1..].TrimEnd('.');
        return $"{argument.Name}: expected {expected}, got nothing.{(parts.Length > 1 ? $" {char.ToUpperInvariant(parts[1][0])}{parts[1][1..]}" : "")}";
    }

    private static string UnknownOption(string token, Command command)
    {
        string name = token.Split('=', ':')[0];
        var known = command.Options.Concat(CommandTree.Common).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal));
        return $"Unknown option '{name}'.{Suggestion.Sentence(name, known)}";
    }

    private static string UnknownWord(string word, Command command)
    {
        if (command.Subcommands.Count > 0)
            return $"Unknown command '{word}'.{Suggestion.Sentence(word, command.Subcommands.Select(c => c.Name))}";
        string data = command.Options.Any(o => o.Name == "--data") ? $" Images are given by --data {word}." : "";
        return $"Unexpected '{word}'.{data} Put a text with spaces in quotes.";
    }

    private static bool LooksLikeOption(Token token) => token.Type == TokenType.Argument && token.Value.StartsWith('-') && token.Value.Length > 1;

    private static HashSet<Token> AfterDoubleDash(ParseResult arguments)
    {
        var after = new HashSet<Token>(ReferenceEqualityComparer.Instance);
        bool literal = false;
        foreach (var token in arguments.Tokens)
        {
            if (literal)
                after.Add(token);
            literal |= token.Type == TokenType.DoubleDash;
        }

        return after;
    }
}
