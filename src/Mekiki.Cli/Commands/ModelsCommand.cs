using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Models;

namespace Mekiki.Cli.Commands;

/// <summary>The networks that have a name.</summary>
internal sealed class ModelsCommand : CliCommand
{
    private const int Classes = 73;

    private readonly Option<bool> json = Options.Json();

    public override string Description => "List the networks, from the oldest to the newest.";

    public override string Remarks => $"Parameters are counted for {Classes} classes and the input that is shown, which is for grey images of 48x48; larger ones and colours are taken as they are. Of recognizers that learn from all images at once, the images decide how many there are.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki models", "Each name can stand after --model."),
        new("mekiki models --json", "A line for each network, with its paper."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [json];

    public override int Run(ParseResult arguments, Host host)
    {
        if (arguments.GetValue(json))
            foreach (var entry in Catalogue.All)
                new JsonLine()
                    .Add("command", "models").Add("model", entry.Name).Add("year", entry.Year).Add("parameters", Parameters(entry)).Add("input", entry.DefaultInput.ToString())
                    .Add("least_side", entry.LeastSide).Add("description", entry.Description).Add("paper", entry.Paper)
                    .WriteTo(host.Out);
        else
            Tables.Write(host, ["name", "year", ">parameters", "input", "what"],
                Catalogue.All.Select(e => (string[])[e.Name, Text(e.Year), e.IsFitted ? host.Language.In("learnt") : Parameters(e).ToString("N0", CultureInfo.InvariantCulture), e.DefaultInput.ToString(), host.Language.In(e.Description)]));
        return ExitCode.Done;
    }

    private static long Parameters(ModelEntry entry) => entry.Build(entry.DefaultInput, Classes).ParameterCount();

    private static string Text(int year) => year.ToString(CultureInfo.InvariantCulture);
}
