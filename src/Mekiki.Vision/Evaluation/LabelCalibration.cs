namespace Mekiki.Vision.Evaluation;

/// <summary>What was learnt from held-out images about the probabilities of labels, each by itself, and is stored in a recognizer's model file.</summary>
/// <remarks>
/// The probability of a label is 1 / (1 + e^-(a s + b)) for its score s: Platt, "Probabilistic Outputs for Support Vector Machines", 1999, with
/// his targets (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2), and Newton's steps of Lin, Lin, Weng, "A Note on Platt's Probabilistic Outputs for Support Vector Machines", 2007. a is above 0, so that the
/// order of images, and mAP with it, stays. A label is predicted from the probability on with which its F1 on the held-out images is best.
/// Differs from the paper: labels with fewer than five images, or fewer than five others, keep their scores and a half.
/// </remarks>
public sealed record LabelCalibration
{
    /// <summary>The probability from which on labels are predicted that have no other.</summary>
    internal const double UsualThreshold = 0.5;

    // Fewer images of a label, or of none, tell too little of its probability.
    private const int Fewest = 5, Steps = 100;
    private const double Most = 1e3, Least = 1e-3, Damping = 1e-12;

    /// <summary>What was fitted.</summary>
    /// <param name="labels">Of each label, in the order of the model's classes.</param>
    /// <param name="images">On how many images it was fitted, 1 or more.</param>
    /// <exception cref="MekikiException">A number is out of its range.</exception>
    public LabelCalibration(IReadOnlyList<LabelScale> labels, int images)
    {
        ArgumentNullException.ThrowIfNull(labels);
        foreach (var label in labels)
            if (label is not { Slope: >= Least and <= Most, Offset: >= -Most and <= Most, Threshold: > 0 and < 1 })
                throw new MekikiException($"Calibration of a label: expected a slope of {Least} to {Most:N0}, an offset of at most {Most:N0} and a threshold 0 < X < 1, got {label.Slope}, {label.Offset} and {label.Threshold}.");
        if (images < 1)
            throw new MekikiException($"Images of a calibration: expected 1 or more, got {images}.");
        (Labels, Images) = (labels, images);
    }

    /// <summary>Of each label, in the order of the model's classes.</summary>
    public IReadOnlyList<LabelScale> Labels { get; }

    /// <summary>On how many images it was fitted.</summary>
    public int Images { get; }

    /// <summary>The mean binary cross-entropy of the held-out images before, in nats; null: not told.</summary>
    public double? LossBefore { get; init; }

    /// <summary>The same after.</summary>
    public double? LossAfter { get; init; }

    /// <summary>Fits slope, offset and threshold of each label.</summary>
    /// <param name="answers">For held-out images, with the network's scores as they are.</param>
    internal static LabelCalibration Fit(LabelAnswers answers)
    {
        var scales = new LabelScale[answers.Labels.Count];
        double before = 0, after = 0;
        for (int k = 0; k < scales.Length; k++)
        {
            double[] scores = [.. Enumerable.Range(0, answers.Count).Select(n => (double)answers.Score(n, k))];
            bool[] has = [.. Enumerable.Range(0, answers.Count).Select(n => answers.Has(n, k))];
            scales[k] = Fit(scores, has);
            for (int n = 0; n < scores.Length; n++)
            {
                before += LabelAnswers.LossOf(scores[n], has[n]);
                after += LabelAnswers.LossOf(scales[k].Slope * scores[n] + scales[k].Offset, has[n]);
            }
        }

        double decisions = Math.Max(1, (double)answers.Count * scales.Length);
        return new(scales, answers.Count) { LossBefore = before / decisions, LossAfter = after / decisions };
    }

    /// <summary>a s + b of each label, the same bits wherever scores are scaled.</summary>
    internal float[] Scaled(ReadOnlySpan<float> scores)
    {
        var scaled = new float[scores.Length];
        for (int i = 0; i < scaled.Length; i++)
        {
            var label = Labels[i % Labels.Count];
            float product = scores[i] * (float)label.Slope;
            scaled[i] = product + (float)label.Offset;
        }

        return scaled;
    }

    private static LabelScale Fit(double[] scores, bool[] has)
    {
        int positives = has.Count(h => h);
        if (positives < Fewest || has.Length - positives < Fewest)
            return new(1, 0, UsualThreshold);
        var (slope, offset) = Platt(scores, has, (positives + 1.0) / (positives + 2), 1.0 / (has.Length - positives + 2));
        // Scores that fall where the label is there would be turned round.
        if (!(slope is >= Least and <= Most && Math.Abs(offset) <= Most))
            (slope, offset) = (1, 0);
        return new(slope, offset, BestThreshold([.. scores.Select(s => 1 / (1 + Math.Exp(-(slope * s + offset))))], has, positives));
    }

    // Newton's method with steps that are halved until the loss falls; the loss is convex.
    private static (double Slope, double Offset) Platt(double[] scores, bool[] has, double yes, double no)
    {
        double slope = 1, offset = 0, loss = Loss(slope, offset);
        for (int step = 0; step < Steps; step++)
        {
            double g1 = 0, g2 = 0, h11 = Damping, h12 = 0, h22 = Damping;
            for (int n = 0; n < scores.Length; n++)
            {
                double p = 1 / (1 + Math.Exp(-(slope * scores[n] + offset))), d = p - (has[n] ? yes : no), w = p * (1 - p);
                (g1, g2) = (g1 + d * scores[n], g2 + d);
                (h11, h12, h22) = (h11 + w * scores[n] * scores[n], h12 + w * scores[n], h22 + w);
            }

            double determinant = h11 * h22 - h12 * h12;
            if (Math.Abs(g1) + Math.Abs(g2) < 1e-9 * scores.Length || !(determinant > 0))
                break;
            double bySlope = (h22 * g1 - h12 * g2) / determinant, byOffset = (h11 * g2 - h12 * g1) / determinant, length = 1, next = double.NaN;
            while (length > 1e-6 && !((next = Loss(slope - length * bySlope, offset - length * byOffset)) < loss))
                length /= 2;
            if (!(next < loss))
                break;
            (slope, offset, loss) = (slope - length * bySlope, offset - length * byOffset, next);
        }

        return (slope, offset);

        double Loss(double a, double b)
        {
            double sum = 0;
            for (int n = 0; n < scores.Length; n++)
            {
                double s = a * scores[n] + b;
                sum += Math.Max(s, 0) - (has[n] ? yes : no) * s + Math.Log(1 + Math.Exp(-Math.Abs(s)));
            }

            return sum;
        }
    }

    // Between the least probability that is predicted and the next lower one; of equally good ones, the nearest to a half.
    private static double BestThreshold(double[] probabilities, bool[] has, int positives)
    {
        int[] order = [.. Enumerable.Range(0, has.Length).OrderByDescending(n => probabilities[n])];
        double best = -1, threshold = UsualThreshold;
        int correct = 0;
        for (int i = 0; i < order.Length; i++)
        {
            correct += has[order[i]] ? 1 : 0;
            double here = probabilities[order[i]], below = i + 1 < order.Length ? probabilities[order[i + 1]] : 0;
            if (here.Equals(below))
                continue;
            double f1 = 2.0 * correct / (i + 1 + positives), middle = below < UsualThreshold && UsualThreshold <= here ? UsualThreshold : (here + below) / 2;
            if (f1 > best || (f1.Equals(best) && Math.Abs(middle - UsualThreshold) < Math.Abs(threshold - UsualThreshold)))
                (best, threshold) = (f1, middle);
        }

        return Math.Clamp(threshold, 1e-6, 1 - 1e-6);
    }
}

/// <summary>How the score of a label becomes its probability, and from which on it is predicted.</summary>
/// <param name="Slope">a, 0.001 to 1,000: below 1 the network was too sure.</param>
/// <param name="Offset">b, -1,000 to 1,000: below 0 the network predicted the label too often.</param>
/// <param name="Threshold">The least probability with which the label is predicted, 0 &lt; X &lt; 1.</param>
public readonly record struct LabelScale(double Slope, double Offset, double Threshold);
