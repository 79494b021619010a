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
    /// <summary>The answers that were added; each is the image of its number.</summary>
    public Answers Answers { get; } = new(classes ?? throw new ArgumentNullException(nameof(classes)));

    /// <summary>Adds a batch.</summary>
    /// <param name="scores">(N, K), float32: logits, log-probabilities, or any scores of which larger is better.</param>
    /// <param name="labels">(N), int64, each in [0, K).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not K scores for each label.</exception>
    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<long> labels)
    {
        int k = classes.Count;
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)scores.Length, (long)labels.Length * k, nameof(scores));
        for (int n = 0; n < labels.Length; n++)
            Answers.Add(Answers.Count, checked((int)labels[n]), Answers.Count, scores.Slice(n * k, k), []);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    /// <exception cref="MekikiException">The scores are not float32.</exception>
    public void Add(Tensor scores, ReadOnlySpan<long> labels)
    {
        Add(scores.Values, labels);
        GC.KeepAlive(scores);
    }

    /// <summary>What has been found so far. Without any image every figure is 0.</summary>
    public EvaluationResult Result() => Answers.Result();

    /// <summary>How many rows of scores are largest at their label.</summary>
    /// <param name="scores">(N, K), float32.</param>
    /// <param name="labels">N class indices in [0, K).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many labels as rows.</exception>
    /// <exception cref="MekikiException">The scores are not (N, K), float32.</exception>
    public static int CountCorrect(Tensor scores, ReadOnlySpan<long> labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, scores.Shape[0], nameof(labels));
        int count = CountCorrect(scores.Values, scores.Shape[1], labels);
        GC.KeepAlive(scores);
        return count;
    }

    /// <summary>The same, of N·K numbers.</summary>
    internal static int CountCorrect(ReadOnlySpan<float> scores, int classes, ReadOnlySpan<long> labels)
    {
        int count = 0;
        for (int n = 0; n < labels.Length; n++)
            count += ScoreRow.ArgMax(scores.Slice(n * classes, classes)) == labels[n] ? 1 : 0;
        return count;
    }
}
