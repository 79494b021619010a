using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Options;

namespace Mekiki.Vision;

/// <summary>Makes a prediction of scores: the best classes, whether the image is known, and the classes that it may be of.</summary>
internal sealed class AnswerRule
{
    private readonly ModelCard card;
    private readonly PredictOptions options;
    private readonly IReadOnlyList<double> thresholds;
    private readonly double? known, set;

    /// <exception cref="MekikiException">The options ask for what the card's calibration, or the training images beside the model, do not hold.</exception>
    public AnswerRule(Recognizer recognizer, PredictOptions options)
    {
        (card, this.options, thresholds) = (recognizer.Card, options, recognizer.Card.Thresholds);
        RefuseOfLabels(Hint.UnknownAt, options.UnknownAt is not null || options.UnknownBy == UnknownScore.Neighbours);
        RefuseOfLabels(Hint.Coverage, options.Coverage is not null);
        if (options.UnknownBy == UnknownScore.Neighbours)
            known = OfNeighbours(recognizer.Neighbours, options);
        else if (options.UnknownAt is { } percent)
            known = Require(Hint.UnknownAt, percent, c => c.KnownThreshold(percent, options.UnknownBy), c => c.Known.Select(k => k.Percent));
        if (options.Coverage is { } coverage)
            set = Require(Hint.Coverage, coverage, c => c.SetThreshold(coverage), c => c.Sets.Select(s => s.Percent));
    }

    /// <param name="scores">K scores of which the softmax is the probability of each class.</param>
    /// <param name="logits">K scores of the network, without shifted views and temperature.</param>
    /// <param name="nearness">How near the image is to training images; where they are not asked for, anything.</param>
    public Prediction Prediction(ReadOnlySpan<float> scores, ReadOnlySpan<float> logits, double nearness)
    {
        var probabilities = new float[scores.Length];
        ScoreRow.Probabilities(card.IsMultiLabel, scores, probabilities);
        int[] order = [.. Enumerable.Range(0, probabilities.Length)];
        // Among equals the first class comes first.
        Array.Sort(order, (a, b) => probabilities[b].CompareTo(probabilities[a]) is var c && c != 0 ? c : a - b);
        double score = options.UnknownBy switch
        {
            UnknownScore.Energy => ScoreRow.LogSumExp(logits),
            UnknownScore.MaxLogit => logits[ScoreRow.ArgMax(logits)],
            UnknownScore.Neighbours => nearness,
            _ => probabilities[order[0]],
        };
        return new Prediction([.. order.Take(options.Top).Select(c => new LabelProbability(card.Classes[c], probabilities[c]))], options.Threshold)
        {
            KnownScore = score,
            IsKnown = !(score < known),
            Labels = card.IsMultiLabel ? [.. order.Where(c => probabilities[c] >= (options.Threshold > 0 ? options.Threshold : thresholds[c])).Select(c => new LabelProbability(card.Classes[c], probabilities[c]))] : null,
            Set = set is { } least ? [.. order.Where((c, place) => place == 0 || probabilities[c] >= least).Select(c => card.Classes[c])] : null,
        };
    }

    // An image without any label is none that is unknown, and labels are no choice of one.
    private void RefuseOfLabels(Term term, bool isAsked)
    {
        if (isAsked && card.IsMultiLabel)
            throw Wording.Exception($"{term}: expected a model that tells one class, got one of any number of labels, which may have none. Leave it out.");
    }

    private static double? OfNeighbours(FeatureNeighbours? neighbours, PredictOptions options)
    {
        if (neighbours is null)
            throw Wording.Exception($"{Hint.UnknownBy}: expected a model with training images beside it, got one without. Keep some of them ({Hint.Neighbours}).");
        return options.UnknownAt is not { } percent ? null : neighbours.Threshold(percent)
            ?? throw Wording.Exception($"{Hint.UnknownAt}: expected one of {Words(neighbours.Known.Select(k => k.Percent))} percent, for which training images were kept, got {percent.ToString(CultureInfo.InvariantCulture)}. Choose one of them.");
    }

    private double Require(Term term, double percent, Func<Calibration, double?> threshold, Func<Calibration, IEnumerable<double>> kept)
    {
        if (card.Calibration is not { } calibration)
            throw Wording.Exception($"{term}: expected a model that was calibrated, got one that was not. Train with a validation set ({DataOptions.Table[nameof(DataOptions.Validation)].Mention}), or calibrate the model on images that it was not trained on ({Hint.Calibrate}).");
        return threshold(calibration) ?? throw Wording.Exception($"{term}: expected one of {Words(kept(calibration))} percent, for which the model was calibrated on {calibration.Images:N0} images, got {percent.ToString(CultureInfo.InvariantCulture)}. Choose one of them, or calibrate on more images.");
    }

    private static string Words(IEnumerable<double> percents) => string.Join(", ", percents.Distinct().Select(p => p.ToString(CultureInfo.InvariantCulture)));
}
