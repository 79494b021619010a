using System.CommandLine;

namespace Mekiki.Cli.Commands;

/// <summary>What the parser knows of a command.</summary>
internal sealed class CommandSymbol : Command
{
    /// <param name="word">Its last word.</param>
    /// <param name="owner">The command.</param>
    public CommandSymbol(string word, CliCommand owner)
        : base(word, owner.Description)
    {
        Owner = owner;
        foreach (var symbol in owner.Symbols)
        {
            if (symbol is Argument argument)
                Add(argument);
            else
                Add((Option)symbol);
        }
    }

    /// <summary>What runs it.</summary>
    public CliCommand Owner { get; }
}
