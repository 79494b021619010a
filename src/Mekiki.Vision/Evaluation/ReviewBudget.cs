namespace Mekiki.Vision.Evaluation;

/// <summary>How many answers a person must look at: the least sure ones, so that at most a few of the others are wrong.</summary>
/// <remarks>
/// The bound is exact for images of the same kind as the labelled ones. For a threshold on the probability, k of the m labelled images above it are wrong; of m' new
/// ones r are. Given k + r, k is hypergeometric, whoever is labelled; r is the largest number for which so few wrong ones among the labelled are
/// not less probable than 5 % / number of thresholds (Bonferroni). Thatcher, "Relationships between Bayesian and Confidence Limits for Predictions", 1964.
/// Images of groups are counted as if the images of a group were all right or all wrong: the same bound for Σ n² / Σ n times fewer images
/// (n: a group's images above the threshold), as many times as large. It is exact for groups of one size; for groups of many sizes it
/// held in simulations, also where whole books are wrong, or large ones alone. Kish, "Survey Sampling", 1965, section 5.4.
/// </remarks>
/// <example>
/// <code>
/// var judged = recognizer.Answers(set, split.Test);
/// float[] sure = [.. recognizer.Predict(Directory.GetFiles("scans")).Select(p => p.Prediction?.Probability ?? 0)];
/// foreach (var plan in ReviewBudget.Plan(judged, sure))
///     Console.WriteLine($"look at the {plan.Reviewed} least sure: at most {plan.WrongBound} of the other {plan.Rest} are wrong");
/// </code>
/// </example>
/// <param name="Threshold">The least probability of an answer that nobody looks at.</param>
/// <param name="Reviewed">How many of the images of the plan are less sure: these are looked at.</param>
/// <param name="Rest">How many are not looked at.</param>
/// <param name="WrongBound">At most so many of those are wrong, with 95 % confidence for all thresholds together; if the labelled images have groups, of images of new groups, of which some may be wrong as a whole.</param>
/// <param name="Labelled">How many labelled images are above the threshold.</param>
/// <param name="LabelledWrong">How many of them are wrong.</param>
public readonly record struct ReviewBudget(double Threshold, int Reviewed, int Rest, int WrongBound, int Labelled, int LabelledWrong)
{
    private const double Risk = 0.05, Slack = 1e-9;

    /// <summary>The same bound for mistakes that fall on images one by one, whatever their groups are; without groups it is <see cref="WrongBound"/>.</summary>
    public int WrongBoundByImage { get; init; }

    /// <summary>The shares of images that plans look at.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

    /// <summary>Plans for images whose answers nobody has judged.</summary>
    /// <param name="labelled">Answers for labelled images, which neither trained nor chose.</param>
    /// <param name="probabilities">Of each image of the plan, the probability of the predicted class.</param>
    /// <returns>A plan for each of <see cref="Shares"/>.</returns>
    /// <exception cref="ArgumentException">There is no labelled answer.</exception>
    public static IReadOnlyList<ReviewBudget> Plan(Answers labelled, ReadOnlySpan<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        return Plan([.. Enumerable.Range(0, labelled.Count).Select(n => (labelled[n].Probability, labelled[n].IsRight, labelled[n].Group))], probabilities);
    }

    /// <summary>Plans for images of any number of labels, of which an answer is right if all its labels are.</summary>
    /// <param name="labelled">Answers for labelled images, which neither trained nor chose.</param>
    /// <param name="certainties">Of each image of the plan, how certain all its labels are: <see cref="LabelAnswers.Certainty"/>.</param>
    /// <returns>A plan for each of <see cref="Shares"/>.</returns>
    /// <exception cref="ArgumentException">There is no labelled answer.</exception>
    public static IReadOnlyList<ReviewBudget> Plan(LabelAnswers labelled, ReadOnlySpan<float> certainties)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        return Plan([.. Enumerable.Range(0, labelled.Count).Select(n => (labelled.Certainty(n), labelled.IsRight(n), labelled.GroupOf(n)))], certainties);
    }

    private static ReviewBudget[] Plan(IReadOnlyList<(float Probability, bool IsRight, int Group)> labelled, ReadOnlySpan<float> probabilities)
    {
        if (labelled.Count == 0)
            throw new ArgumentException("expected one labelled answer or more, got none", nameof(labelled));
        float[] sorted = probabilities.ToArray();
        Array.Sort(sorted);
        var plans = new ReviewBudget[Shares.Count];
        for (int i = 0; i < plans.Length; i++)
        {
            int wanted = (int)Math.Ceiling(Shares[i] * sorted.Length);
            double threshold = wanted == 0 ? 0 : wanted < sorted.Length ? sorted[wanted] : double.PositiveInfinity;
            int reviewed = sorted.Count(p => p < threshold), rest = sorted.Length - reviewed;
            int above = 0, wrong = 0;
            var sizes = new Dictionary<int, int>();
            for (int n = 0; n < labelled.Count; n++)
                if (labelled[n].Probability >= threshold)
                {
                    (above, wrong) = (above + 1, wrong + (labelled[n].IsRight ? 0 : 1));
                    sizes[labelled[n].Group] = sizes.GetValueOrDefault(labelled[n].Group) + 1;
                }

            double size = above == 0 ? 1 : sizes.Values.Sum(n => (double)n * n) / above;
            plans[i] = new(threshold, reviewed, rest, GroupBound(wrong, above, rest, size, Risk / plans.Length), above, wrong) { WrongBoundByImage = Bound(wrong, above, rest, Risk / plans.Length) };
        }

        return plans;
    }

    // The bound for whole groups of one size; what is no whole group is rounded to the safe side.
    private static int GroupBound(int wrong, int labelled, int rest, double size, double risk)
    {
        int groups = (int)(labelled / size + Slack), wrongGroups = Math.Min(groups, (int)Math.Ceiling(wrong / size - Slack)), restGroups = (int)Math.Ceiling(rest / size - Slack);
        return (int)Math.Min(rest, Math.Ceiling(Bound(wrongGroups, groups, restGroups, risk) * size - Slack));
    }

    /// <summary>The largest r for which P(at most <paramref name="wrong"/> of k + r wrong ones are among the labelled) exceeds the risk.</summary>
    internal static int Bound(int wrong, int labelled, int rest, double risk)
    {
        if (labelled == 0)
            return rest;
        // The probability falls as r grows.
        int low = 0, high = rest;
        while (low < high)
        {
            int middle = (int)((long)low + high + 1 >> 1);
            if (Hypergeometric.AtMost(wrong, labelled, rest, wrong + middle) > risk)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
