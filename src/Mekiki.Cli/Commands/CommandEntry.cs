namespace Mekiki.Cli.Commands;

/// <summary>A command in the table. It is made when it is asked for: a line needs one of them, and all their options take longer than most commands.</summary>
/// <param name="name">What the user types after <c>mekiki</c>: one word, or two such as <c>data get</c>.</param>
/// <param name="make">Makes the command.</param>
internal sealed class CommandEntry(string name, Func<CliCommand> make)
{
    public string Name => name;

    /// <summary>The first word of the name.</summary>
    public string Group => name.Split(' ')[0];

    public CliCommand Command => field ??= make();

    /// <summary>The command for a tree of the parser.</summary>
    public CommandSymbol MakeSymbol() => new(name[(name.LastIndexOf(' ') + 1)..], Command);
}
