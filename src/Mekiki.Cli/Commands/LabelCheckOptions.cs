using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Checks;

namespace Mekiki.Cli.Commands;

/// <summary>The part of <c>data check</c> that looks for wrong labels.</summary>
internal sealed class LabelCheckOptions
{
    private readonly Option<bool> labels = Options.Flag("--labels", "Look for labels that are wrong, by cross-validation.");
    private readonly Option<string> model = Options.Of(TrainOptions.Table[nameof(TrainOptions.Model)], o => o.Model, new TrainOptions().Model, "With --labels: the network");
    private readonly Option<int> folds = Options.Integer("--folds", "With --labels: how many networks are trained, each on all but its part", 4, 2, 100);
    private readonly Option<int?> epochs = Options.OptionalInteger("--epochs", "With --labels: how often each network sees its images", 1, otherwise: "4, or 1 where a network learns from all images at once");
    private readonly Option<string> csv = Options.Text("--out", "FILE", "With --labels: the CSV file, the most doubtful label first", "labels.csv");
    private readonly Option<string?> sheet = Options.OptionalText("--sheet", "FILE", "With --labels: draw the 200 most doubtful images on this PNG file.");
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<int?> threads = Options.Threads();

    public IReadOnlyList<Option> All => [labels, model, folds, epochs, csv, sheet, seed, threads];

    public bool IsAsked(ParseResult arguments) => arguments.GetValue(labels);

    /// <summary>What is wrong with the options: files that cannot be written, or those that mean nothing without --labels.</summary>
    public IEnumerable<string> Check(ParseResult arguments) => IsAsked(arguments)
        ? OutputPaths.Problems(arguments, (csv, null), (sheet, ".png"))
        : from option in (Option[])[model, folds, epochs, csv, sheet]
          where arguments.GetResult(option) is { Implicit: false }
          select $"{option.Name}: expected it beside --labels alone. Add --labels, or leave it out.";

    public int Run(ParseResult arguments, string source, ImageSetOptions images, DataOptions grouping, int most, bool json, Host host)
    {
        const int MostDrawn = 200;
        int threadCount = arguments.GetValue(threads) ?? 0;
        Threads.Count = arguments.GetValue(threads) ?? Threads.Default;
        var set = ProgressBar.While(host, "reading images", bar => ImageSet.Open(source, images with { Threads = threadCount, Progress = bar }));
        Facts.SaySkipped(host, set.Skipped.Count);
        var groups = grouping.GroupsOf(set);
        if (groups is not null)
            host.Say(groups.Describe());
        string name = arguments.GetRequiredValue(model);
        var options = new TrainOptions { Model = name, Epochs = arguments.GetValue(epochs) ?? (Catalogue.Find(name).IsFitted ? 1 : 4), Seed = arguments.GetValue(seed), Threads = threadCount };
        LabelCheck check;
        using (var progress = new TrainingProgress(host, plain: true, arguments.GetValue(folds)))
            check = LabelCheck.Run(set, options, arguments.GetValue(folds), progress, groups, host.Interrupt.Token);
        string path = arguments.GetRequiredValue(csv);
        check.WriteCsv(path);
        if (arguments.GetValue(sheet) is { } picture)
            check.Draw(picture, set, MostDrawn);
        if (json)
        {
            new JsonLine().Add("command", "data check").Add("source", set.Source).Add("images", set.Count).Add("suspected", check.Suspected).Add("accuracy", check.Accuracy).Add("list", path)
                .Add("doubtful", check.Images.Take(most), (line, i) => line.Add("image", i.Image).Add("class", i.Label).Add("suggestion", i.Suggestion).Add("score", i.Score).Add("suspected", i.IsSuspected))
                .WriteTo(host.Out);
            return ExitCode.Done;
        }

        host.Out.WriteLine(host.Language.In($"{set.Source}: {check.Suspected:N0} of {set.Count:N0} labels are suspected to be wrong; the networks agree with {check.Accuracy * 100:0.0} %. All are in {path}, the most doubtful first.") + "\n");
        Tables.Write(host, ["class", "rather", ">score", "image"], check.Images.Take(most).Select(i => Facts.Row($"{i.Label}", $"{i.Suggestion}", $"{i.Score:0.000}", $"{i.Image}")));
        return ExitCode.Done;
    }
}
