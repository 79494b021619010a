namespace Mekiki.Vision.Evaluation;

/// <summary>What a recognizer answered for many labelled images: all from which the figures of <see cref="Figures"/> are computed.</summary>
/// <example>
/// <code>
/// var answers = recognizer.Answers(set, split.Test);
/// var figures = Figures.Of(answers);
/// Console.WriteLine($"{figures.Accuracy.Value:P2}, {figures.Accuracy.Interval.Low:P2} to {figures.Accuracy.Interval.High:P2}");
/// </code>
/// </example>
public sealed class Answers
{
    /// <summary>How many of the best classes are kept of each answer.</summary>
    public const int MostTop = 5;

    private readonly List<Answer> all = [];
    private readonly List<LabelIndex> top = [];

    /// <summary>Begins without any answer.</summary>
    /// <param name="classes">The class names, in the order of their indices.</param>
    internal Answers(IReadOnlyList<string> classes) => Classes = classes;

    /// <summary>The class names, in the order of their indices.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>How many answers there are.</summary>
    public int Count => all.Count;

    /// <summary>How many classes of each answer <see cref="TopOf"/> knows.</summary>
    public int TopCount => Math.Min(MostTop, Classes.Count);

    /// <summary>Whether images have groups.</summary>
    public bool HasGroups { get; internal init; }

    /// <summary>An answer.</summary>
    /// <param name="n">0 to <see cref="Count"/> - 1.</param>
    public Answer this[int n] => all[n];

    /// <summary>The most probable classes of an answer with their probabilities, the most probable first.</summary>
    /// <param name="n">0 to <see cref="Count"/> - 1.</param>
    public IReadOnlyList<(int Class, float Probability)> TopOf(int n)
    {
        var result = new (int, float)[TopCount];
        for (int i = 0; i < result.Length; i++)
            result[i] = (top[n * TopCount + i].Class, top[n * TopCount + i].Probability);
        return result;
    }

    /// <summary>The answers as a table of their own, such as those of one class or those above a threshold.</summary>
    /// <param name="chosen">Which of them, 0 to <see cref="Count"/> - 1 each.</param>
    public Answers Subset(IEnumerable<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        var result = new Answers(Classes) { HasGroups = HasGroups };
        foreach (int n in chosen)
        {
            result.all.Add(all[n]);
            for (int i = 0; i < TopCount; i++)
                result.top.Add(top[n * TopCount + i]);
        }

        return result;
    }

    /// <summary>How right the answers are, class by class, with the mistakes. Without any answer every figure is 0.</summary>
    public EvaluationResult Result()
    {
        const int Listed = 10;
        long[] imagesOf = new long[Classes.Count], correctOf = new long[Classes.Count];
        var confused = new Dictionary<(int Label, int Prediction), long>();
        var mistakes = new List<Mistake>();
        long correct = 0, correctInTop = 0;
        double loss = 0;
        foreach (var answer in all)
        {
            imagesOf[answer.Label]++;
            correctInTop += answer.Rank < MostTop ? 1 : 0;
            loss -= answer.LogProbability;
            if (answer.IsRight)
            {
                correct++;
                correctOf[answer.Label]++;
                continue;
            }

            confused[(answer.Label, answer.Prediction)] = confused.GetValueOrDefault((answer.Label, answer.Prediction)) + 1;
            mistakes.Add(new(answer.Image, Classes[answer.Label], Classes[answer.Prediction], answer.Probability, (float)Math.Exp(answer.LogProbability)));
        }

        ClassResult[] perClass = [.. Classes.Select((name, c) => new ClassResult(name, imagesOf[c], correctOf[c]))];
        var present = perClass.Where(c => c.Images > 0).ToArray();
        double count = Math.Max(1, all.Count);
        return new EvaluationResult
        {
            Images = all.Count,
            Accuracy = correct / count,
            BalancedAccuracy = present.Sum(c => c.Accuracy) / Math.Max(1, present.Length),
            Top5Accuracy = correctInTop / count,
            Loss = loss / count,
            Classes = perClass,
            // The order is stable: among equals the first class stays first.
            WorstClasses = [.. present.OrderBy(c => c.Accuracy).ThenByDescending(c => c.Images).Take(Listed)],
            MostConfused =
            [
                .. confused.OrderByDescending(p => p.Value).ThenBy(p => p.Key).Take(Listed)
                    .Select(p => new ConfusedPair(Classes[p.Key.Label], Classes[p.Key.Prediction], p.Value)),
            ],
            Mistakes = [.. mistakes.OrderByDescending(m => m.Probability - m.LabelProbability)],
        };
    }

    /// <summary>Adds the answer for one image.</summary>
    /// <param name="image">Its index in the set.</param>
    /// <param name="label">Its class.</param>
    /// <param name="group">Its group.</param>
    /// <param name="scores">K scores of which the softmax is the probability of each class.</param>
    /// <param name="logits">K scores of the network, without shifted views and temperature; empty: they are the scores.</param>
    internal void Add(int image, int label, int group, ReadOnlySpan<float> scores, ReadOnlySpan<float> logits)
    {
        double normalizer = ScoreRow.LogSumExp(scores), squares = 0;
        int prediction = ScoreRow.ArgMax(scores), rank = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            double p = Math.Exp(scores[c] - normalizer);
            squares += p * p;
            rank += c != label && (scores[c] > scores[label] || (scores[c] == scores[label] && c < label) || float.IsNaN(scores[label])) ? 1 : 0;
        }

        float largest = logits.IsEmpty ? scores[prediction] : logits[ScoreRow.ArgMax(logits)];
        double energy = logits.IsEmpty ? -normalizer : -ScoreRow.LogSumExp(logits);
        all.Add(new(image, label, prediction, (float)Math.Exp(scores[prediction] - normalizer), scores[label] - normalizer, rank, squares, largest, energy, group));
        AddTop(scores, normalizer);
    }

    // Among equals the first class comes first.
    private void AddTop(ReadOnlySpan<float> scores, double normalizer)
    {
        Span<int> best = stackalloc int[MostTop];
        int count = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            if (count == TopCount && !IsAbove(scores[c], scores[best[count - 1]]))
                continue;
            int place = count < TopCount ? count++ : count - 1;
            for (; place > 0 && IsAbove(scores[c], scores[best[place - 1]]); place--)
                best[place] = best[place - 1];
            best[place] = c;
        }

        for (int i = 0; i < count; i++)
            top.Add(new(best[i], (float)Math.Exp(scores[best[i]] - normalizer)));
    }

    // A score that is not a number is least.
    private static bool IsAbove(float a, float b) => a > b || (float.IsNaN(b) && !float.IsNaN(a));

    private readonly record struct LabelIndex(int Class, float Probability);
}
