using System.CommandLine;
using Mekiki.Cli.Parsing;

namespace Mekiki.Cli.Commands;

/// <summary>Scripts with which shells complete the line.</summary>
/// <remarks>
/// A script asks the program itself for the words that may stand at the cursor (<see cref="CompletionScript.Request"/>), so that all shells
/// offer the same, and what they offer is of the program's own version.
/// </remarks>
internal sealed class CompletionCommand : CliCommand
{
    private readonly Argument<string> shell = Options.Argument("SHELL", $"The shell: {string.Join(", ", CompletionScript.All.Select(s => s.Shell))}.")
        .Offering(CompletionScript.All.Select(s => (s.Shell, "")));

    public override string Description => "Print a script with which the shell completes commands, options and names.";

    public override string Remarks => "Put the line of your shell into its start-up file, or give it by hand. Then TAB completes commands, options, and the names of models, data sets, presets and other values.";

    public override IReadOnlyList<Example> Examples { get; } = [.. CompletionScript.All.Select(s => new Example($"mekiki completion {s.Shell}", s.Use))];

    public override IReadOnlyList<Symbol> Symbols => [shell];

    public override int Run(ParseResult arguments, Host host)
    {
        host.Out.Write(CompletionScript.Find(arguments.GetRequiredValue(shell)).Text);
        return ExitCode.Done;
    }
}
