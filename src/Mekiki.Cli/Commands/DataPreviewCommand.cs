using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Transforms;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Cli.Commands;

/// <summary>Draws a contact sheet of a set, as it is or as training sees it.</summary>
internal sealed class DataPreviewCommand : CliCommand
{
    private readonly Argument<string> source = Options.DataArgument();
    private readonly Option<string> augment = Options.Text("--augment", "NAME[+NAME]", $"Show images as training sees them: {string.Join(", ", Augmentation.All.Select(a => a.Name))}", "none").Offering(Augmentation.All.Select(a => (a.Name, a.Description)));
    private readonly Option<int> epoch = Options.Integer("--epoch", "The epoch whose random draws are shown", 0, 0);
    private readonly Option<int> perClass = Options.Integer("--per-class", "Images of each class", 12, 1, 1000);
    private readonly ImageOptions images = new();
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<string> output = Options.Text("--out", "FILE", "The PNG file that is written", "preview.png");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Draw a contact sheet of a data set as a PNG file, a class in each row.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki data preview hiragana73", "Writes preview.png with 12 images of each class."),
        new("mekiki data preview pictures --augment train --epoch 1 --out epoch1.png", "The images as training sees them in its second epoch."),
        new("mekiki data preview pictures.zip --per-class 30 --seed 7", "More images of each class, and others."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [source, augment, epoch, perClass, .. images.All, seed, output, json];

    public override IEnumerable<string> Check(ParseResult arguments) => OutputPaths.Problems(arguments, (output, ".png"));

    public override int Run(ParseResult arguments, Host host)
    {
        string path = arguments.GetRequiredValue(output);
        var augmentation = Augmentation.Find(arguments.GetRequiredValue(augment));
        int each = arguments.GetValue(perClass);
        var set = ProgressBar.While(host, "reading images", bar => ImageSet.Open(arguments.GetRequiredValue(source), images.Apply(arguments, new ImageSetOptions { LeastClasses = 1, Progress = bar })));
        foreach (string note in set.Notes)
            host.Say(note);
        Facts.SaySkipped(host, set.Skipped.Count);
        if (augmentation.Steps.Count == 0)
            ContactSheet.Write(path, set, each, arguments.GetValue(seed));
        else
            ContactSheet.Write(path, set, new Pipeline([.. augmentation.Steps, new ToTensor()]), each, arguments.GetValue(seed), arguments.GetValue(epoch));
        if (arguments.GetValue(json))
            new JsonLine()
                .Add("command", "data preview").Add("source", set.Source).Add("path", path).Add("images", set.Count).Add("classes", set.Classes.Count).Add("augment", augmentation.Name)
                .WriteTo(host.Out);
        else
            host.Tell($"{path}: {set.Classes.Count:N0} classes of {set.Source}, up to {each:N0} images of each");
        return ExitCode.Done;
    }
}
