namespace Mekiki.Vision.Evaluation;

/// <summary>Collects scores and labels, batch after batch, and tells how right they are.</summary>
/// <example>
/// <code>
/// var evaluator = new Evaluator(set.Classes);
/// evaluator.Add(net[x], labels);      // batch after batch
/// Console.WriteLine($"{evaluator.Result().Accuracy:P1}");
/// </code>
/// </example>
/// <param name="classes">The class names, in the order of their indices.</param>
public sealed class Evaluator(IReadOnlyList<string> classes)
{
    private const int Top = 5, Listed = 10;
    private readonly IReadOnlyList<string> classes = classes ?? throw new ArgumentNullException(nameof(classes));
    private readonly long[] imagesOf = new long[classes.Count], correctOf = new long[classes.Count];
    private readonly Dictionary<(int Label, int Prediction), long> confused = [];
    private readonly List<Mistake> mistakes = [];
    private long images, correct, correctInTop;
    private double loss;

    /// <summary>Adds a batch.</summary>
    /// <param name="scores">(N, K), float32: logits, log-probabilities, or any scores of which larger is better.</param>
    /// <param name="labels">(N), int64, each in [0, K).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not K scores for each label.</exception>
    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<long> labels)
    {
        int k = classes.Count;
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)scores.Length, (long)labels.Length * k, nameof(scores));
        for (int n = 0; n < labels.Length; n++)
        {
            var row = scores.Slice(n * k, k);
            int label = checked((int)labels[n]), prediction = ScoreRow.ArgMax(row);
            double entropy = CrossEntropy(row, label);
            imagesOf[label]++;
            if (prediction == label)
            {
                correct++;
                correctOf[label]++;
            }
            else
            {
                confused[(label, prediction)] = confused.GetValueOrDefault((label, prediction)) + 1;
                mistakes.Add(new((int)images, classes[label], classes[prediction], (float)Math.Exp(-CrossEntropy(row, prediction)), (float)Math.Exp(-entropy)));
            }

            correctInTop += Rank(row, label) < Top ? 1 : 0;
            loss += entropy;
            images++;
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    /// <exception cref="MekikiException">The scores are not float32.</exception>
    public void Add(Tensor scores, ReadOnlySpan<long> labels)
    {
        Add(scores.Values, labels);
        GC.KeepAlive(scores);
    }

    /// <summary>What has been found so far. Without any image every figure is 0.</summary>
    public EvaluationResult Result()
    {
        var perClass = new ClassResult[classes.Count];
        for (int c = 0; c < perClass.Length; c++)
            perClass[c] = new ClassResult(classes[c], imagesOf[c], correctOf[c]);
        var present = perClass.Where(c => c.Images > 0).ToArray();
        double all = Math.Max(1, images);
        return new EvaluationResult
        {
            Images = images,
            Accuracy = correct / all,
            BalancedAccuracy = present.Sum(c => c.Accuracy) / Math.Max(1, present.Length),
            Top5Accuracy = correctInTop / all,
            Loss = loss / all,
            Classes = perClass,
            // The order is stable: among equals the first class stays first.
            WorstClasses = [.. present.OrderBy(c => c.Accuracy).ThenByDescending(c => c.Images).Take(Listed)],
            MostConfused =
            [
                .. confused.OrderByDescending(p => p.Value).ThenBy(p => p.Key).Take(Listed)
                    .Select(p => new ConfusedPair(classes[p.Key.Label], classes[p.Key.Prediction], p.Value)),
            ],
            Mistakes = [.. mistakes.OrderByDescending(m => m.Probability - m.LabelProbability)],
        };
    }

    /// <summary>How many rows of scores are largest at their label.</summary>
    /// <param name="scores">(N, K), float32.</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many labels as rows.</exception>
    /// <exception cref="MekikiException">The scores are not (N, K), float32.</exception>
    public static int CountCorrect(Tensor scores, ReadOnlySpan<long> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, scores.Shape[0], nameof(labels));
        int classes = scores.Shape[1], count = 0;
        var values = scores.Values;
        for (int n = 0; n < labels.Length; n++)
            count += ScoreRow.ArgMax(values.Slice(n * classes, classes)) == labels[n] ? 1 : 0;
        GC.KeepAlive(scores);
        return count;
    }

    // How many classes come before the label; a score that is not a number comes last.
    private static int Rank(ReadOnlySpan<float> row, int label)
    {
        int rank = 0;
        for (int c = 0; c < row.Length; c++)
            if (row[c] > row[label] || (c < label && row[c] == row[label]) || (float.IsNaN(row[label]) && c != label))
                rank++;
        return rank;
    }

    // log Σ e^s - s_label, which is the same for logits and for log-probabilities.
    private static double CrossEntropy(ReadOnlySpan<float> row, int label)
    {
        double largest = row[ScoreRow.ArgMax(row)], sum = 0;
        foreach (float score in row)
            sum += Math.Exp(score - largest);
        return Math.Log(sum) + largest - row[label];
    }
}
