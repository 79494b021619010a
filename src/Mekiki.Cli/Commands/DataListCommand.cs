using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;

namespace Mekiki.Cli.Commands;

/// <summary>The sets that have a name.</summary>
internal sealed class DataListCommand : CliCommand
{
    private readonly Option<bool> json = Options.Json();

    public override string Description => "List the data sets that have a name, and whether they are here.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki data list", "Each name can stand after --data, and after `data get` where it must be fetched."),
        new("mekiki data list --json", "A line for each set, with its address and where it lies."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [json];

    public override int Run(ParseResult arguments, Host host)
    {
        if (arguments.GetValue(json))
            foreach (var set in KnownSet.All)
                new JsonLine()
                    .Add("command", "data list").Add("name", set.Name).Add("description", set.Description).Add("licence", set.Licence)
                    .Add("url", set.Url).Add("path", set.Url is null ? null : set.PathIn(null)).Add("here", set.IsHere())
                    .WriteTo(host.Out);
        else
            Tables.Write(host, ["name", "state", "licence", "what"],
                KnownSet.All.Select(s => (string[])[s.Name, host.Language.In(s.Url is null ? "built in" : s.IsHere() ? "here" : "to fetch"), host.Language.In(s.Licence), host.Language.In(s.Description)]));
        return ExitCode.Done;
    }
}
