using System.CommandLine;
using Mekiki.Cli.Parsing;
using Mekiki.Vision;
using Mekiki.Vision.Training;

namespace Mekiki.Cli.Commands;

/// <summary>The options of `train` that say what training does beside the chapter's loop; each works alone.</summary>
internal sealed class RecipeOptions
{
    private readonly List<(Option Option, Func<ParseResult, TrainOptions, TrainOptions> Set)> rows = [];

    public RecipeOptions()
    {
        Add(Options.OptionalNumber("--label-smoothing", "Share of each target that is spread over all classes", 0, 1, isBelow: true), (o, v) => o with { LabelSmoothing = v!.Value });
        Add(Options.OptionalNumber("--weight-decay", "What a step takes off weights (not biases or norms), times the learning rate", 0), (o, v) => o with { WeightDecay = v!.Value });
        Add(Options.OptionalNumber("--ema", "How much of the weights' moving average a step keeps, such as 0.999; the average is tested and kept", 0, 1, isBelow: true), (o, v) => o with { Ema = v!.Value });
        Add(Options.OptionalNumber("--mixup", "Mix images in pairs, by shares from Beta(X, X); 0.2 mixes little, 1 evenly", 0), (o, v) => o with { Mixup = v!.Value });
        Add(Options.OptionalNumber("--clip", "The most that the gradients' length may be; 0: any", 0), (o, v) => o with { Clip = v!.Value });
        Add(Options.OptionalInteger("--accumulate", "Batches whose gradients are added up for one step", 1), (o, v) => o with { Accumulate = v!.Value });
        Add(Options.Choice("--balance", "WAY", "What is done for rare classes: more weight in the loss, equally many images of each, or by the square root of how many there are", "none", [("none", Balance.None), ("weights", Balance.Weights), ("sampling", Balance.Sampling), ("roots", Balance.Roots)]), (o, v) => o with { Balance = v });
        Add(Options.OptionalInteger("--patience", "Training ends after N epochs without a better one on the validation set", 1), (o, v) => o with { Patience = v });
        Add(Options.OptionalInteger("--steps", "Steps after which training ends, even within the last epoch", 1), (o, v) => o with { Steps = v });
        Add(Options.OptionalInteger("--tta", "Pixels by which images are also shifted when they are recognized; the model file keeps it", 0, ModelCard.MostShift), (o, v) => o with { Shift = v!.Value });
        Add(Options.Flag("--test-once", "Test after the last epoch alone. With a validation part it is so always."), (o, v) => o with { TestOnce = v });
    }

    /// <summary>All of them, in the order of the help.</summary>
    public IEnumerable<Option> All => rows.Select(r => r.Option);

    /// <summary>The options with those changed that were given.</summary>
    public TrainOptions Apply(ParseResult arguments, TrainOptions options)
    {
        foreach (var (option, set) in rows)
            if (arguments.GetResult(option) is { Implicit: false })
                options = set(arguments, options);
        return options;
    }

    private void Add<T>(Option<T> option, Func<TrainOptions, T, TrainOptions> set) =>
        rows.Add((option, (arguments, options) => set(options, arguments.GetValue(option)!)));
}
