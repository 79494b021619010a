using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Inspections;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Commands;

/// <summary>Draws what a network has learnt.</summary>
internal sealed class InspectCommand : CliCommand
{
    private readonly Argument<string> model = Options.TrainedModel();
    private readonly Argument<string[]> images = Options.OptionalArguments("IMAGE", "Image files whose feature maps are drawn; a folder stands for all images below it.");
    private readonly Option<string?> data = Options.OptionalData("the run's own test part");
    private readonly TableOptions<DataOptions> reading = Options.Layout();
    private readonly Option<string?> layer = Options.OptionalText("--layer", "NAME", "The layer whose channels are drawn", "all for IMAGE, and the last with maps for the images that excite channels");
    private readonly Option<int> most = Options.Integer("--images", "How many images of the data are looked at, at most", 2000, 3, 10_000);
    private readonly Option<string> output = Options.Text("--out", "FOLDER", "The folder of the files; it is made if it is not there", "inspection");
    private readonly Option<int?> threads = Options.Threads();
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Draw what a network has learnt: filters, feature maps, and a map of the images.";

    public override string Remarks =>
        "filters.png: the weights of the first layer. IMAGE-maps.png: what each layer makes of an image; orange is above 0, blue below. exciting.png: channels of a layer, each with the images for which it is largest. " +
        "map.png: images lie near each other if the network finds them alike (t-SNE); map.csv has their places, and those by the two principal components. Trustworthiness, from 0 to 1, says how far neighbours on the map are neighbours for the network.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki inspect runs/20260102-030405-kana-net", "On the run's test images."),
        new("mekiki inspect model.safetensors scan.png --data pictures --out look", "The maps of scan.png too, and the images in a folder of your own."),
        new("mekiki inspect runs/20260102-030405-cnn scan.png --layer conv2", "All channels of one layer."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [model, images, data, .. reading.All, layer, most, output, threads, json];

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(model), folder = arguments.GetRequiredValue(output);
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var recognizer = Recognizer.Load(path);
        var source = arguments.GetValue(data);
        string[] pictures = arguments.GetValue(images) ?? [];
        int count = arguments.GetValue(threads) ?? 0;
        // A model file alone has no images; its filters and the maps of IMAGE can be drawn all the same.
        bool hasData = source is not null || Directory.Exists(path) || recognizer.Card.Data is { } trained && KnownSet.IsDrawn(trained);
        var set = hasData ? TestData.Open(path, recognizer, source, count, SplitPart.Test, reading.Apply(arguments, new())) : null;
        var inspection = new Inspection(recognizer, folder, count);
        var report = new Report(host, arguments.GetValue(json));
        if (inspection.DrawFilters() is { } filters)
            report.Add("filters", filters);
        int read = 0;
        var names = new FreeNames();
        string[] files = [.. pictures.SelectMany(ImagePaths.Of)];
        string? noMaps = null;
        foreach (string image in files)
        {
            host.Interrupt.Token.ThrowIfCancellationRequested();
            if (recognizer.Predict([image]).Single() is { Error: { } error })
            {
                host.Say($"{PrintedName.Of(image)}: {error}.");
                continue;
            }

            try
            {
                report.Add("maps", inspection.DrawMaps(ImageInput.FromFile(image), names.Of(Path.GetFileNameWithoutExtension(image)), arguments.GetValue(layer)));
                read++;
            }
            catch (MekikiException e) when (hasData && arguments.GetValue(layer) is null)
            {
                // The network has no maps: the map of the images can be drawn all the same.
                noMaps = e.Message;
                break;
            }
        }

        if (noMaps is not null)
            host.Say(noMaps);
        if (set is null)
            host.Say("A model file holds no images. Give --data for the images that excite channels, and for the map.");
        else
            Draw(inspection, set, arguments, report, host, noMaps is not null);
        report.End();
        return files.Length == 0 || read > 0 ? ExitCode.Done : ExitCode.Mistake;
    }

    private void Draw(Inspection inspection, TestData set, ParseResult arguments, Report report, Host host, bool saidNoMaps)
    {
        Facts.SaySkipped(host, set.Set.Skipped.Count);
        foreach (string note in set.Notes)
            host.Say(note);
        try
        {
            var (file, name) = inspection.DrawExcitingImages(set, arguments.GetValue(most), arguments.GetValue(layer), host.Interrupt.Token);
            report.Add("exciting images", file, $"layer {name}");
        }
        catch (MekikiException e) when (arguments.GetValue(layer) is null)
        {
            if (!saidNoMaps)
                host.Say(e.Message);
        }

        using var bar = new ProgressBar(host, "map", 100, null);
        if (inspection.DrawMap(set, arguments.GetValue(most), new Share(bar), host.Interrupt.Token) is not { } map)
            return;
        report.Add("map", map.Picture, string.Create(CultureInfo.InvariantCulture, $"{map.Images:N0} images, trustworthiness {map.Trustworthiness:0.000}; by two principal components {map.OfVariance:0.000}"));
        report.Add("places", map.Table);
        report.Trust(map.Images, map.Trustworthiness, map.OfVariance);
    }

    private sealed class Share(ProgressBar bar) : IProgress<double>
    {
        public void Report(double value) => bar.Report((int)(100 * value));
    }

    // A line for each file, or one line of JSON.
    private sealed class Report(Host host, bool inJson)
    {
        private readonly List<(string Kind, string File)> files = [];
        private (int Images, double Neighbours, double Variance)? trust;

        public void Add(string kind, string file, string? note = null)
        {
            files.Add((kind, file));
            if (!inJson)
                host.Out.WriteLine($"{Columns.Padded(host.Language.In(kind), 15)}  {PrintedName.Of(file)}{(note is null ? "" : $"  ({host.Language.In(note)})")}");
        }

        public void Trust(int images, double neighbours, double variance) => trust = (images, neighbours, variance);

        public void End()
        {
            if (!inJson)
                return;
            var line = new JsonLine().Add("command", "inspect").Add("files", files, (one, f) => one.Add("kind", f.Kind).Add("file", f.File));
            if (trust is { } t)
                line.Add("images", t.Images).Add("trustworthiness", t.Neighbours).Add("trustworthiness_of_variance", t.Variance);
            line.WriteTo(host.Out);
        }
    }
}
