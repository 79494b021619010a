using System.CommandLine;
using Mekiki.Vision.Options;

namespace Mekiki.Cli.Parsing;

/// <summary>The options of a command that a table of options holds: offered and applied as the rows say.</summary>
/// <param name="rows">The rows, in the order of the help.</param>
/// <param name="own">Options that the command makes itself, in the places of the rows with their names.</param>
internal sealed class TableOptions<TOptions>(IEnumerable<OptionRow<TOptions>> rows, params Option[] own) where TOptions : class, new()
{
    private readonly (OptionRow<TOptions> Row, Option Option)[] all = [.. rows.Select(row => (row, own.FirstOrDefault(o => o.Name == "--" + row.Name) ?? Make(row)))];

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => all.Select(a => a.Option);

    /// <summary>The option of a property.</summary>
    public Option this[string property] => all.Single(a => a.Row.Property == property).Option;

    /// <summary>The options with those changed that were given; the command's own are left to it.</summary>
    public TOptions Apply(ParseResult arguments, TOptions options) =>
        all.Where(a => !own.Contains(a.Option) && IsGiven(arguments, a.Option))
            .Aggregate(options, (current, a) => a.Row.With(current, a.Option is Option<string?> text ? arguments.GetValue(text)! : ""));

    /// <summary>Whether the user gave an option.</summary>
    public static bool IsGiven(ParseResult arguments, Option option) => arguments.GetResult(option) is { Implicit: false };

    private static Option Make(OptionRow<TOptions> row) => row.Placeholder.Length == 0 ? Options.Flag("--" + row.Name, $"{row.Help}.") : Options.TextOf(row);
}
