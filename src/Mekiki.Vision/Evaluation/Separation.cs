namespace Mekiki.Vision.Evaluation;

/// <summary>How well a score tells images of the known classes from others, with 95 % intervals.</summary>
/// <remarks>
/// The percentile interval of 1,000 draws with replacement, of known images (or of their groups) and of the others alike; the threshold is
/// found anew in each draw. Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3.
/// </remarks>
/// <example>
/// <code>
/// var answers = recognizer.Answers(set, split.Test);
/// var others = recognizer.Answers(ImageSet.Open("things-of-no-class"));
/// double[] known = [.. Enumerable.Range(0, answers.Count).Select(n => -answers[n].Energy)];
/// double[] strange = [.. Enumerable.Range(0, others.Count).Select(n => -others[n].Energy)];
/// var separation = Separation.Of(known, strange);
/// Console.WriteLine($"AUROC {separation.Auroc.Value:0.000}, {separation.FalseAcceptance.Value:P1} accepted");
/// </code>
/// </example>
/// <param name="Auroc">The area under the ROC curve, see <see cref="Ranking.Auroc"/>.</param>
/// <param name="FalseAcceptance">The share of others that the threshold accepts which accepts 95 % of known images, see <see cref="Ranking.FalseAcceptance"/>.</param>
public readonly record struct Separation(Estimate Auroc, Estimate FalseAcceptance)
{
    private const int Draws = 1000;
    private const double Accepted = 0.95;
    private const ulong Purpose = 0x5345_5041_0000_0001; // keeps these draws apart from other uses of a seed

    /// <summary>Compares the scores of two kinds of images.</summary>
    /// <param name="known">Scores of images of the known classes: the higher, the more known.</param>
    /// <param name="others">Scores of other images.</param>
    /// <param name="groups">The groups of the known images; empty: each stands alone.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>NaN where one kind is absent.</returns>
    /// <exception cref="ArgumentException">There is not a group for each known image.</exception>
    public static Separation Of(ReadOnlySpan<double> known, ReadOnlySpan<double> others, ReadOnlySpan<int> groups = default, ulong seed = 0)
    {
        if (!groups.IsEmpty && groups.Length != known.Length)
            throw new ArgumentException($"expected a group for each of {known.Length:N0} known images, got {groups.Length:N0}", nameof(groups));
        double auroc = Ranking.Auroc(known, others), accepted = Ranking.FalseAcceptance(known, others);
        if (known.IsEmpty || others.IsEmpty)
            return new(new(auroc, new(double.NaN, double.NaN)), new(accepted, new(double.NaN, double.NaN)));
        var sample = new Sample(known, others, groups);
        var drawn = new (double Auroc, double Accepted)[Draws];
        Parallel.For(0, Draws, sample.NewWeights, (draw, _, weights) =>
        {
            var generator = new Generator(seed, Purpose, (ulong)draw);
            drawn[draw] = sample.Compute(ref generator, weights);
            return weights;
        }, _ => { });
        return new(new(auroc, Between([.. drawn.Select(d => d.Auroc)])), new(accepted, Between([.. drawn.Select(d => d.Accepted)])));
    }

    private static Interval Between(double[] values)
    {
        Array.Sort(values);
        return new(values[(int)(0.025 * values.Length)], values[(int)(0.975 * values.Length)]);
    }

    /// <summary>All scores in order, so that a draw is one walk over them.</summary>
    private sealed class Sample
    {
        private readonly double[] scores;
        private readonly int[] unitOf;      // of known images their group, of others -1 - number
        private readonly int groupCount, others;

        public Sample(ReadOnlySpan<double> known, ReadOnlySpan<double> other, ReadOnlySpan<int> groups)
        {
            others = other.Length;
            scores = [.. known, .. other];
            unitOf = new int[scores.Length];
            var index = new Dictionary<int, int>();
            for (int i = 0; i < known.Length; i++)
                unitOf[i] = groups.IsEmpty ? i : index.TryGetValue(groups[i], out int at) ? at : index[groups[i]] = index.Count;
            groupCount = groups.IsEmpty ? known.Length : index.Count;
            for (int i = 0; i < others; i++)
                unitOf[known.Length + i] = -1 - i;
            Array.Sort(scores, unitOf);
        }

        public (int[] Known, int[] Others) NewWeights() => (new int[groupCount], new int[others]);

        public (double Auroc, double Accepted) Compute(ref Generator generator, (int[] Known, int[] Others) weights)
        {
            Draw(ref generator, weights.Known);
            Draw(ref generator, weights.Others);
            double wins = 0, below = 0, all = 0;
            for (int i = 0; i < scores.Length;)
            {
                double tiedKnown = 0, tiedOthers = 0;
                int end = i;
                for (; end < scores.Length && scores[end].Equals(scores[i]); end++)
                    if (unitOf[end] >= 0)
                        tiedKnown += weights.Known[unitOf[end]];
                    else
                        tiedOthers += weights.Others[-1 - unitOf[end]];
                wins += tiedKnown * (below + tiedOthers / 2);
                below += tiedOthers;
                all += tiedKnown;
                i = end;
            }

            return (wins / (all * others), AcceptedShare(weights, Math.Ceiling(Accepted * all - 1e-9)));
        }

        // From the highest score down, until enough known images are accepted; equal scores together.
        private double AcceptedShare((int[] Known, int[] Others) weights, double enough)
        {
            double known = 0, accepted = 0;
            for (int i = scores.Length - 1; i >= 0 && known < enough;)
                for (double score = scores[i]; i >= 0 && scores[i].Equals(score); i--)
                    if (unitOf[i] >= 0)
                        known += weights.Known[unitOf[i]];
                    else
                        accepted += weights.Others[-1 - unitOf[i]];
            return accepted / others;
        }

        private static void Draw(ref Generator generator, int[] counts)
        {
            Array.Clear(counts);
            for (int i = 0; i < counts.Length; i++)
                counts[generator.NextInt32(counts.Length)]++;
        }
    }
}
