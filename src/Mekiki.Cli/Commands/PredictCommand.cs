using System.CommandLine;
using System.Globalization;
using System.Text;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Options;

namespace Mekiki.Cli.Commands;

/// <summary>Recognizes images.</summary>
internal sealed class PredictCommand : CliCommand
{
    private const int BatchSize = 64, LongestPath = 1 << 15;
    private static readonly double[] shares = [80, 90, 95, 98, 99, 99.5];

    private static readonly string[] setEndings = [".zip", ".tar.gz", ".tgz", ".tar.zst", ".csv"];

    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Argument<string[]> images = Options.Arguments("IMAGE", "Image files; a folder stands for all images below it, or for those in its tar shards, as a .tar and a .txt of shards do; - stands for paths on standard input, one a line.");
    private readonly Option<int> top = Options.Integer("--top", "How many of the best classes are told", 5, 1);
    private readonly Option<double?> threshold = Options.OptionalNumber("--threshold", "Least probability of a label that is told, at most 1, for a model of any number of labels", OptionRange.MoreThan(0.0), "each label's own, or 0.5");
    private readonly Option<double?> unknownAt = Options.OptionalChoice("--unknown-at", "PERCENT", "Say unknown for images that are probably of no class: this share of images of the classes is still recognized", shares);
    private readonly Option<UnknownScore> unknownBy = Options.Choice("--unknown-by", "SCORE", "Which score tells known images from others", "energy", [("energy", UnknownScore.Energy), ("max-logit", UnknownScore.MaxLogit), ("probability", UnknownScore.Probability), ("neighbours", UnknownScore.Neighbours)]);
    private readonly Option<double?> coverage = Options.OptionalChoice("--set", "PERCENT", "Tell the classes of which one is the image's own with this probability", shares);
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<string?> shard = Options.OptionalText("--shard", "I/N", "Recognize part I of N of the images alone, 1 ≤ I ≤ N. auto: as a job array of Slurm or mpirun says; auto/N: as an indexed job of Kubernetes says", "all images");
    private readonly Option<string?> output = Options.OptionalText("--out", "FILE", "Write the results into a file, beside --json or --csv; what a stopped command has written is not done again. With --shard the part's name stands behind it: FILE.3-of-8", "standard output");
    private readonly Option<bool> json = Options.Json();
    private readonly Option<bool> csv = Options.Flag("--csv", "Print results as CSV.");

    public override string Description => "Recognize images: print the best classes of each.";

    public override string Remarks => "Images of any size and colour mode are prepared as the model file says. One that cannot be read has its reason instead of a label; the others go on, and the exit code is 2. --unknown-at and --set need a model that was calibrated: by `mekiki train --validation` or `mekiki calibrate`; --unknown-by neighbours needs `mekiki calibrate RUN --neighbours`. --shard and --out spread much work over many processes, and over stops: the files of all parts, joined in the order of their names (`cat FILE.*`), are the same bytes as the file of one run.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki predict model.safetensors scan.png", "The best five classes of one image, with their probabilities."),
        new("mekiki predict runs/20260102-030405-cnn scans --csv --top 1", "Every image in a folder, as a table."),
        new("mekiki predict model.safetensors scans --unknown-at 95 --set 99", "Says unknown for images of no class, and which classes an image may have."),
        new("mekiki predict model.safetensors scans --csv --out answers.csv --shard 3/8", "The third of eight parts, into answers.csv.3-of-8; after a stop the same command goes on."),
        new("find scans -name '*.png' | mekiki predict model.safetensors - --json", "Paths from another program, a JSON line for each."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, images, top, threshold, unknownAt, unknownBy, coverage, threads, shard, output, json, csv];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(threshold) is { } least and > 1)
            yield return FormattableString.Invariant($"--threshold: expected at most 1, got {least}.");
        if (arguments.GetValue(json) && arguments.GetValue(csv))
            yield return "--json and --csv: expected one of them, got both.";
        if (arguments.GetValue(shard) is { } part && Shard.Read(part, Environment.GetEnvironmentVariable, out string problem) is null)
            yield return problem;
        if (arguments.GetValue(output) is not null && !arguments.GetValue(json) && !arguments.GetValue(csv))
            yield return "--out: expected --json or --csv beside it, got neither. Add one.";
        if ((arguments.GetValue(output) is not null || arguments.GetValue(shard) is not null) && arguments.GetRequiredValue(images).Contains("-"))
            yield return "--shard and --out: expected images or folders, whose number is known, got standard input. Name them.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        RefuseSets(arguments.GetRequiredValue(model), arguments.GetRequiredValue(images));
        var recognizer = Recognizer.Load(arguments.GetRequiredValue(model));
        if (arguments.GetValue(threshold) is not null && !recognizer.Card.IsMultiLabel)
            throw new MekikiException("--threshold: expected it with a model of any number of labels, got a model that tells one class. Leave it out.");
        int told = Math.Min(arguments.GetValue(top), recognizer.Classes.Count), failed = 0;
        var options = new PredictOptions { Top = told, Threshold = (float)(arguments.GetValue(threshold) ?? 0), BatchSize = BatchSize, UnknownAt = arguments.GetValue(unknownAt), UnknownBy = arguments.GetValue(unknownBy), Coverage = arguments.GetValue(coverage) };
        Shard? part = arguments.GetValue(shard) is { } text ? Shard.Read(text, Environment.GetEnvironmentVariable, out _) : null;
        using var opened = new OpenedShards();
        var batches = Batches(arguments.GetRequiredValue(images), host, opened);
        if (part is not null || arguments.GetValue(output) is not null)
            batches = PartOf([.. batches], part);
        string? file = arguments.GetValue(output) is { } path ? part?.FileOf(path) ?? path : null;
        if (file is not null && File.Exists(file))
        {
            host.Say($"{file} is there already, with all of its images. Delete it to recognize them again.");
            return ExitCode.Done;
        }

        bool isCsv = arguments.GetValue(csv), hasHead = isCsv && part is null or { Number: 1 };
        using var records = file is null ? null : RecordFile.Open(file, JobOf(recognizer, options, isCsv, batches), isCsv);
        var writer = records?.Writer ?? host.Out;
        Action<ImagePrediction> write = arguments.GetValue(json) ? p => WriteJson(writer, p, options) : isCsv ? p => WriteCsv(writer, p, options, recognizer.Card.IsMultiLabel) : p => WriteText(host, p);
        int done = 0;
        if (records is not null)
            (batches, done) = Left(records, [.. batches], hasHead ? 1 : 0, host);
        if (hasHead && done == 0)
            WriteCsvHead(writer, options, recognizer.Card.IsMultiLabel);
        foreach (var batch in batches)
        {
            foreach (var prediction in recognizer.Predict(batch.Images, options))
            {
                write(prediction);
                failed += prediction.Error is null ? 0 : 1;
            }

            if (records is null)
                host.Out.Flush();
            else
                records.Flush();
            if (host.Interrupt.Token.IsCancellationRequested)
                return ExitCode.Interrupted;
        }

        records?.Finish();
        return failed == 0 ? ExitCode.Done : ExitCode.Mistake;
    }

    // Whole batches: what is computed together is the same in one process and in many, before a stop and behind it.
    private static IEnumerable<PredictBatch> PartOf(PredictBatch[] batches, Shard? part) => part?.RunOf(batches.Length) is var (from, to) ? batches[from..to] : batches;

    // The batches that are not yet in the file, of which what is behind the last whole batch is cut off; and how many records stay.
    private static (IEnumerable<PredictBatch> Batches, int Records) Left(RecordFile file, PredictBatch[] batches, int head, Host host)
    {
        int there = file.CountRecords(), keep = Math.Min(there, head), next = 0;
        while (next < batches.Length && keep + batches[next].Count <= there)
            keep += batches[next++].Count;
        file.Keep(keep);
        if (keep > head)
            host.Say($"{keep - head:N0} images are done already.");
        return (batches[next..], keep);
    }

    // What results depend on. FNV-1a over the paths (Fowler, Noll, Vo).
    private static string JobOf(Recognizer recognizer, PredictOptions options, bool isCsv, IEnumerable<PredictBatch> batches)
    {
        ulong hash = 0xcbf29ce484222325;
        long count = 0;
        foreach (var batch in batches)
        {
            foreach (string image in batch.Names)
                foreach (char c in image + '\n')
                    hash = (hash ^ c) * 0x100000001b3;
            count += batch.Count;
        }

        return string.Create(CultureInfo.InvariantCulture, $"Mekiki {Machine.Version}, weights {recognizer.WeightsSha256}, {(isCsv ? "csv" : "json")}, {options}, {count} images {hash:x16}\n");
    }

    // What a data set lies in is no image; what tries all of it is another command.
    private static void RefuseSets(string model, IEnumerable<string> images)
    {
        if (images.FirstOrDefault(i => setEndings.Any(e => i.EndsWith(e, StringComparison.OrdinalIgnoreCase)) && File.Exists(i)) is { } set)
            throw new MekikiException($"{set}: expected images or folders of images, got a file with a data set. `mekiki test {ShellWord.Of(model)} --data {ShellWord.Of(set)}` tries the model on its images.");
    }

    private static IEnumerable<PredictBatch> Batches(string[] images, Host host, OpenedShards opened) =>
        images.SelectMany(image => image == "-" ? Lines(host.In).Select(PredictBatch.Of) : opened.Open(image) is { } shards ? PredictBatch.Of(shards, BatchSize) : ImagePaths.Of(image).Chunk(BatchSize).Select(PredictBatch.Of));

    // As many lines as are there: a program that sends one and waits has its answer.
    private static IEnumerable<string[]> Lines(TextReader reader)
    {
        var batch = new List<string>();
        while (Line(reader) is { } line)
        {
            if (line.Length > 0)
                batch.Add(line);
            if (batch.Count < BatchSize && reader.Peek() >= 0)
                continue;
            yield return [.. batch];
            batch.Clear();
        }

        if (batch.Count > 0)
            yield return [.. batch];
    }

    // No longer than a path can be: what is piped may be no text, and have no end.
    private static string? Line(TextReader reader)
    {
        var line = new StringBuilder();
        int c;
        while ((c = reader.Read()) >= 0 && c != '\n')
            if (line.Append((char)c).Length > LongestPath)
                throw new MekikiException($"Standard input: expected paths of images, one a line, got a line of more than {LongestPath:N0} characters. Give a text.");
        if (line.Length > 0 && line[^1] == '\r')
            line.Length--;
        return c < 0 && line.Length == 0 ? null : line.ToString();
    }

    private static void WriteText(Host host, ImagePrediction p)
    {
        if (p.Prediction is { } prediction)
            host.Out.WriteLine($"{PrintedName.Of(p.Image)}  {(prediction.Labels is { } labels ? $"{{{string.Join(", ", labels.Select(l => PrintedName.Of(l.Label)))}}}  " : "")}{(prediction.IsKnown ? "" : host.Language.In("unknown") + "  ")}{(prediction.Set is { } set ? $"{{{string.Join(", ", set.Select(PrintedName.Of))}}}  " : "")}{string.Join("  ", prediction.Top.Select(t => string.Create(CultureInfo.InvariantCulture, $"{PrintedName.Of(t.Label)} {t.Probability * 100:0.0} %")))}");
        else
            host.Say($"{PrintedName.Of(p.Image)}: {p.Error}.");
    }

    private static void WriteJson(TextWriter writer, ImagePrediction p, PredictOptions options)
    {
        var line = new JsonLine().Add("image", p.Image);
        if (p.Prediction is { } prediction)
        {
            line.Add("label", prediction.Label).Add("probability", prediction.Probability)
                .Add("top", prediction.Top, (inner, t) => inner.Add("label", t.Label).Add("probability", t.Probability));
            if (prediction.Labels is { } labels)
                line.Add("labels", [.. labels.Select(l => l.Label)]);
            if (options.UnknownAt is not null)
                line.Add("unknown", !prediction.IsKnown).Add("known_score", prediction.KnownScore);
            if (prediction.Set is { } set)
                line.Add("set", set, (inner, label) => inner.Add("label", label));
        }
        else
            line.Add("error", p.Error);
        line.WriteTo(writer);
    }

    private static void WriteCsvHead(TextWriter writer, PredictOptions options, bool hasLabels) =>
        CsvRow.Write(writer, ["image", "label", "probability", .. Enumerable.Range(2, options.Top - 1).SelectMany(i => (string[])[$"label_{i}", $"probability_{i}"]), .. More(options, "unknown", "known_score", "set"), .. hasLabels ? (string[])["labels"] : [], "error"]);

    private static void WriteCsv(TextWriter writer, ImagePrediction p, PredictOptions options, bool hasLabels) =>
        CsvRow.Write(writer,
        [
            p.Image, .. p.Prediction is { } prediction
                ? prediction.Top.SelectMany(Cells).Concat(More(options, prediction.IsKnown ? "no" : "yes", prediction.KnownScore.ToString("0.######", CultureInfo.InvariantCulture), string.Join(' ', prediction.Set ?? [])))
                : Enumerable.Repeat("", 2 * options.Top + More(options, "", "", "").Count()), .. hasLabels ? (string[])[string.Join(';', (p.Prediction?.Labels ?? []).Select(l => l.Label))] : [], p.Error ?? "",
        ]);

    // The cells that options ask for.
    private static IEnumerable<string> More(PredictOptions options, string unknown, string score, string set) =>
        [.. options.UnknownAt is null ? Array.Empty<string>() : [unknown, score], .. options.Coverage is null ? Array.Empty<string>() : [set]];

    private static string[] Cells(LabelProbability t) => [t.Label, t.Probability.ToString("0.######", CultureInfo.InvariantCulture)];

    // Shards stay open as long as their images are recognized.
    private sealed class OpenedShards : IDisposable
    {
        private readonly List<ShardImages> all = [];

        public ShardImages? Open(string path)
        {
            if (ShardImages.Open(path) is not { } shards)
                return null;
            all.Add(shards);
            return shards;
        }

        public void Dispose() => all.ForEach(s => s.Dispose());
    }
}
