using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;

namespace Mekiki.Cli.Commands;

/// <summary>The weights that torchvision publishes for networks of the catalogue.</summary>
internal sealed class WeightsListCommand : CliCommand
{
    private readonly Option<bool> json = Options.Json();

    public override string Description => "List pretrained weights that torchvision publishes, and whether they are here.";

    public override string Remarks =>
        "They were trained on ImageNet: 1.3 million photographs of 1,000 classes. top-1 is their published accuracy there. " +
        $"Licence: {PublishedWeights.Licence}.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki weights list", "Each name can stand for a model once `weights get` has fetched it."),
        new("mekiki weights list --json", "A line for each, with its address and where it lies."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [json];

    public override int Run(ParseResult arguments, Host host)
    {
        if (arguments.GetValue(json))
            foreach (var weights in PublishedWeights.All)
                new JsonLine()
                    .Add("command", "weights list").Add("name", weights.Name).Add("model", weights.Model).Add("mebibytes", weights.Megabytes).Add("top1", weights.Accuracy)
                    .Add("licence", PublishedWeights.Licence).Add("url", weights.Url).Add("sha256_start", weights.Sha256Start).Add("path", weights.PathIn()).Add("here", weights.IsHere())
                    .WriteTo(host.Out);
        else
            Tables.Write(host, ["name", "state", "MiB", "top-1"],
                PublishedWeights.All.Select(w => (string[])[w.Name, host.Language.In(w.IsHere() ? "here" : "to fetch"), w.Megabytes.ToString("0.0", CultureInfo.InvariantCulture), w.Accuracy.ToString("0.0", CultureInfo.InvariantCulture) + " %"]));
        return ExitCode.Done;
    }
}
