using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Parquet;

namespace Mekiki.Cli.Commands;

/// <summary>Packs image files into shards.</summary>
internal sealed class DataPackCommand : CliCommand
{
    private readonly Argument<string> source = Options.DataArgument();
    private readonly Option<string?> output = Options.OptionalText("--out", "DIR", "A new folder for the shards", "shards");
    private readonly Option<string?> size = Options.OptionalText("--shard-size", "SIZE", "The most bytes of a shard, such as 256M or 1G", "256M");
    private readonly Option<bool> strict = Options.Flag("--strict", "Exit with code 2 if any file cannot be read.");
    private readonly TableOptions<DataOptions> reading = new(DataOptions.Table.Where(r => r.Property is nameof(DataOptions.Layout) or nameof(DataOptions.Parts)));
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Pack a data set of image files into tar shards, in random order, each with an index.";

    public override string Remarks =>
        "The shards have WebDataset's form: each image, and a .cls file with the index of its class. Images keep their paths and bytes. " +
        "`mekiki train --data DIR` reads them as it reads folders. The index beside each shard has the sha256 of every image: `mekiki data check DIR` names images that were altered, and shards that were cut off or are missing. Parquet files with a column of images and one of classes, as public sets have them, are written into a tar beside DIR first.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki data pack pictures --out shards", "Packs a folder with a sub-folder for each class."),
        new("mekiki data pack beans/data --out shards", "Packs Parquet files, such as train-00000-of-00002.parquet."),
        new("mekiki data pack pictures.zip --shard-size 1G --out shards --seed 7", "Larger shards, in another order."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [source, output, size, strict, .. reading.All, seed, json];

    public override IEnumerable<string> Check(ParseResult arguments)
    {
        if (arguments.GetValue(size) is { } text && Sizes.Read(text) is null)
            yield return $"--shard-size: expected a number of bytes such as 64M, 256M or 1G, got '{text}'.";
    }

    public override int Run(ParseResult arguments, Host host)
    {
        string folder = arguments.GetValue(output) ?? "shards";
        var data = reading.Apply(arguments, new());
        var options = new ImageSetOptions { Layout = data.Layout, Parts = data.Parts };
        string from = arguments.GetRequiredValue(source);
        PackedShards packed;
        IReadOnlyList<SkippedImage> unwritten = [];
        string[]? tables = ParquetImages.Find(from);
        using var table = tables is null ? null : new TarOfTable(folder);
        try
        {
            if (tables is not null)
            {
                using var rows = new PackBar(host, isReading: true);
                unwritten = ParquetImages.WriteTar(from, tables, table!.Path, rows, host.Interrupt.Token);
            }

            using var bar = new PackBar(host, isReading: false);
            packed = ImageShards.Pack(table?.Path ?? from, folder, Sizes.Read(arguments.GetValue(size) ?? "") ?? ImageShards.UsualBytes, arguments.GetValue(seed), options, bar, host.Interrupt.Token);
        }
        catch (OperationCanceledException)
        {
            host.Say($"Interrupted. {folder} holds the shards that are whole; delete it before you pack again.");
            return ExitCode.Interrupted;
        }

        packed = packed with { Skipped = [.. unwritten, .. packed.Skipped] };
        const int Shown = 10;
        foreach (var skipped in packed.Skipped.Take(Shown))
            host.Say($"{PrintedName.Of(skipped.ToString())}. Left out.");
        if (packed.Skipped.Count > Shown)
            host.Say($"And {packed.Skipped.Count - Shown:N0} more are left out.");
        if (arguments.GetValue(json))
            new JsonLine().Add("command", "data pack").Add("source", arguments.GetRequiredValue(source)).Add("path", folder).Add("shards", packed.Shards).Add("images", packed.Images)
                .Add("classes", packed.Classes).Add("bytes", packed.Bytes).Add("skipped", packed.Skipped.Count).WriteTo(host.Out);
        else
            host.Tell($"{folder}: {packed.Shards:N0} {(packed.Shards == 1 ? "shard" : "shards")}, {packed.Images:N0} images of {packed.Classes:N0} classes, {Amounts.Bytes(packed.Bytes)}");
        host.SayNext($"`mekiki train --data {ShellWord.Of(folder)}`.");
        return arguments.GetValue(strict) && packed.Skipped.Count > 0 ? ExitCode.Mistake : ExitCode.Done;
    }

    // How many images there are is known when the first is packed.
    private sealed class PackBar(Host host, bool isReading) : IProgress<(int Done, int All)>, IDisposable
    {
        private ProgressBar? bar;

        public void Report((int Done, int All) value) => (bar ??= isReading ? new ProgressBar(host, "reading", value.All, Amounts.Images) : new ProgressBar(host, "packing", value.All, Amounts.Images)).Report(value.Done);

        public void Dispose() => bar?.Dispose();
    }

    // Images of a table, whose order is that of its rows, on the way to their random order.
    private sealed class TarOfTable : IDisposable
    {
        public TarOfTable(string folder)
        {
            OutputFile.RequireEmptyFolder(folder);
            Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)) + ".table.tar";
        }

        public string Path { get; }

        public void Dispose() => AtomicFile.TryDelete(Path);
    }
}
