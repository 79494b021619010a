using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Data;

namespace Mekiki.Cli.Commands;

/// <summary>Downloads weights that torchvision publishes, and the names of their classes.</summary>
internal sealed class WeightsGetCommand : CliCommand
{
    private readonly Argument<string> name = Options.Argument("NAME", "The name of the weights; `mekiki weights list` shows them.").Offering(PublishedWeights.All.Select(w => (w.Name, $"{w.Model}, {w.Megabytes:0.0} MiB")));
    private readonly Option<string?> url = Options.OptionalText("--url", "ADDRESS", "Address of a mirror", "torchvision's server");
    private readonly Option<string?> from = Options.OptionalText("--weights", "FILE", "The published file, where no network reaches it; it is checked, and copied into the folder of downloads.");
    private readonly Option<int> retries = Options.Integer("--retries", "How often a broken connection is tried again without any progress", 5, 0, 1000);
    private readonly Option<bool> again = Options.Flag("--again", "Fetch them even if they are here.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Download pretrained weights, or go on with a download that was broken off.";

    public override string Remarks =>
        $"The file is checked by the digits of its sha256 that its name carries, and lies in `weights` in the folder of downloads (MEKIKI_DATA); a file that is put there by hand works too. " +
        "The names of the classes are fetched beside it; without them the classes are numbers. " +
        $"Licence: {PublishedWeights.Licence}.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki weights get mobilenet_v3_large", "Fetches 21 MiB. Then `mekiki train --preset photo --from mobilenet_v3_large` and `mekiki predict mobilenet_v3_large photo.jpg` work."),
        new("mekiki weights get mobilenet_v3_large --weights /media/stick/mobilenet_v3_large-8738ca79.pth", "Copies the file, where there is no network."),
        new("mekiki weights get resnet50-v2 --url http://mirror.example/resnet50-11ad3fa6.pth", "The same from a mirror."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [name, url, from, retries, again, json];

    public override IEnumerable<string> Check(ParseResult arguments) => arguments.GetValue(url) is not null && arguments.GetValue(from) is not null
        ? ["--weights: expected no such option beside --url, since both say where the file is, got both. Leave one of them out."]
        : Fetch.CheckAddress(arguments.GetValue(url));

    public override int Run(ParseResult arguments, Host host)
    {
        var weights = PublishedWeights.Named(arguments.GetRequiredValue(name));
        string? local = arguments.GetValue(from);
        bool fetches = local is null && (!weights.IsHere() || arguments.GetValue(again));
        DownloadedFile file;
        if (local is not null)
            file = weights.CopyFrom(local);
        else if (fetches)
        {
            if (Fetch.Run(host, weights.Name, arguments.GetValue(retries), options => weights.Download(arguments.GetValue(url), options: options)) is not { } fetched)
                return ExitCode.Interrupted;
            file = fetched;
        }
        else
        {
            host.Say($"{weights.Name} is here already; --again fetches it anew.");
            file = Download.Arrived(weights.PathIn());
        }

        // Whoever works without a network puts the file there; numbers serve as well.
        if (!File.Exists(PublishedWeights.NamesPathIn()) && arguments.GetValue(url) is null && local is null)
            try
            {
                if (Fetch.Run(host, "class names", 0, options => PublishedWeights.DownloadNames(options: options)) is null)
                    return ExitCode.Interrupted;
            }
            catch (MekikiException e)
            {
                host.SayWarning($"The names of the classes could not be fetched, and are numbers: {e.Message}");
            }

        // A file that cannot be read is told now.
        int classes = weights.Load().Classes.Count;
        if (arguments.GetValue(json))
            new JsonLine()
                .Add("command", "weights get").Add("name", weights.Name).Add("path", file.Path).Add("bytes", file.Length).Add("sha256", file.Sha256).Add("classes", classes).Add("fetched", fetches)
                .WriteTo(host.Out);
        else
        {
            host.Out.WriteLine(file.Path);
            host.Tell($"{file.Length:N0} bytes, sha256 {file.Sha256}");
            host.SayNext($"`mekiki train --data PHOTOS --preset photo --from {weights.Name}`.");
        }

        return ExitCode.Done;
    }
}
