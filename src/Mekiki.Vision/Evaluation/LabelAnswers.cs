namespace Mekiki.Vision.Evaluation;

/// <summary>Collects scores of images that have any number of labels, and tells how right they are.</summary>
/// <param name="labels">The labels, in the order of the scores.</param>
internal sealed class LabelEvaluator(IReadOnlyList<string> labels)
{
    private const int Best = 5, Listed = 10;

    private readonly List<float> scores = [];
    private readonly List<bool> truths = [];

    /// <summary>Adds an image.</summary>
    /// <param name="row">K scores, of which the sigmoid is each label's probability.</param>
    /// <param name="truth">Whether the image has each label.</param>
    public void Add(ReadOnlySpan<float> row, ReadOnlySpan<bool> truth)
    {
        foreach (float score in row)
            scores.Add(score);
        foreach (bool has in truth)
            truths.Add(has);
    }

    public EvaluationResult Result()
    {
        int k = labels.Count, count = scores.Count / k;
        long exact = 0, inBest = 0;
        double loss = 0;
        var (images, predicted, correct) = (new long[k], new long[k], new long[k]);
        for (int n = 0; n < count; n++)
        {
            bool isExact = true, isInBest = false;
            for (int c = 0; c < k; c++)
            {
                float score = scores[n * k + c];
                bool has = truths[n * k + c], says = score >= 0;
                isExact &= has == says;
                isInBest |= has && RankOf(n, c) < Best;
                images[c] += has ? 1 : 0;
                predicted[c] += says ? 1 : 0;
                correct[c] += has && says ? 1 : 0;
                // log(1 + e^s) - t s, without overflow.
                loss += Math.Max(score, 0) - (has ? score : 0) + Math.Log(1 + Math.Exp(-Math.Abs((double)score)));
            }

            exact += isExact ? 1 : 0;
            inBest += isInBest ? 1 : 0;
        }

        LabelFigures[] each = [.. labels.Select((label, c) => new LabelFigures(label, images[c], predicted[c], correct[c], AveragePrecision(c, images[c])))];
        ClassResult[] classes = [.. each.Select(f => new ClassResult(f.Label, f.Images, f.Correct))];
        var present = each.Where(f => f.Images > 0).ToArray();
        var named = each.Where(f => f.Images + f.Predicted > 0).ToArray();
        long all = images.Sum() + predicted.Sum();
        return new EvaluationResult
        {
            Images = count,
            Accuracy = count == 0 ? 0 : (double)exact / count,
            BalancedAccuracy = present.Length == 0 ? 0 : present.Average(f => f.Recall),
            Top5Accuracy = count == 0 ? 0 : (double)inBest / count,
            Loss = count == 0 ? 0 : loss / count / k,
            Classes = classes,
            WorstClasses = [.. classes.Where(c => c.Images > 0).OrderBy(c => c.Accuracy).Take(Listed)],
            MostConfused = [],
            Mistakes = [],
            MultiLabel = new MultiLabelFigures
            {
                Labels = each,
                MeanAveragePrecision = present.Length == 0 ? 0 : present.Average(f => f.AveragePrecision),
                MacroF1 = named.Length == 0 ? 0 : named.Average(f => f.F1),
                MicroF1 = all == 0 ? 0 : 2.0 * correct.Sum() / all,
            },
        };
    }

    // How many labels of an image have a higher score.
    private int RankOf(int image, int label)
    {
        int higher = 0, from = image * labels.Count;
        for (int c = 0; c < labels.Count; c++)
            higher += scores[from + c] > scores[from + label] ? 1 : 0;
        return higher;
    }

    // Equal scores are one threshold.
    private double AveragePrecision(int label, long positives)
    {
        if (positives == 0)
            return 0;
        int k = labels.Count;
        int[] order = [.. Enumerable.Range(0, scores.Count / k).OrderByDescending(n => scores[n * k + label])];
        double sum = 0;
        long right = 0, before = 0;
        for (int i = 0; i < order.Length; i++)
        {
            right += truths[order[i] * k + label] ? 1 : 0;
            if (i + 1 < order.Length && scores[order[i + 1] * k + label] == scores[order[i] * k + label])
                continue;
            sum += (double)(right - before) / positives * right / (i + 1);
            before = right;
        }

        return sum;
    }
}
