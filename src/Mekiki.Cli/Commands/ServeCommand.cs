using System.CommandLine;
using Mekiki.Cli.Parsing;
using Mekiki.Serving;
using Mekiki.Serving.Options;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Host = Mekiki.Cli.Hosting.Host;

namespace Mekiki.Cli.Commands;

/// <summary>Serves models over HTTP, and as a page.</summary>
internal sealed class ServeCommand : CliCommand
{
    private const string KeysVariable = "MEKIKI_API_KEYS", UsualUrl = "http://127.0.0.1:5080";
    private static readonly ServingOptions usual = new();

    private readonly Argument<string[]> models = Options.OptionalArguments("MODEL", "Folders of runs, or model files; NAME=PATH gives one a name. Without any: hiragana, which is part of Mekiki.");
    private readonly Option<string> urls = Options.Text("--urls", "URLS", "Where to listen; several with ; between", UsualUrl);
    private readonly Option<string?> keyFile = Options.OptionalText("--keys", "FILE", "Keys of which a request must bring one, one a line; those of MEKIKI_API_KEYS, with commas between, count too", "none on this machine alone");
    private readonly Option<bool> noAuth = Options.Flag("--no-auth", "Answer other machines without a key.");
    private readonly Option<string?> corrections = Options.OptionalText("--corrections", "DIR", "Keep images whose right class users tell in this folder, as `train --data` takes it", "nothing is kept");
    private readonly Option<bool> examples = Options.Flag("--examples", "Show the training images that are most like an image; for the folder of a run whose images are still there, or a model of drawn characters.");
    private readonly Option<bool> manage = Options.Flag("--manage", "Let requests unload models and load them again.");
    private readonly Option<string?> origins = Options.OptionalText("--cors", "ORIGINS", "Pages elsewhere that may ask, such as https://example.org; several with , between", "none");
    private readonly Option<int> body = Options.Integer("--most-body", "The largest body of a request in MiB", usual.MostBody, 1, 128);
    private readonly Option<int> images = Options.Integer("--most-images", "The most images of one request", usual.MostImages, 1, 4096);
    private readonly Option<int> pixels = Options.Integer("--most-pixels", "The most pixels of one image in megapixels of 2^20", usual.MostPixels, 1, 64);
    private readonly Option<int> queue = Options.Integer("--most-waiting", "The most images of one model at one time", usual.MostWaiting, 1, 1 << 20);
    private readonly Option<int> uploads = Options.Integer("--most-uploads", "The most memory of all bodies together in MiB", usual.MostUploads, 1, 1 << 16);
    private readonly Option<int> weights = Options.Integer("--most-weights", "The most memory of the weights of all models together in MiB", usual.MostWeights, 1, 1 << 20);
    private readonly Option<int> time = Options.Integer("--most-time", "How long a request may take, in seconds", usual.MostTime, 1, 3600);
    private readonly Option<int> delay = Options.Integer("--max-delay", "How long a batch that is not full waits for more images, in milliseconds", usual.MaxDelay, 0, 1000);
    private readonly Option<bool> log = Options.Flag("--log", "Write a line for each request to standard error.");
    private readonly Option<int?> threads = Options.Threads();

    public override string Description => "Serve models over HTTP, and as a page to draw, drop and correct.";

    public override string Remarks =>
        "The page is at the address itself, the routes are described at /api. A model file that is written again is swapped while requests go on; a bad one changes nothing. " +
        "Ctrl-C or SIGTERM ends the service once what it has begun is answered. TLS and other settings of Kestrel come from its own variables, such as Kestrel__Certificates__Default__Path.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki serve", "The recognizer of hiragana that is part of Mekiki: open http://127.0.0.1:5080 and draw."),
        new("mekiki serve model.safetensors", "On this machine alone: open http://127.0.0.1:5080."),
        new("mekiki serve kana=model.safetensors old=runs/20260102-030405-cnn --corrections corrected", "Two models under names; the page saves corrections."),
        new("mekiki serve runs/20260102-030405-kana-net --examples", "The page shows the training images that are most like what is drawn."),
        new("mekiki serve model.safetensors --urls http://0.0.0.0:5080 --keys keys.txt", "For other machines, with keys."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [models, urls, keyFile, noAuth, corrections, examples, manage, origins, body, images, pixels, queue, uploads, weights, time, delay, log, threads];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        foreach (string url in Urls(arguments))
            if (!Uri.TryCreate(url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                yield return $"--urls: expected addresses such as {UsualUrl}, got '{url}'.";
    }

    public override int Run(ParseResult arguments, Host host) => WebServer.IsSupported ? Serve(arguments, host) : throw WebServer.NotSupported("serve");

    private int Serve(ParseResult arguments, Host host)
    {
        NativeHeap.KeepSmall();
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var keys = Keys(arguments, host);
        if (keys.Count == 0 && !arguments.GetValue(noAuth) && Urls(arguments).FirstOrDefault(url => !IsLoopback(url)) is { } open)
            throw new MekikiException($"--urls: expected keys for {open}, which other machines reach, got none. Give --keys FILE, set {KeysVariable}, or say --no-auth.");
        string? folder = arguments.GetValue(corrections);
        if (folder is not null && WritableFolder.Look("corrections", folder).Problem is { } problem)
            throw new MekikiException($"--corrections: {problem[..problem.IndexOf(" Set MEKIKI_", StringComparison.Ordinal)]} Give another folder.");
        var builder = WebServer.Builder(host, Urls(arguments));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(arguments.GetValue(time)));
        foreach (var (name, path) in Named(arguments.GetValue(models) is { Length: > 0 } given ? given : [BuiltInRecognizer.All[0].Name]))
            if (arguments.GetValue(examples))
                builder.Services.AddMekiki(name, path, recognizer => TrainingImages(path, recognizer));
            else
                builder.Services.AddMekiki(name, path);
        builder.Services.AddMekiki(options =>
        {
            (options.ApiKeys, options.Corrections, options.CanManage, options.LogsRequests) = (keys, folder, arguments.GetValue(manage), arguments.GetValue(log));
            (options.MostBody, options.MostImages, options.MostPixels, options.MostWaiting) = (arguments.GetValue(body), arguments.GetValue(images), arguments.GetValue(pixels), arguments.GetValue(queue));
            (options.MostUploads, options.MostWeights, options.MostTime, options.MaxDelay) = (arguments.GetValue(uploads), arguments.GetValue(weights), arguments.GetValue(time), arguments.GetValue(delay));
            options.Origins = arguments.GetValue(origins)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        });
        var app = builder.Build();
        app.MapMekiki();
        return WebServer.Run(app, host, "--urls", Urls(arguments)).GetAwaiter().GetResult();
    }

    // The images that a run or a drawn set trained.
    private static (ImageSet Set, int[] Images) TrainingImages(string path, Recognizer recognizer)
    {
        if (Directory.Exists(path))
        {
            var run = TestData.Open(path, recognizer, part: SplitPart.Train);
            return (run.Set, run.Subset!);
        }

        // Drawn characters were among those that trained the built-in recognizer.
        string? drawn = BuiltInRecognizer.All.Any(r => r.Name.Equals(path, StringComparison.OrdinalIgnoreCase)) ? "kana" : recognizer.Card.Data;
        if (drawn is null || !KnownSet.IsDrawn(drawn))
            throw new MekikiException($"--examples: expected the folder of a run or a model of drawn characters, got {path}, a file that does not hold the images that trained it. Give the run's folder.");
        var set = TestData.Open(path, recognizer, drawn).Set;
        return (set, Split.OwnOf(set)!.Train);
    }

    private static IEnumerable<(string Name, string Path)> Named(string[] models)
    {
        foreach (string text in models)
        {
            int split = File.Exists(text) || Directory.Exists(text) ? -1 : text.IndexOf('=', StringComparison.Ordinal);
            string path = split < 0 ? text : text[(split + 1)..];
            yield return (split < 0 ? NameOf(path) : text[..split], path);
        }
    }

    // A run's folder, or a file in a run's folder, is named by the folder.
    private static string NameOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), stem = Path.GetFileNameWithoutExtension(full);
        string name = Directory.Exists(full) ? Path.GetFileName(full) : stem;
        string safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).TrimStart('-', '_', '.');
        return safe.Length is 0 or > 100 ? "model" : safe;
    }

    private IReadOnlyList<string> Keys(ParseResult arguments, Host host)
    {
        string[] lines = [];
        if (arguments.GetValue(keyFile) is { } file)
        {
            try
            {
                lines = File.ReadAllLines(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new MekikiException($"--keys: expected a file of keys, one a line, got: {e.Message}", e);
            }

            if (lines.All(string.IsNullOrWhiteSpace))
                throw new MekikiException($"--keys: expected one key or more in {file}, got none.");
        }

        return [.. lines.Concat((host.Variable(KeysVariable) ?? "").Split(',')).Select(k => k.Trim()).Where(k => k.Length > 0)];
    }

    private string[] Urls(ParseResult arguments) => arguments.GetRequiredValue(urls).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && WebServer.IsThisMachine(uri.Host);
}
