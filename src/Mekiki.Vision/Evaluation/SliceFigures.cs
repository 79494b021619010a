namespace Mekiki.Vision.Evaluation;

/// <summary>How right a recognizer is on a part of the images that have something in common, such as a decade or little ink.</summary>
/// <remarks>
/// Whether a slice differs from the other images is Fisher's exact test. Of many slices some differ by chance: Benjamini, Hochberg, "Controlling
/// the False Discovery Rate", 1995: of the slices with <see cref="Q"/> at most 0.05, one in twenty is there by chance.
/// </remarks>
/// <example>
/// <code>
/// var answers = recognizer.Answers(set, split.Test);
/// var decades = Enumerable.Range(0, answers.Count).Select(n => set.Names[answers[n].Image][..3] + "0").ToArray();
/// foreach (var slice in SliceFigures.Of(answers, ("decade", decades)).Where(s => s.Q &lt;= 0.05))
///     Console.WriteLine($"{slice.Attribute} {slice.Value}: {slice.Accuracy:P1} of {slice.Images}");
/// </code>
/// </example>
/// <param name="Attribute">What the images have in common: <c>decade</c>.</param>
/// <param name="Value">Its value: <c>1910</c>.</param>
/// <param name="Images">How many images have it.</param>
/// <param name="Correct">How many of them are recognized.</param>
/// <param name="P">How probable so large a difference from the other images is by chance, in [0, 1].</param>
/// <param name="Q">The same, corrected for the number of slices.</param>
public readonly record struct SliceFigures(string Attribute, string Value, int Images, int Correct, double P, double Q)
{
    /// <summary>The share that is recognized.</summary>
    public double Accuracy => Images == 0 ? 0 : (double)Correct / Images;

    /// <summary>Where that lies with 95 % confidence, images taken as independent.</summary>
    public Interval Interval => Interval.Wilson(Accuracy, Images);

    /// <summary>The figures of each value of each attribute, the attributes in their order and the values in theirs.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="attributes">Of each attribute its name, and its value for each answer; null: it has none.</param>
    /// <exception cref="ArgumentException">An attribute has not a value for each answer.</exception>
    public static IReadOnlyList<SliceFigures> Of(Answers answers, params IReadOnlyList<(string Name, string?[] Values)> attributes)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(attributes);
        int wrong = Enumerable.Range(0, answers.Count).Count(n => !answers[n].IsRight);
        var slices = new List<SliceFigures>();
        foreach (var (name, values) in attributes)
        {
            if (values.Length != answers.Count)
                throw new ArgumentException($"{name}: expected a value for each of {answers.Count:N0} answers, got {values.Length:N0}", nameof(attributes));
            var counts = new SortedDictionary<string, (int Images, int Correct)>(StringComparer.Ordinal);
            for (int n = 0; n < values.Length; n++)
                if (values[n] is { } value)
                {
                    var (images, correct) = counts.GetValueOrDefault(value);
                    counts[value] = (images + 1, correct + (answers[n].IsRight ? 1 : 0));
                }

            foreach (var (value, (images, correct)) in counts)
                slices.Add(new(name, value, images, correct, Hypergeometric.TwoSided(images - correct, images, answers.Count - images, wrong), 0));
        }

        // From the largest p down, p x number / rank, and never above what came before.
        double least = 1;
        int[] order = [.. Enumerable.Range(0, slices.Count).OrderByDescending(i => slices[i].P)];
        for (int place = 0; place < order.Length; place++)
        {
            var slice = slices[order[place]];
            least = Math.Min(least, slice.P * order.Length / (order.Length - place));
            slices[order[place]] = slice with { Q = least };
        }

        return slices;
    }
}
