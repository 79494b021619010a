using Mekiki.Autograd;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Classical;

/// <summary>Multinomial logistic regression on standardized vectors: a network's last layer, learnt at once.</summary>
/// <remarks>
/// Minimizes mean negative log-likelihood + λ/2 |W|², the bias free, by <see cref="LimitedMemoryDescent"/>. Vectors are shifted and
/// scaled so that each of their numbers has mean 0 and deviation 1; the result takes vectors as they are. The same vectors give the
/// same bits on any number of threads. λ = 1 / (C N) of scikit-learn's LogisticRegression.
/// </remarks>
/// <param name="Weight">(K, D), float32.</param>
/// <param name="Bias">(K), float32.</param>
internal sealed record LogisticRegression(Tensor Weight, Tensor Bias)
{
    private const int MostSteps = 300;
    private const double Tolerance = 1e-4;

    /// <summary>Learns.</summary>
    /// <param name="rows">N vectors of D numbers, one after another.</param>
    /// <param name="labels">N classes, each in [0, <paramref name="classes"/>).</param>
    /// <param name="classes">K, 2 or more.</param>
    /// <param name="decay">λ, above 0.</param>
    /// <param name="start">What the search begins with, K·(D + 1) numbers that the end replaces; null: zeros.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <param name="table">Of vectors with any number of labels: which labels each of their classes stands for; <paramref name="classes"/> is then the number of labels. Null: each has one class.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LogisticRegression Fit(float[] rows, ReadOnlySpan<int> labels, int classes, double decay, double[]? start = null, CancellationToken cancellation = default, LabelTable? table = null)
    {
        int count = labels.Length, length = rows.Length / count;
        var (mean, factor) = Moments(rows, count, length);
        using var off = Gradients.Off();
        var x = Standardized(rows, mean, factor);
        var back = x.Permute(1, 0);
        int[] own = labels.ToArray();
        double[] point = start ?? new double[classes * (length + 1)];
        var negative = new float[count * classes];
        LimitedMemoryDescent.Minimize(point, LossAt, MostSteps, Tolerance, cancellation);

        return OfStandardized(point, classes, mean, factor);

        // The loss, and its gradient by W and b: (p - onehot)ᵀ x / N + λ W.
        double LossAt(double[] at, double[] gradient)
        {
            var w = Tensor.From(Array.ConvertAll(at[..(classes * length)], v => (float)v), [classes, length]);
            var b = Tensor.From(Array.ConvertAll(at[(classes * length)..], v => (float)v), [classes]);
            double loss = (table is null ? Errors(x.Linear(w, b).Values, own, negative) : LabelErrors(x.Linear(w, b).Values, own, table, negative)) / count;
            var slope = back.MatMul(Tensor.From(negative, [count, classes])).ToArray();     // (D, K)
            for (int k = 0; k < classes; k++)
            {
                double sum = 0;
                for (int n = 0; n < count; n++)
                    sum += negative[n * classes + k];
                gradient[classes * length + k] = sum / count;
                for (int d = 0; d < length; d++)
                {
                    double value = at[k * length + d];
                    gradient[k * length + d] = slope[d * classes + k] / count + decay * value;
                    loss += decay / 2 * value * value;
                }
            }

            return loss;
        }
    }

    /// <summary>What was learnt of standardized vectors, for vectors as they are.</summary>
    /// <param name="point">K·D weights, and K biases.</param>
    /// <param name="classes">K.</param>
    /// <param name="mean">What was subtracted, D.</param>
    /// <param name="factor">By which was multiplied then, D.</param>
    public static LogisticRegression OfStandardized(double[] point, int classes, double[] mean, double[] factor)
    {
        int length = mean.Length;
        // W (x - μ) s + b = (W s) x + (b - (W s) μ).
        float[] weight = new float[classes * length], bias = new float[classes];
        for (int k = 0; k < classes; k++)
        {
            double sum = point[classes * length + k];
            for (int d = 0; d < length; d++)
            {
                double scaled = point[k * length + d] * factor[d];
                weight[k * length + d] = (float)scaled;
                sum -= scaled * mean[d];
            }

            bias[k] = (float)sum;
        }

        return new(Tensor.From(weight, [classes, length]), Tensor.From(bias, [classes]));
    }

    /// <summary>The scores of vectors, of which the softmax is the probabilities.</summary>
    /// <param name="rows">N vectors of D numbers.</param>
    /// <returns>N·K numbers.</returns>
    public float[] Scores(float[] rows) => Tensor.From(rows, [rows.Length / Weight.Shape[1], Weight.Shape[1]]).Linear(Weight, Bias).ToArray();

    // The summed loss; the scores' gradients, p - onehot, are written.
    private static double Errors(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, Span<float> gradient)
    {
        int classes = scores.Length / labels.Length;
        double loss = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            var row = scores.Slice(n * classes, classes);
            double largest = double.NegativeInfinity, sum = 0;
            foreach (float score in row)
                largest = Math.Max(largest, score);
            foreach (float score in row)
                sum += Math.Exp(score - largest);
            loss += Math.Log(sum) - (row[labels[n]] - largest);
            for (int k = 0; k < classes; k++)
                gradient[n * classes + k] = (float)(Math.Exp(row[k] - largest) / sum) - (k == labels[n] ? 1 : 0);
        }

        return loss;
    }

    // The summed binary losses of all labels; the scores' gradients, σ - t, are written.
    private static double LabelErrors(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, LabelTable table, Span<float> gradient)
    {
        int count = table.Names.Count;
        double loss = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            var truth = table.Of(labels[n]);
            for (int k = 0; k < count; k++)
            {
                double score = scores[n * count + k];
                loss += Math.Max(score, 0) - (truth[k] ? score : 0) + Math.Log(1 + Math.Exp(-Math.Abs(score)));
                gradient[n * count + k] = (float)(1 / (1 + Math.Exp(-score))) - (truth[k] ? 1 : 0);
            }
        }

        return loss;
    }

    /// <summary>Means, and 1 / deviation; 0 where a number is always the same.</summary>
    public static (double[] Mean, double[] Factor) Moments(float[] rows, int count, int length)
    {
        double[] mean = new double[length], squares = new double[length];
        for (int at = 0; at < rows.Length; at += length)
            for (int d = 0; d < length; d++)
                mean[d] += rows[at + d];
        for (int d = 0; d < length; d++)
            mean[d] /= count;
        for (int at = 0; at < rows.Length; at += length)
            for (int d = 0; d < length; d++)
                squares[d] += (rows[at + d] - mean[d]) * (rows[at + d] - mean[d]);
        return (mean, Array.ConvertAll(squares, s => s > 0 ? Math.Sqrt(count / s) : 0));
    }

    private static Tensor Standardized(float[] rows, double[] mean, double[] factor)
    {
        int length = mean.Length;
        var values = new float[rows.Length];
        for (int at = 0; at < rows.Length; at += length)
            for (int d = 0; d < length; d++)
                values[at + d] = (float)((rows[at + d] - mean[d]) * factor[d]);
        return Tensor.From(values, [rows.Length / length, length]);
    }
}
