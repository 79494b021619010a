namespace Mekiki.Vision.Evaluation;

/// <summary>What a recognizer answered for many images that have any number of labels: all from which the figures of <see cref="LabelEstimates"/> are computed.</summary>
/// <example>
/// <code>
/// var answers = recognizer.LabelAnswers(set, split.Test);
/// var figures = LabelEstimates.Of(answers);
/// Console.WriteLine($"mAP {figures.MeanAveragePrecision.Value:P2}, {figures.MeanAveragePrecision.Interval.Low:P2} to {figures.MeanAveragePrecision.Interval.High:P2}");
/// </code>
/// </example>
public sealed class LabelAnswers
{
    private const int Best = 5, Listed = 10;

    private readonly List<float> scores = [];
    private readonly List<float> probabilities = [];
    private readonly List<bool> truths = [];
    private readonly List<(int Image, int Group)> images = [];

    /// <summary>Begins without any answer.</summary>
    /// <param name="labels">The labels, in the order of the scores.</param>
    /// <param name="thresholds">Of each label the least probability with which it is predicted; null: a half.</param>
    internal LabelAnswers(IReadOnlyList<string> labels, IReadOnlyList<double>? thresholds = null) =>
        (Labels, Thresholds) = (labels, thresholds ?? [.. labels.Select(_ => LabelCalibration.UsualThreshold)]);

    /// <summary>The labels, in the order of the recognizer's classes, K.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Of each label the least probability with which it is predicted.</summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>How many answers there are.</summary>
    public int Count => images.Count;

    /// <summary>Whether images have groups.</summary>
    public bool HasGroups { get; internal init; }

    /// <summary>The index in its set of the image of answer number <paramref name="n"/>.</summary>
    public int ImageOf(int n) => images[n].Image;

    /// <summary>The group of the image of answer number <paramref name="n"/>; without groups, the image's index.</summary>
    public int GroupOf(int n) => images[n].Group;

    /// <summary>The probability of label number <paramref name="k"/> in answer number <paramref name="n"/>, in [0, 1].</summary>
    public float Probability(int n, int k) => probabilities[n * Labels.Count + k];

    /// <summary>Whether the image of answer number <paramref name="n"/> has label number <paramref name="k"/>.</summary>
    public bool Has(int n, int k) => truths[n * Labels.Count + k];

    /// <summary>Whether answer number <paramref name="n"/> predicts label number <paramref name="k"/>.</summary>
    public bool IsPredicted(int n, int k) => Probability(n, k) >= Thresholds[k];

    /// <summary>Whether answer number <paramref name="n"/> predicts exactly the image's labels.</summary>
    public bool IsRight(int n)
    {
        for (int k = 0; k < Labels.Count; k++)
            if (Has(n, k) != IsPredicted(n, k))
                return false;
        return true;
    }

    /// <summary>How probable it is that all labels of answer number <paramref name="n"/> are right, if each is so by itself: the product of their probabilities, in [0, 1].</summary>
    public float Certainty(int n)
    {
        double product = 1;
        for (int k = 0; k < Labels.Count; k++)
            product *= IsPredicted(n, k) ? Probability(n, k) : 1 - Probability(n, k);
        return (float)product;
    }

    /// <summary>The labels that the image of answer number <paramref name="n"/> has.</summary>
    public IReadOnlyList<string> LabelsOf(int n) => [.. Labels.Where((_, k) => Has(n, k))];

    /// <summary>The labels that answer number <paramref name="n"/> predicts.</summary>
    public IReadOnlyList<string> PredictedOf(int n) => [.. Labels.Where((_, k) => IsPredicted(n, k))];

    /// <summary>The mean binary cross-entropy of answer number <paramref name="n"/> over the labels, in nats.</summary>
    public double Loss(int n) => Enumerable.Range(0, Labels.Count).Average(k => LossOf(Score(n, k), Has(n, k)));

    /// <summary>The numbers of the answers with a label too many or too few: the most confident mistake first.</summary>
    public IReadOnlyList<int> Mistakes()
    {
        return [.. Enumerable.Range(0, Count).Where(n => !IsRight(n)).OrderByDescending(Surest)];

        // How sure the surest of an image's mistakes is.
        float Surest(int n) => Enumerable.Range(0, Labels.Count).Where(k => Has(n, k) != IsPredicted(n, k)).Max(k => Has(n, k) ? 1 - Probability(n, k) : Probability(n, k));
    }

    /// <summary>How right the answers are, label by label. Without any answer every figure is 0.</summary>
    public EvaluationResult Result()
    {
        int k = Labels.Count;
        long exact = 0, inBest = 0;
        double loss = 0;
        var (present, predicted, correct) = (new long[k], new long[k], new long[k]);
        for (int n = 0; n < Count; n++)
        {
            bool isInBest = false;
            for (int c = 0; c < k; c++)
            {
                float score = scores[n * k + c];
                bool has = Has(n, c), says = IsPredicted(n, c);
                isInBest |= has && RankOf(n, c) < Best;
                present[c] += has ? 1 : 0;
                predicted[c] += says ? 1 : 0;
                correct[c] += has && says ? 1 : 0;
                loss += LossOf(score, has);
            }

            exact += IsRight(n) ? 1 : 0;
            inBest += isInBest ? 1 : 0;
        }

        var sample = new LabelSample(this);
        double[] precisions = sample.AveragePrecisions(sample.Ones());
        LabelFigures[] each = [.. Labels.Select((label, c) => new LabelFigures(label, present[c], predicted[c], correct[c], present[c] == 0 ? 0 : precisions[c]))];
        ClassResult[] classes = [.. each.Select(f => new ClassResult(f.Label, f.Images, f.Correct))];
        var there = each.Where(f => f.Images > 0).ToArray();
        var named = each.Where(f => f.Images + f.Predicted > 0).ToArray();
        long all = present.Sum() + predicted.Sum();
        return new EvaluationResult
        {
            Images = Count,
            Accuracy = Count == 0 ? 0 : (double)exact / Count,
            BalancedAccuracy = there.Length == 0 ? 0 : there.Average(f => f.Recall),
            Top5Accuracy = Count == 0 ? 0 : (double)inBest / Count,
            Loss = Count == 0 ? 0 : loss / Count / k,
            Classes = classes,
            WorstClasses = [.. classes.Where(c => c.Images > 0).OrderBy(c => c.Accuracy).Take(Listed)],
            MostConfused = [],
            Mistakes = [],
            MultiLabel = new MultiLabelFigures
            {
                Labels = each,
                MeanAveragePrecision = there.Length == 0 ? 0 : there.Average(f => f.AveragePrecision),
                MacroF1 = named.Length == 0 ? 0 : named.Average(f => f.F1),
                MicroF1 = all == 0 ? 0 : 2.0 * correct.Sum() / all,
            },
        };
    }

    /// <summary>log(1 + e^s) - t s, the binary cross-entropy of a score, without overflow.</summary>
    internal static double LossOf(double score, bool has) => Math.Max(score, 0) - (has ? score : 0) + Math.Log(1 + Math.Exp(-Math.Abs(score)));

    /// <summary>The score of a label, of which the sigmoid is its probability.</summary>
    internal float Score(int n, int k) => scores[n * Labels.Count + k];

    /// <summary>Adds an answer.</summary>
    /// <param name="image">The image's index in its set.</param>
    /// <param name="group">Its group.</param>
    /// <param name="row">K scores, of which the sigmoid is each label's probability.</param>
    /// <param name="truth">Whether the image has each label.</param>
    internal void Add(int image, int group, ReadOnlySpan<float> row, ReadOnlySpan<bool> truth)
    {
        images.Add((image, group));
        var sigmoid = new float[row.Length];
        ScoreRow.Sigmoid(row, sigmoid);
        probabilities.AddRange(sigmoid);
        foreach (float score in row)
            scores.Add(score);
        foreach (bool has in truth)
            truths.Add(has);
    }

    // How many labels of an image have a higher score.
    private int RankOf(int n, int label)
    {
        int higher = 0;
        for (int c = 0; c < Labels.Count; c++)
            higher += Score(n, c) > Score(n, label) ? 1 : 0;
        return higher;
    }
}
