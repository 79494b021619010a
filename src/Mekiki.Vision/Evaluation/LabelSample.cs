namespace Mekiki.Vision.Evaluation;

/// <summary>Answers for images of any number of labels, prepared so that figures are computed quickly for any weights of the images, as a bootstrap needs.</summary>
internal sealed class LabelSample
{
    /// <summary>Where the figures stand in what <see cref="Compute"/> gives.</summary>
    public const int MeanAveragePrecision = 0, MacroF1 = 1, MicroF1 = 2, AllRight = 3;

    private readonly LabelAnswers answers;
    private readonly int[][] order;
    private readonly bool[] isRight;

    public LabelSample(LabelAnswers answers)
    {
        this.answers = answers;
        order = [.. answers.Labels.Select((_, k) => Enumerable.Range(0, answers.Count).OrderByDescending(n => answers.Score(n, k)).ToArray())];
        isRight = [.. Enumerable.Range(0, answers.Count).Select(answers.IsRight)];
        (GroupOf, Groups) = Bootstrap.GroupsOf([.. Enumerable.Range(0, answers.Count).Select(answers.GroupOf)]);
    }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; }

    /// <summary>Of each answer, its group in [0, <see cref="Groups"/>).</summary>
    public int[] GroupOf { get; }

    /// <summary>Each answer once.</summary>
    public int[] Ones()
    {
        int[] ones = new int[answers.Count];
        Array.Fill(ones, 1);
        return ones;
    }

    /// <summary>mAP, macro F1, micro F1, and the share of images whose labels are all right, where an answer counts as often as its weight says.</summary>
    public double[] Compute(ReadOnlySpan<int> weights)
    {
        double f1 = 0, both = 0, all = 0, named = 0, right = 0, count = 0;
        for (int k = 0; k < answers.Labels.Count; k++)
        {
            double has = 0, says = 0, correct = 0;
            for (int n = 0; n < weights.Length; n++)
            {
                if (weights[n] == 0)
                    continue;
                bool isThere = answers.Has(n, k), isSaid = answers.IsPredicted(n, k);
                has += isThere ? weights[n] : 0;
                says += isSaid ? weights[n] : 0;
                correct += isThere && isSaid ? weights[n] : 0;
            }

            (both, all) = (both + correct, all + has + says);
            if (has + says > 0)
                (f1, named) = (f1 + 2 * correct / (has + says), named + 1);
        }

        for (int n = 0; n < weights.Length; n++)
            (right, count) = (right + (isRight[n] ? weights[n] : 0), count + weights[n]);
        double[] there = [.. AveragePrecisions(weights).Where(double.IsFinite)];
        return [there.Length == 0 ? double.NaN : there.Average(), f1 / named, 2 * both / all, right / count];
    }

    /// <summary>Of each label Σ (Rₙ - Rₙ₋₁) Pₙ over all thresholds, of which equal scores are one; NaN without any image.</summary>
    public double[] AveragePrecisions(ReadOnlySpan<int> weights)
    {
        var precisions = new double[answers.Labels.Count];
        for (int k = 0; k < precisions.Length; k++)
        {
            double positives = 0, right = 0, before = 0, said = 0, sum = 0;
            for (int n = 0; n < weights.Length; n++)
                positives += answers.Has(n, k) ? weights[n] : 0;
            for (int i = 0; i < order[k].Length; i++)
            {
                int n = order[k][i];
                (right, said) = (right + (answers.Has(n, k) ? weights[n] : 0), said + weights[n]);
                if (i + 1 < order[k].Length && answers.Score(order[k][i + 1], k).Equals(answers.Score(n, k)))
                    continue;
                if (right > before)
                    sum += (right - before) / positives * right / said;
                before = right;
            }

            precisions[k] = positives == 0 ? double.NaN : sum;
        }

        return precisions;
    }
}
