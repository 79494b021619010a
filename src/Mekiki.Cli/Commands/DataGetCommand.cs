using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;

namespace Mekiki.Cli.Commands;

/// <summary>Downloads a set that has a name.</summary>
internal sealed class DataGetCommand : CliCommand
{
    private readonly Argument<string> name = Options.Argument("NAME", "The name of a data set; `mekiki data list` shows them.").Offering(KnownSet.All.Where(s => s.Url is not null).Select(s => (s.Name, s.Description)));
    private readonly Option<string?> url = Options.OptionalText("--url", "ADDRESS", "Address of a mirror", "the set's own address");
    private readonly Option<string?> folder = Options.OptionalText("--folder", "DIR", "Folder in which the file shall lie", "MEKIKI_DATA, or the user's data folder");
    private readonly Option<int> retries = Options.Integer("--retries", "How often a broken connection is tried again without any progress", 5, 0, 1000);
    private readonly Option<bool> again = Options.Flag("--again", "Fetch it even if it is here.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Download a data set, or go on with a download that was broken off.";

    public override string Remarks =>
        "The file appears under its name only when all of it has arrived. A broken download goes on where it stopped, when the command is given again. " +
        "The proxy is taken from http_proxy, https_proxy and no_proxy.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki data get hiragana73", "Fetches 80,000 scanned hiragana (233 MB) and prints where they lie and their sha256."),
        new("mekiki data get hiragana73 --url http://mirror.example/hiragana73.zip", "The same from a mirror."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [name, url, folder, retries, again, json];

    public override IEnumerable<string> Check(ParseResult arguments) => Fetch.CheckAddress(arguments.GetValue(url));

    public override int Run(ParseResult arguments, Host host)
    {
        var set = KnownSet.Named(arguments.GetRequiredValue(name));
        string? folderPath = arguments.GetValue(folder);
        bool asJson = arguments.GetValue(json);
        if (set.Url is not null && set.IsHere(folderPath) && !arguments.GetValue(again))
        {
            host.Say($"{set.Name} is here already; --again fetches it anew.");
            Write(host, asJson, set, Vision.Data.Download.Arrived(set.PathIn(folderPath)), fetched: false, folderPath);
            return ExitCode.Done;
        }

        if (Fetch.Run(host, set.Name, arguments.GetValue(retries), options => set.Download(arguments.GetValue(url), folderPath, options)) is not { } file)
            return ExitCode.Interrupted;
        Write(host, asJson, set, file, fetched: true, folderPath);
        return ExitCode.Done;
    }

    private static void Write(Host host, bool asJson, KnownSet set, DownloadedFile file, bool fetched, string? folder)
    {
        if (asJson)
            new JsonLine()
                .Add("command", "data get").Add("name", set.Name).Add("path", file.Path).Add("bytes", file.Length).Add("sha256", file.Sha256).Add("fetched", fetched)
                .WriteTo(host.Out);
        if (asJson)
            return;
        host.Out.WriteLine(file.Path);
        host.Tell($"{file.Length:N0} bytes, sha256 {file.Sha256}");
        host.SayNext($"`mekiki train --data {(folder is null ? set.Name : ShellWord.Of(file.Path))}`.");
    }
}
