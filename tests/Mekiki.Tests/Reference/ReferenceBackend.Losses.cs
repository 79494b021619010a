using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Probabilities and losses.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    /// <remarks>The largest value of a row is taken off first, which changes nothing but keeps e^x finite.</remarks>
    public override Storage Softmax(Storage x, int rows, int columns, bool log)
    {
        var y = new double[x.Length];
        for (int n = 0; n < rows; n++)
        {
            var row = Of(x).AsSpan(n * columns, columns);
            double largest = double.NegativeInfinity, sum = 0;
            foreach (double value in row)
                largest = Math.Max(largest, value);
            foreach (double value in row)
                sum += Math.Exp(value - largest);
            for (int k = 0; k < columns; k++)
                y[n * columns + k] = log ? row[k] - largest - Math.Log(sum) : Math.Exp(row[k] - largest) / sum;
        }

        return Store(y);
    }

    /// <inheritdoc/>
    /// <remarks>With p the probabilities: dx = p (dy - Σ p dy), and of the logarithm dx = dy - p Σ dy.</remarks>
    public override Storage SoftmaxGradient(Storage y, Storage dy, int rows, int columns, bool log)
    {
        var dx = new double[y.Length];
        for (int n = 0; n < rows; n++)
        {
            Span<double> result = Of(y).AsSpan(n * columns, columns), upstream = Of(dy).AsSpan(n * columns, columns);
            double sum = 0;
            for (int k = 0; k < columns; k++)
                sum += log ? upstream[k] : result[k] * upstream[k];
            for (int k = 0; k < columns; k++)
                dx[n * columns + k] = log ? upstream[k] - Math.Exp(result[k]) * sum : result[k] * (upstream[k] - sum);
        }

        return Store(dx);
    }

    /// <inheritdoc/>
    /// <remarks>As <see cref="Mekiki.Operations.NllOperation"/> says.</remarks>
    public override Storage Nll(Storage logProbabilities, int rows, int classes, ReadOnlySpan<long> labels, Storage? weights, float smoothing, Reduction reduction, out Storage slopes)
    {
        double total = 0;
        foreach (long label in labels)
            total += label < 0 ? 0 : Weight(label);
        double share = reduction == Reduction.Mean ? 1 / total : 1;
        double[] derivative = new double[rows * classes], losses = new double[rows];
        for (int n = 0; n < rows; n++)
            for (int k = 0; k < classes && labels[n] >= 0; k++)
            {
                double target = (k == labels[n] ? 1.0 - smoothing : 0) + (double)smoothing / classes;
                derivative[n * classes + k] = -share * target * Weight(k);
                if (target != 0)
                    losses[n] += derivative[n * classes + k] * Of(logProbabilities)[n * classes + k];
            }

        slopes = Store(derivative);
        return Store(reduction == Reduction.None ? losses : [losses.Sum()]);

        double Weight(long k) => weights is null ? 1 : Of(weights)[k];
    }
}
