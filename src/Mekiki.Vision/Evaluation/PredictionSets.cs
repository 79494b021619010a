namespace Mekiki.Vision.Evaluation;

/// <summary>How a set of classes is made, see <see cref="PredictionSets"/>.</summary>
public enum SetMethod
{
    /// <summary>All classes whose probability reaches one threshold: the smallest sets on average. Sadinle, Lei, Wasserman, "Least Ambiguous Set-Valued Classifiers with Bounded Error Levels", JASA 2019.</summary>
    LeastAmbiguous,

    /// <summary>The most probable classes until their probabilities reach a sum, the last one by a random draw: images that are hard get larger sets. Romano, Sesia, Candès, "Classification with Valid and Adaptive Coverage", NeurIPS 2020.</summary>
    Adaptive,

    /// <summary>A threshold for each class: the promise holds for the images of each class. Sadinle et al., section 3.1.</summary>
    ClassWise,
}

/// <summary>Sets of classes that hold an image's own class with a promised probability: split conformal prediction.</summary>
/// <remarks>
/// The promise holds for images of the same kind as those that the thresholds come from, on average over them: the threshold is the
/// ⌈(n + 1) coverage⌉-th smallest score of n held-out images. Of images in groups one of each group counts, which is drawn, as much as its group is
/// large (Dunn, Wasserman, Ramdas, arXiv:1809.07441). A set is never empty unless that is asked for: the most probable class always stands in it, which only raises the
/// coverage, above all where more answers are right than are promised.
/// </remarks>
/// <example>
/// <code>
/// var held = Probabilities.Of(recognizer, set, split.Validation);
/// var sets = PredictionSets.Fit(held.Values, [.. split.Validation.Select(i => set.Labels[i])], coverage: 0.99);
/// int[] classes = sets.Of(Probabilities.Of(recognizer, set, split.Test)[0]);
/// </code>
/// </example>
public sealed class PredictionSets
{
    // No coverage can be promised that the labels themselves do not have.
    private const double MostCoverage = 0.998;
    private const ulong Purpose = 0x434F_4E46_0000_0001; // keeps these draws apart from other uses of a seed

    private readonly double[] thresholds;

    private PredictionSets(SetMethod method, double coverage, double[] thresholds) => (Method, Coverage, this.thresholds) = (method, coverage, thresholds);

    /// <summary>How sets are made.</summary>
    public SetMethod Method { get; }

    /// <summary>The promised share of images whose class stands in their set.</summary>
    public double Coverage { get; }

    /// <summary>Finds the thresholds.</summary>
    /// <param name="probabilities">(N, K): of held-out images, which neither trained nor chose.</param>
    /// <param name="labels">(N): their classes.</param>
    /// <param name="coverage">The promised share, above 0 and at most 0.998: of real labels some are wrong.</param>
    /// <param name="method">How sets are made.</param>
    /// <param name="groups">Their groups, of each of which one image counts, which is drawn; empty: each image stands alone.</param>
    /// <param name="seed">Of the draws of groups, and of <see cref="SetMethod.Adaptive"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is out of its range, or there is not a row for each label.</exception>
    /// <exception cref="MekikiException">There are too few images for that promise.</exception>
    public static PredictionSets Fit(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, double coverage, SetMethod method = SetMethod.LeastAmbiguous, ReadOnlySpan<int> groups = default, ulong seed = 0)
    {
        int classes = labels.IsEmpty ? 0 : probabilities.Length / labels.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)probabilities.Length, (long)labels.Length * classes, nameof(probabilities));
        if (!(coverage is > 0 and <= MostCoverage))
            throw new ArgumentOutOfRangeException(nameof(coverage), coverage, $"Coverage: expected 0 < X ≤ {MostCoverage}: of real labels some are wrong.");
        var weights = groups.IsEmpty ? null : Witnesses.Of(groups, seed).ToDictionary(w => w.Image, w => w.Weight);
        var scores = new List<(double Score, int Weight)>[method == SetMethod.ClassWise ? classes : 1];
        for (int s = 0; s < scores.Length; s++)
            scores[s] = [];
        var generator = new Generator(seed, Purpose);
        for (int n = 0; n < labels.Length; n++)
        {
            double draw = generator.NextDouble();
            int weight = weights?.GetValueOrDefault(n) ?? 1;
            if (weight > 0)
                scores[method == SetMethod.ClassWise ? labels[n] : 0].Add((Score(method, probabilities.Slice(n * classes, classes), labels[n], draw), weight));
        }

        var thresholds = new double[scores.Length];
        for (int s = 0; s < scores.Length; s++)
            thresholds[s] = CanPromise(coverage, Witnesses.Effective(scores[s]))
                ? Quantile(scores[s], coverage)
                : throw new MekikiException($"Prediction sets: expected {LeastImages(coverage):N0} held-out images or more {(groups.IsEmpty ? "" : "of different groups ")}{(method == SetMethod.ClassWise ? $"of class {s} " : "")}to promise {coverage * 100:0.##} %, got {Math.Floor(Witnesses.Effective(scores[s]) + 1e-9):N0}. Hold out more images, or promise less.");
        return new(method, coverage, thresholds);
    }

    /// <summary>The set of an image, the most probable class first.</summary>
    /// <param name="probabilities">Of all classes.</param>
    /// <param name="draw">In [0, 1), drawn anew for each image; only <see cref="SetMethod.Adaptive"/> looks at it.</param>
    /// <param name="mayBeEmpty">Whether a set may be empty; then the coverage is near the promised one, not above it.</param>
    /// <returns>Indices of classes.</returns>
    public int[] Of(ReadOnlySpan<float> probabilities, double draw = 0, bool mayBeEmpty = false)
    {
        int[] order = new int[probabilities.Length];
        float[] keys = new float[order.Length];
        for (int c = 0; c < order.Length; c++)
            (order[c], keys[c]) = (c, -probabilities[c]);
        Array.Sort(keys, order);
        int count = 0;
        double before = 0;
        var chosen = new List<int>();
        foreach (int c in order)
        {
            double score = Method == SetMethod.Adaptive ? before + draw * probabilities[c] : 1 - probabilities[c];
            before += probabilities[c];
            if ((count++ == 0 && !mayBeEmpty) || score <= thresholds[Method == SetMethod.ClassWise ? c : 0])
                chosen.Add(c);
        }

        return [.. chosen];
    }

    /// <summary>Whether so few images can promise a coverage.</summary>
    internal static bool CanPromise(double coverage, double images) => coverage <= MostCoverage && images >= LeastImages(coverage) - 1e-9;

    /// <summary>The ⌈(n + 1) coverage⌉-th smallest score; with weights, the least whose weights below reach that share of all weights and a new image's.</summary>
    internal static double Quantile(IReadOnlyList<(double Score, int Weight)> scores, double coverage)
    {
        double sum = scores.Sum(s => (double)s.Weight), added = sum / Witnesses.Effective(scores), enough = (sum + added) * coverage - 1e-9 * sum, reached = 0;
        var sorted = scores.OrderBy(s => s.Score).ToArray();
        foreach (var (score, weight) in sorted)
            if ((reached += weight) >= enough)
                return score;
        return sorted[^1].Score;
    }

    private static int LeastImages(double coverage) => (int)Math.Ceiling(coverage / (1 - coverage) - 1e-9);

    // How strange a class is for an image: the less, the more probable it is.
    private static double Score(SetMethod method, ReadOnlySpan<float> probabilities, int label, double draw)
    {
        float own = probabilities[label];
        if (method != SetMethod.Adaptive)
            return 1 - own;
        double before = 0;
        for (int c = 0; c < probabilities.Length; c++)
            before += probabilities[c] > own || (probabilities[c] == own && c < label) ? probabilities[c] : 0;
        return before + draw * own;
    }
}
