namespace Mekiki.Vision.Evaluation;

/// <summary>The figures that are no plain means, in the order of their values.</summary>
internal enum Figure
{
    BalancedAccuracy,
    MacroF1,
    WeightedF1,
    Kappa,
    Ece,
    EceEqualMass,
    Aurc,
    Augrc,
    ErrorAuroc,
}

/// <summary>Answers, prepared so that figures are computed quickly for any weights of the images, as a bootstrap needs.</summary>
internal sealed class FigureSample
{
    /// <summary>How many figures there are.</summary>
    public const int Count = (int)Figure.ErrorAuroc + 1;

    private const int Bins = 15;

    private readonly Answers answers;
    private readonly int[] label, prediction, widthBin, massBin, order;
    private readonly float[] probability;

    public FigureSample(Answers answers)
    {
        this.answers = answers;
        int n = answers.Count;
        (label, prediction, widthBin, massBin, probability) = (new int[n], new int[n], new int[n], new int[n], new float[n]);
        for (int i = 0; i < n; i++)
        {
            var answer = answers[i];
            (label[i], prediction[i], probability[i]) = (answer.Label, answer.Prediction, answer.Probability);
            widthBin[i] = BinOf(answer.Probability);
        }

        // The most probable first; the order of equal ones does not matter to any figure but the bins of equally many images.
        order = [.. Enumerable.Range(0, n).OrderByDescending(i => probability[i])];
        for (int k = 0; k < n; k++)
            massBin[order[k]] = (int)((long)k * Bins / n);
        (GroupOf, Groups) = Bootstrap.GroupsOf([.. Enumerable.Range(0, n).Select(i => answers[i].Group)]);
    }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; }

    /// <summary>Of each answer, its group in [0, <see cref="Groups"/>).</summary>
    public int[] GroupOf { get; }

    /// <summary>The bin of a probability among 15 of equal width, each with its upper end: (0, 1/15] is 0.</summary>
    public static int BinOf(double probability) => double.IsNaN(probability) ? 0 : Math.Clamp((int)Math.Ceiling(probability * Bins) - 1, 0, Bins - 1);

    /// <summary>Σ_c (p_c - [c is the image's class])².</summary>
    public static double BrierOf(in Answer answer) => answer.SquareSum - 2 * Math.Exp(answer.LogProbability) + 1;

    /// <summary>Each answer once.</summary>
    public int[] Ones()
    {
        int[] ones = new int[label.Length];
        Array.Fill(ones, 1);
        return ones;
    }

    /// <summary>All figures, where an answer counts as often as its weight says.</summary>
    public double[] Compute(ReadOnlySpan<int> weights)
    {
        int classes = answers.Classes.Count;
        var result = new double[Count];
        double[] images = new double[classes], predicted = new double[classes], correct = new double[classes];
        Span<double> width = stackalloc double[Bins], mass = stackalloc double[Bins];
        width.Clear();
        mass.Clear();
        double n = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            int w = weights[i];
            if (w == 0)
                continue;
            n += w;
            images[label[i]] += w;
            predicted[prediction[i]] += w;
            double gap = (prediction[i] == label[i] ? 1 : 0) - (double)probability[i];
            correct[label[i]] += prediction[i] == label[i] ? w : 0;
            width[widthBin[i]] += w * gap;
            mass[massBin[i]] += w * gap;
        }

        double present = 0, named = 0, recall = 0, f1 = 0, weighted = 0, chance = 0, right = 0;
        for (int c = 0; c < classes; c++)
        {
            right += correct[c];
            chance += images[c] * predicted[c] / (n * n);
            double own = images[c] + predicted[c] > 0 ? 2 * correct[c] / (images[c] + predicted[c]) : 0;
            (named, f1, weighted) = (named + (images[c] + predicted[c] > 0 ? 1 : 0), f1 + own, weighted + own * images[c] / n);
            if (images[c] > 0)
                (present, recall) = (present + 1, recall + correct[c] / images[c]);
        }

        result[(int)Figure.BalancedAccuracy] = recall / present;
        result[(int)Figure.MacroF1] = f1 / named;
        result[(int)Figure.WeightedF1] = weighted;
        result[(int)Figure.Kappa] = chance < 1 ? (right / n - chance) / (1 - chance) : 1;
        for (int bin = 0; bin < Bins; bin++)
        {
            result[(int)Figure.Ece] += Math.Abs(width[bin]) / n;
            result[(int)Figure.EceEqualMass] += Math.Abs(mass[bin]) / n;
        }

        Walk(weights, n, right, result);
        return result;
    }

    /// <summary>Each class by itself.</summary>
    public ClassFigures[] ClassFigures()
    {
        int classes = answers.Classes.Count;
        long[] images = new long[classes], predicted = new long[classes], correct = new long[classes];
        for (int i = 0; i < label.Length; i++)
        {
            images[label[i]]++;
            predicted[prediction[i]]++;
            correct[label[i]] += prediction[i] == label[i] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, classes).Select(c => new ClassFigures(answers.Classes[c], images[c], predicted[c], correct[c]))];
    }

    // From the most probable answer down, block by block of equal probabilities, whose errors are spread evenly over the block.
    private void Walk(ReadOnlySpan<int> weights, double n, double right, double[] result)
    {
        double wrong = n - right, errors = 0, done = 0, risks = 0, generalized = 0, separated = 0;
        for (int from = 0; from < order.Length;)
        {
            int to = from;
            double size = 0, wrongHere = 0;
            for (; to < order.Length && probability[order[to]].Equals(probability[order[from]]); to++)
            {
                int i = order[to];
                size += weights[i];
                wrongHere += prediction[i] == label[i] ? 0 : weights[i];
            }

            // Of a right answer here, the wrong ones below it count whole, and those beside it by half.
            separated += (size - wrongHere) * (wrong - errors - wrongHere / 2);
            double each = size > 0 ? wrongHere / size : 0;
            for (int k = 1; k <= size; k++)
            {
                double so = errors + k * each;
                risks += so / (done + k);
                generalized += so / n;
            }

            (errors, done, from) = (errors + wrongHere, done + size, to);
        }

        result[(int)Figure.Aurc] = risks / n;
        result[(int)Figure.Augrc] = generalized / n;
        result[(int)Figure.ErrorAuroc] = right > 0 && wrong > 0 ? separated / (right * wrong) : double.NaN;
    }
}
