using System.CommandLine;
using System.Diagnostics;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Onnx;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>Makes a model that computes with numbers of 8 bits.</summary>
internal sealed class QuantizeCommand : CliCommand
{
    private const int BatchSize = 32, MostCompared = 1000;
    private const double SpeedSeconds = 0.5;
    private const string First = "first", Last = "last";

    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Option<string?> data = Options.OptionalData("the run's own images");
    private readonly TableOptions<DataOptions> reading = Options.Reading();
    private readonly Option<RangeMethod> method = Options.Choice("--method", "METHOD", "How the range of values that 8 bits cover is found: by the least squared error, by all but the outermost 0.01 %, or from the least to the largest value.", "mse", [("mse", RangeMethod.Mse), ("percentile", RangeMethod.Percentile), ("minmax", RangeMethod.MinMax)]);
    private readonly Option<string?> keep = Options.OptionalText("--keep", "LAYERS", "Layers that stay on 32 bits: first, last, or first,last.", "none");
    private readonly Option<int> images = Options.Integer("--images", "How many images the ranges are found on, at most.", 256, 1, 100_000);
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "The model file to write. The name ends in .safetensors.");
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Make a model that computes with 8 bits: a quarter of the size, and faster.";

    public override string Remarks =>
        "The ranges of values are found on images of --data that do not test. Convolutions, linear layers and what stands between them compute with 8 bits, other layers as before; these are named. " +
        "`predict`, `test`, `serve` and `export` take the file as any other. Accuracy is told if --data or the run has a test part.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki quantize runs/20260102-030405-kana-net --out small.safetensors", "The best model of a run, with the run's own images."),
        new("mekiki quantize mobilenet.onnx --data pictures --keep first,last --out small.safetensors", "A network of another program."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, data, .. reading.All, method, keep, images, output, threads, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(output) is null)
            yield return "--out: expected a file to write, got none. Give one whose name ends in .safetensors.";
        foreach (string problem in OutputPaths.Problems(arguments, (output, ".safetensors")))
            yield return problem;
        if (Kept(arguments).FirstOrDefault(k => k is not (First or Last)) is { } unknown)
            yield return $"--keep: expected first, last, or first,last, got '{unknown}'.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(model), file = arguments.GetValue(output)!;
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var recognizer = Recognizer.Load(path);
        var test = ProgressBar.While(host, "reading images", bar => TestData.Open(path, recognizer, arguments.GetValue(data), arguments.GetValue(threads) ?? 0, SplitPart.Test, reading.Apply(arguments, new() { Progress = bar })));
        Facts.SaySkipped(host, test.Set.Skipped.Count);
        var tested = test.Subset?.ToHashSet();
        int[] rest = [.. Enumerable.Range(0, test.Set.Count).Where(i => tested?.Contains(i) != true)];
        var options = new QuantizerOptions { Method = arguments.GetValue(method), KeepsFirst = Kept(arguments).Contains(First), KeepsLast = Kept(arguments).Contains(Last), Images = arguments.GetValue(images) };
        QuantizerResult result;
        using (var bar = new ProgressBar(host, "quantize", Math.Min(rest.Length, options.Images), Amounts.Images))
            result = Quantizer.Quantize(recognizer, test.Set, rest, options, bar, host.Interrupt.Token);
        // A network of another program may have other classes than the images.
        bool hasTest = test.Subset is not null && test.Set.Classes.All(recognizer.Classes.Contains);
        EvaluationResult? before = Try(recognizer), after = Try(result.Recognizer);
        var (compared, alike) = Alike(recognizer, result.Recognizer, test.Set, test.Subset ?? rest, host.Interrupt.Token);
        var quantized = after is null ? result.Recognizer : new Recognizer(result.Recognizer.Network, result.Recognizer.Card with { Metrics = new SortedDictionary<string, double> { ["test_accuracy"] = after.Accuracy } });
        quantized.Save(file);
        string original = Directory.Exists(path) ? Path.Combine(path, "model.safetensors") : path;
        long? bytesBefore = File.Exists(original) ? new FileInfo(original).Length : null;
        long bytes = new FileInfo(file).Length;
        double speedBefore = Speed(recognizer), speed = Speed(quantized);
        if (arguments.GetValue(json))
        {
            new JsonLine().Add("command", "quantize").Add("model", recognizer.Card.Model).Add("data", test.Set.Source).Add("images", result.Images).Add("layers", result.Layers).Add("kept", Names(result))
                .Add("test_images", after is null ? 0 : test.Count).Add("accuracy_before", before?.Accuracy, 6).Add("accuracy_after", after?.Accuracy, 6).Add("compared", compared).Add("alike", alike).Add("bytes_before", bytesBefore).Add("bytes_after", bytes)
                .Add("img_per_s_before", speedBefore).Add("img_per_s_after", speed).Add("file", file).WriteTo(host.Out);
            return ExitCode.Done;
        }

        Facts.Write(host, "images", $"{result.Images:N0}, {test.Set.Source}");
        Facts.Write(host, "layers", $"{result.Layers:N0} convolutions and linear layers with 8 bits");
        Facts.Write(host, "as before", $"{(result.Kept.Count == 0 ? "nothing" : Names(result))}");
        if (before is not null && after is not null)
            Facts.Write(host, "accuracy", $"{before.Accuracy:P2} before, {after.Accuracy:P2} after, {test.Count:N0} test images");
        else
            host.Say(test.Subset is null ? "No accuracy is told: the images have no test part." : "No accuracy is told: the images have classes that the model does not know.");
        Facts.Write(host, "answers", $"{(double)alike / compared:P2} as before, of {compared:N0} images");
        Facts.Write(host, "size", $"{(bytesBefore is { } old ? FormattableString.Invariant($"{old:N0} bytes before, ") : "")}{bytes:N0} bytes after");
        Facts.Write(host, "speed", $"{speedBefore:N0} images/s before, {speed:N0} after, {BatchSize} together");
        Facts.Write(host, "file", $"{file}");
        return ExitCode.Done;

        EvaluationResult? Try(Recognizer tried)
        {
            if (!hasTest)
                return null;
            using var bar = new ProgressBar(host, "test", test.Count, Amounts.Images);
            return tried.Evaluate(test.Set, test.Subset, new LoaderOptions { BatchSize = BatchSize, Threads = arguments.GetValue(threads) ?? 0 }, bar, host.Interrupt.Token);
        }
    }

    private string[] Kept(ParseResult arguments) => arguments.GetValue(keep)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string Names(QuantizerResult result) => string.Join(", ", result.Kept.Select(k => k.Value == 1 ? k.Key : FormattableString.Invariant($"{k.Key} {k.Value}x")));

    // Of how many images both give the same answer.
    private static (int Images, int Alike) Alike(Recognizer before, Recognizer after, ImageSet set, int[] subset, CancellationToken cancellation)
    {
        subset = [.. Enumerable.Range(0, Math.Min(subset.Length, MostCompared)).Select(i => subset[(int)((long)i * subset.Length / Math.Min(subset.Length, MostCompared))])];
        var loader = new Loader(set, subset, before.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = BatchSize });
        loader.Start(epoch: 0);
        int alike = 0;
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var x = batch.ToTensor();
            alike += before.Scores(x).ArgMax().Zip(after.Scores(x).ArgMax()).Count(p => p.First == p.Second);
        }

        return (subset.Length, alike);
    }

    // Images a second, of noise.
    private static double Speed(Recognizer recognizer)
    {
        var input = recognizer.Preprocessing.Input;
        var generator = new Generator(0);
        var x = Tensor.Normal([BatchSize, input.Channels, input.Height, input.Width], ref generator);
        _ = recognizer.Scores(x);
        var clock = Stopwatch.StartNew();
        int done = 0;
        for (; clock.Elapsed.TotalSeconds < SpeedSeconds; done += BatchSize)
            _ = recognizer.Scores(x).Values;
        return done / clock.Elapsed.TotalSeconds;
    }
}
