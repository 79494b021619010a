using System.CommandLine;
using System.CommandLine.Completions;
using Mekiki.Cli.Commands;

namespace Mekiki.Cli;

/// <summary>A word that may stand at the cursor.</summary>
/// <param name="Word">The word.</param>
/// <param name="About">What it means, in a few words, or an empty text.</param>
internal sealed record Candidate(string Word, string About);

/// <summary>How a line that is being typed can go on: the commands, options and names that may stand at its end.</summary>
/// <remarks>The scripts of <c>mekiki completion</c> call the program with <see cref="CompletionScript.Request"/> and the words of the line.</remarks>
internal static class Completion
{
    private const int AboutLength = 60;

    private static readonly string[] pathWords = ["DATA", "DIR", "FILE", "FIRST", "IMAGE", "RUN", "SECOND", "SOURCE"];

    /// <summary>The answer to a script: a line for each candidate, the word and what it means with a tab between; then <see cref="CompletionScript.Files"/>, where a path may stand.</summary>
    /// <param name="args">All words of the call, <see cref="CompletionScript.Request"/> or <see cref="CompletionScript.RequestNext"/> first.</param>
    public static IEnumerable<string> Answer(string[] args)
    {
        string[] words = args is [CompletionScript.RequestNext, ..] ? [.. args[1..], ""] : args[1..];
        var (candidates, isPath) = Of(words.Length == 0 ? [""] : words);
        foreach (var (word, about) in candidates)
            yield return about.Length == 0 ? word : $"{word}\t{about}";
        if (isPath)
            yield return CompletionScript.Files;
    }

    /// <summary>What may stand in the place of the last word, and whether a path may.</summary>
    /// <param name="words">The line without the program's name; the last word is unfinished and may be empty.</param>
    public static (IReadOnlyList<Candidate> Candidates, bool IsPath) Of(IReadOnlyList<string> words)
    {
        var place = new Place(CommandTree.Root);
        int start = words is ["help", _, ..] ? 1 : 0;
        for (int i = start; i < words.Count - 1; i++)
            place.Pass(words[i]);
        string word = words[^1];
        // Bash cuts --name=value into three words.
        if (word == "=" && place.Awaiting is not null)
            word = "";
        var (candidates, isPath) = place.Next(ref word, out string before);
        return ([.. candidates.Where(c => c.Word.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Select(c => c with { Word = before + c.Word })], isPath);
    }

    private static string Shortened(string? text)
    {
        // The first clause: what follows is for the help page.
        string clause = (text ?? "").Split('.', ';', ':', '(')[0].Trim();
        return clause.Length <= AboutLength ? clause : $"{clause[..clause.LastIndexOf(' ', AboutLength)]} …";
    }

    /// <summary>Where in a line the cursor is: the command so far, the option that waits for its value, the arguments that were given.</summary>
    private sealed class Place(Command command)
    {
        private readonly HashSet<Option> given = [];
        private Command command = command;
        private int arguments;
        private bool isLiteral;

        /// <summary>The option whose value comes next, or null.</summary>
        public Option? Awaiting { get; private set; }

        /// <summary>Goes past a finished word.</summary>
        public void Pass(string word)
        {
            if (Awaiting is not null)
            {
                if (word != "=")
                    Awaiting = null;
            }
            else if (!isLiteral && word == "--")
                isLiteral = true;
            else if (!isLiteral && word.StartsWith('-') && word.Length > 1)
            {
                string name = word.Split('=')[0];
                if (Known().FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name)) is not { } option)
                    return;
                given.Add(option);
                if (option.Arity.MaximumNumberOfValues > 0 && !word.Contains('='))
                    Awaiting = option;
            }
            else if (command.Subcommands.FirstOrDefault(c => c.Name == word) is { } inner)
                command = inner;
            else
                arguments++;
        }

        /// <summary>What may stand next.</summary>
        /// <param name="word">The unfinished word; becomes the part of it that candidates continue.</param>
        /// <param name="before">The part that they stand behind, such as <c>--model=</c> or <c>small+</c>.</param>
        public (IEnumerable<Candidate> Candidates, bool IsPath) Next(ref string word, out string before)
        {
            before = "";
            if (Awaiting is not null)
                return Values(Awaiting.HelpName, Awaiting.CompletionSources, ref word, ref before);
            if (!isLiteral && word.StartsWith('-'))
            {
                int equals = word.IndexOf('=');
                if (equals < 0)
                    return (Known().Where(o => !given.Contains(o)).Select(o => new Candidate(o.Name, Shortened(o.Description))), false);
                string name = word[..equals];
                if (Known().FirstOrDefault(o => o.Name == name) is not { Arity.MaximumNumberOfValues: > 0 } option)
                    return ([], false);
                before = word[..(equals + 1)];
                word = word[(equals + 1)..];
                return Values(option.HelpName, option.CompletionSources, ref word, ref before);
            }

            if (command.Subcommands.Count > 0)
                return (command.Subcommands.Select(c => new Candidate(c.Name, Shortened(c.Description))), false);
            if (command.Arguments.Count == 0)
                return ([], false);
            var argument = command.Arguments[Math.Min(arguments, command.Arguments.Count - 1)];
            bool isFull = arguments >= command.Arguments.Count && argument.Arity.MaximumNumberOfValues == 1;
            return isFull ? ([], false) : Values(argument.HelpName, argument.CompletionSources, ref word, ref before);
        }

        // The placeholder tells what else may stand there: NAME[+NAME] several names, DATA a path.
        private static (IEnumerable<Candidate>, bool) Values(string? placeholder, List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, ref string word, ref string before)
        {
            string form = placeholder ?? "";
            int bracket = form.IndexOf('[');
            if (bracket >= 0 && word.LastIndexOf(form[bracket + 1]) is >= 0 and var joint)
            {
                before += word[..(joint + 1)];
                word = word[(joint + 1)..];
            }

            Candidate[] names = [.. sources.SelectMany(s => s(CompletionContext.Empty)).Select(i => new Candidate(i.Label, Shortened(i.Detail)))];
            bool isPath = form.Split('|').Any(pathWords.Contains) || form == "MODEL" && names.Length == 0;
            return (names, isPath);
        }

        private IEnumerable<Option> Known() => command == CommandTree.Root ? command.Options : command.Options.Concat(CommandTree.Common);
    }
}
