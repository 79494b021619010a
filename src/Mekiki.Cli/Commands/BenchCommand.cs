using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Workbench.Benchmarks;

namespace Mekiki.Cli.Commands;

/// <summary>How fast a network trains or answers on this machine.</summary>
internal sealed class BenchCommand : CliCommand
{
    private readonly Argument<string> model = Options.Argument("MODEL", "The name of a model; `mekiki models` lists all.").Offering(Options.Models);
    private readonly Option<BenchmarkMode> mode = Options.Choice("--mode", "MODE", "What is timed", "train", [("train", BenchmarkMode.Train), ("infer", BenchmarkMode.Infer), ("load", BenchmarkMode.Load)]);
    private readonly Option<int> batch = Options.Integer("--batch", "Images in a batch", 32, 1, 65_536);
    private readonly Option<int?> size = Options.OptionalInteger("--size", "Side of the images in pixels", 1, 4096, "48, or more where the model needs it");
    private readonly Option<int> channels = Options.Integer("--channels", "Channels of the images", 1, 1, 1024);
    private readonly Option<int> classes = Options.Integer("--classes", "Classes to tell apart", 73, 1, 1_000_000);
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<double> seconds = Options.Number("--seconds", "Seconds that are measured", 5, 0.01);
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Measure how fast a network trains or answers, and how near to the processor's limit.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki bench cnn", "Training steps of the chapter's network, batches of 32."),
        new("mekiki bench resnet18 --mode infer --batch 1 --size 224 --channels 3 --threads 1", "How long one large colour image takes on one thread."),
        new("mekiki bench cnn --mode load", "How fast batches for it are prepared."),
        new("mekiki bench mlp --json", "The same for a program."),
    ];

    public override string Remarks =>
        "A training step is forward, loss, zero gradients, backward and Adam; inference is forward in evaluation mode. Images are random and lie in memory, so loading is not timed; --mode load times it alone: decoded pixels through the chapter's random affine into the model's batches. The rate is the median's. The limit is what multiply-adds of the widest vectors reach on registers alone, measured in the same run.";

    public override IReadOnlyList<Symbol> Symbols => [model, mode, batch, size, channels, classes, threads, seconds, json];

    public override int Run(ParseResult arguments, Host host)
    {
        var options = new BenchmarkOptions
        {
            Model = arguments.GetRequiredValue(model),
            Mode = arguments.GetValue(mode),
            Batch = arguments.GetValue(batch),
            Size = arguments.GetValue(size),
            Channels = arguments.GetValue(channels),
            Classes = arguments.GetValue(classes),
            Seconds = arguments.GetValue(seconds),
        };
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var result = ProgressBar.While(host, $"measuring {options.Model}", _ => NetworkBenchmark.Run(options));
        if (arguments.GetValue(json))
            WriteJson(host, result);
        else
            WriteText(host, result);
        return ExitCode.Done;
    }

    private static string ModeName(BenchmarkResult result) => result.Options.Mode switch { BenchmarkMode.Train => "train", BenchmarkMode.Infer => "infer", _ => "load" };

    private static void WriteText(Host host, BenchmarkResult result)
    {
        var options = result.Options;
        Facts.Write(host, "work", $"{options.Model}, {ModeName(result)}, {options.Batch:N0} x {result.Input}, {options.Classes:N0} classes, {result.Threads} {(result.Threads == 1 ? "thread" : "threads")}");
        Facts.Write(host, "rate", $"{result.ImagesPerSecond:N0} img/s (best {result.BestImagesPerSecond:N0})");
        Facts.Write(host, "step", $"{result.MedianSeconds * 1e3:N3} ms, median of {result.Steps:N0}");
        if (result.FlopsPerStep > 0)
            Facts.Write(host, "arithmetic", $"{result.FlopsPerSecond / 1e9:N1} GFLOP/s, {result.ShareOfPeak:P0} of the measured limit of {result.PeakFlopsPerSecond / 1e9:N0}");
        Facts.Write(host, "memory", $"{Amounts.Bytes(result.PeakMemoryBytes)} at most");
    }

    private static void WriteJson(Host host, BenchmarkResult result) =>
        new JsonLine()
            .Add("engine", $"mekiki {Machine.Version}")
            .Add("model", result.Options.Model)
            .Add("mode", ModeName(result))
            .Add("batch", result.Options.Batch)
            .Add("size", result.Input.Height)
            .Add("channels", result.Input.Channels)
            .Add("threads", result.Threads)
            .Add("img_per_s", result.ImagesPerSecond, decimals: 0)
            .Add("best", result.BestImagesPerSecond, decimals: 0)
            .Add("ms_per_step", result.MedianSeconds * 1e3, decimals: 3)
            .Add("gflops", result.FlopsPerSecond / 1e9, decimals: 1)
            .Add("peak_gflops", result.PeakFlopsPerSecond / 1e9, decimals: 1)
            .Add("of_peak", result.ShareOfPeak, decimals: 4)
            .Add("peak_memory_mb", result.PeakMemoryBytes / 1e6, decimals: 1)
            .WriteTo(host.Out);
}
