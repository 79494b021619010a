using System.Globalization;

namespace Mekiki.Vision.Training;

/// <summary>Options as the words that a user would type for them.</summary>
public static class OptionWords
{
    /// <summary>The options that are not as usual: <c>--model kana-net --epochs 9</c>. Seed and threads are left out.</summary>
    public static string Of(TrainOptions options)
    {
        var usual = new TrainOptions();
        (string Name, object? Value, object? Usual)[] all =
        [
            ("--model", options.Model, usual.Model),
            ("--from", options.From, usual.From),
            ("--epochs", options.Epochs, usual.Epochs),
            ("--batch", options.BatchSize, usual.BatchSize),
            ("--optimizer", options.Optimizer, usual.Optimizer),
            ("--lr", options.LearningRate, usual.LearningRate),
            ("--momentum", options.Momentum, usual.Momentum),
            ("--schedule", options.Schedule, usual.Schedule),
            ("--augment", options.Augmentation, usual.Augmentation),
            ("--label-smoothing", options.LabelSmoothing, usual.LabelSmoothing),
            ("--weight-decay", options.WeightDecay, usual.WeightDecay),
            ("--ema", options.Ema, usual.Ema),
            ("--mixup", options.Mixup, usual.Mixup),
            ("--clip", options.Clip, usual.Clip),
            ("--accumulate", options.Accumulate, usual.Accumulate),
            ("--balance", options.Balance.ToString().ToLowerInvariant(), usual.Balance.ToString().ToLowerInvariant()),
            ("--patience", options.Patience, usual.Patience),
            ("--steps", options.Steps, usual.Steps),
            ("--tta", options.Shift, usual.Shift),
        ];
        var words = all.Where(o => !Equals(o.Value, o.Usual)).Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Name} {o.Value}"));
        return string.Join(' ', options.TestOnce ? words.Append("--test-once") : words);
    }
}
