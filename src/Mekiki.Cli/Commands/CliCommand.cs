using System.CommandLine;

namespace Mekiki.Cli.Commands;

/// <summary>A command: its arguments and options as fields, and what it does with them: one library call, then printing.</summary>
internal abstract class CliCommand
{
    /// <summary>One sentence for the list of commands.</summary>
    public abstract string Description { get; }

    /// <summary>Lines to copy, each with what it does; the tests parse them.</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>What the help says beyond the options, or an empty text.</summary>
    public virtual string Remarks => "";

    /// <summary>Whether processes that `mpirun` starts do it together, of which rank 0 alone speaks.</summary>
    public virtual bool IsShared => false;

    /// <summary>Arguments and options, in the order of the help.</summary>
    public abstract IReadOnlyList<Symbol> Symbols { get; }

    /// <summary>Does it.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="MekikiException">A mistake of the user's; its message is printed and the exit code is 2.</exception>
    public abstract int Run(ParseResult arguments, Host host);

    /// <summary>What is wrong with options that are right one by one; a message each.</summary>
    public virtual IEnumerable<string> Check(ParseResult arguments) => [];
}
