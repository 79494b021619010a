using System.Globalization;
using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Training;

/// <summary>Options as the words that a user would type for them; a new option is a row here.</summary>
public static class OptionWords
{
    /// <summary>The options that mean something only where training goes step by step, not to a network that is <see cref="IFitted"/>.</summary>
    public static IReadOnlyList<string> OfSteps { get; } = [.. Rows(new()).Where(r => r.IsOfSteps).Select(r => r.Name)];

    /// <summary>The options that are not as usual: <c>--model kana-net --epochs 9</c>. Seed and threads are left out.</summary>
    public static string Of(TrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var words = Given(options).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Name} {r.Value}"));
        return string.Join(' ', options.TestOnce ? words.Append("--test-once") : words);
    }

    /// <summary>Those of <see cref="OfSteps"/> that are not as usual.</summary>
    internal static IEnumerable<string> GivenOfSteps(TrainOptions options) => Given(options).Where(r => r.IsOfSteps).Select(r => r.Name);

    private static IEnumerable<Row> Given(TrainOptions options) => Rows(options).Where(r => !Equals(r.Value, r.Usual));

    private static Row[] Rows(TrainOptions options)
    {
        // What is usual depends on the model, and the learning rate on the optimizer too.
        var usual = new TrainOptions { Model = options.Model };
        var ofOptimizer = usual.Optimizer == options.Optimizer ? usual : usual with { Optimizer = options.Optimizer };
        return
        [
            new("--model", options.Model, new TrainOptions().Model, IsOfSteps: false),
            new("--from", options.From, usual.From),
            new("--epochs", options.Epochs, usual.Epochs),
            new("--batch", options.BatchSize, usual.BatchSize),
            new("--optimizer", options.Optimizer, usual.Optimizer),
            new("--lr", options.LearningRate, ofOptimizer.LearningRate),
            new("--momentum", options.Momentum, ofOptimizer.Momentum),
            new("--schedule", options.Schedule, usual.Schedule),
            new("--augment", options.Augmentation, usual.Augmentation),
            new("--label-smoothing", options.LabelSmoothing, usual.LabelSmoothing),
            new("--weight-decay", options.WeightDecay, usual.WeightDecay),
            new("--ema", options.Ema, usual.Ema),
            new("--mixup", options.Mixup, usual.Mixup),
            new("--clip", options.Clip, usual.Clip),
            new("--accumulate", options.Accumulate, usual.Accumulate),
            new("--balance", options.Balance.ToString().ToLowerInvariant(), usual.Balance.ToString().ToLowerInvariant()),
            new("--patience", options.Patience, usual.Patience),
            new("--steps", options.Steps, usual.Steps),
            new("--tta", options.Shift, usual.Shift, IsOfSteps: false),
        ];
    }

    private readonly record struct Row(string Name, object? Value, object? Usual, bool IsOfSteps = true);
}
