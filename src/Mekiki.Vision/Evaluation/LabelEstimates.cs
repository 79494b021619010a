namespace Mekiki.Vision.Evaluation;

/// <summary>The figures of a recognizer on images of any number of labels, each with its 95 % interval by a bootstrap of images, or of whole groups. Shares are in [0, 1].</summary>
/// <example>
/// <code>
/// var figures = LabelEstimates.Of(recognizer.LabelAnswers(set, split.Test));
/// foreach (var label in figures.Labels)
///     Console.WriteLine($"{label.Label}: F1 {label.F1:P1}");
/// </code>
/// </example>
public sealed record LabelEstimates
{
    /// <summary>How many images were tried.</summary>
    public required int Images { get; init; }

    /// <summary>How many groups they are in; without groups as many as images.</summary>
    public required int Groups { get; init; }

    /// <summary>mAP: the mean of the average precisions of labels that images have.</summary>
    public required Estimate MeanAveragePrecision { get; init; }

    /// <summary>The mean of F1 over labels that images have or that are predicted.</summary>
    public required Estimate MacroF1 { get; init; }

    /// <summary>F1 over all decisions about all labels together.</summary>
    public required Estimate MicroF1 { get; init; }

    /// <summary>The share of images for which exactly their labels are predicted.</summary>
    public required Estimate AllRight { get; init; }

    /// <summary>The mean binary cross-entropy over all labels of all images, in nats.</summary>
    public required Estimate Loss { get; init; }

    /// <summary>Each label by itself, in the order of the recognizer's classes.</summary>
    public required IReadOnlyList<LabelFigures> Labels { get; init; }

    /// <summary>Computes all figures.</summary>
    /// <param name="answers">One or more answers.</param>
    /// <param name="seed">Of the bootstrap: equal seeds give equal intervals.</param>
    /// <exception cref="ArgumentException">There is no answer.</exception>
    public static LabelEstimates Of(LabelAnswers answers, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
            throw new ArgumentException("expected one answer or more, got none", nameof(answers));
        var sample = new LabelSample(answers);
        double[] values = sample.Compute(sample.Ones());
        double[][] drawn = Bootstrap.Draw(sample.GroupOf, sample.Groups, w => sample.Compute(w), seed, answers.Labels.Count);
        double[] loss = [.. Enumerable.Range(0, answers.Count).Select(answers.Loss)];
        return new LabelEstimates
        {
            Images = answers.Count,
            Groups = sample.Groups,
            MeanAveragePrecision = Estimate(LabelSample.MeanAveragePrecision),
            MacroF1 = Estimate(LabelSample.MacroF1),
            MicroF1 = Estimate(LabelSample.MicroF1),
            AllRight = Estimate(LabelSample.AllRight),
            Loss = new(loss.Average(), Interval.OfMean(loss, sample.GroupOf)),
            Labels = answers.Result().MultiLabel!.Labels,
        };

        Estimate Estimate(int figure) => new(values[figure], Bootstrap.IntervalOf(drawn, figure));
    }
}
