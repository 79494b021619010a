using System.CommandLine;
using Mekiki.Cli.Parsing;
using Mekiki.Workbench.Watching;

namespace Mekiki.Cli.Commands;

/// <summary>Shows trainings as a page while they go on.</summary>
internal sealed class WatchCommand : CliCommand
{
    private const string UsualFolder = "runs";

    private readonly Argument<string[]> runs = Options.OptionalArguments("RUN", "Folders of runs, or folders that hold some, of which new ones appear by themselves. Without any: runs.");
    private readonly Option<int> port = Options.Integer("--port", "Where the page is on this machine; 0: wherever is free", WatchPage.UsualPort, 0, 65535);

    public override string Description => "Show trainings as a page while they go on.";

    public override string Remarks =>
        "Curves of loss, accuracy and learning rate, how fast it goes and what is left, the figures of each epoch, what was confused, and pictures of the mistakes after each test; a button stops a training as Ctrl-C does. " +
        "The page reads the files of the runs and takes no time from the training. It is there for this machine alone; `ssh -L 5081:127.0.0.1:5081 HOST` brings it here from another.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki watch", "All runs in the folder runs: open http://127.0.0.1:5081."),
        new("mekiki watch runs/20260102-030405-cnn ../other/runs", "One run, and all in another folder."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [runs, port];

    public override int Run(ParseResult arguments, Host host) => WebServer.IsSupported ? Watch(arguments, host) : throw WebServer.NotSupported("watch");

    private int Watch(ParseResult arguments, Host host)
    {
        string url = WatchPage.UrlOf(arguments.GetValue(port));
        var watched = new WatchedRuns(arguments.GetValue(runs) is { Length: > 0 } given ? given : [UsualFolder]);
        return WebServer.Run(WatchPage.Build(host, watched, url), host, "--port", [url]).GetAwaiter().GetResult();
    }
}
