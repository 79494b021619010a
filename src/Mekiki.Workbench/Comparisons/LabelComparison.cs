using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Comparisons;

/// <summary>Two recognizers of any number of labels on the same images.</summary>
/// <param name="Differences">The figures of both, and whether they differ by more than chance.</param>
/// <param name="Labels">Each label of both, the largest difference of F1 first.</param>
public sealed record LabelComparison(LabelDifferences Differences, IReadOnlyList<(LabelFigures First, LabelFigures Second)> Labels)
{
    /// <summary>Compares answers for the same images, in the same order.</summary>
    /// <param name="first">What the first answers.</param>
    /// <param name="second">What the second answers.</param>
    public static LabelComparison Of(LabelAnswers first, LabelAnswers second)
    {
        var others = second.Result().MultiLabel!.Labels.ToDictionary(l => l.Label, StringComparer.Ordinal);
        var both = first.Result().MultiLabel!.Labels.Where(l => others.ContainsKey(l.Label)).Select(l => (First: l, Second: others[l.Label]));
        return new(LabelDifferences.Of(first, second), [.. both.OrderByDescending(p => Math.Abs(p.First.F1 - p.Second.F1))]);
    }

    /// <summary>The predicted labels of an answer as one class, with the probability that all of them are right.</summary>
    internal static LabelProbability Predicted(LabelAnswers answers, int n) =>
        new(LabelSet.Of(answers.PredictedOf(n)), answers.Certainty(n));
}
