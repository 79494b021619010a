using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Products of matrices.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Multiply(in ProductSizes s, Storage a, Storage b)
    {
        double[] first = Of(a), second = Of(b), y = new double[s.Count * s.Rows * s.Columns];
        for (int m = 0; m < s.Count; m++)
            for (int i = 0; i < s.Rows; i++)
                for (int j = 0; j < s.Columns; j++)
                    for (int k = 0; k < s.Depth; k++)
                    {
                        int atA = m * s.Rows * s.Depth + (s.IsFirstTransposed ? k * s.Rows + i : i * s.Depth + k);
                        int atB = m * s.Depth * s.Columns + (s.IsSecondTransposed ? j * s.Depth + k : k * s.Columns + j);
                        y[(m * s.Rows + i) * s.Columns + j] += first[atA] * second[atB];
                    }

        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage Linear(Storage x, Storage weight, Storage? bias, int rows, int inputs, int outputs)
    {
        double[] from = Of(x), w = Of(weight), y = new double[rows * outputs];
        for (int n = 0; n < rows; n++)
            for (int o = 0; o < outputs; o++)
            {
                double sum = bias is null ? 0 : Of(bias)[o];
                for (int i = 0; i < inputs; i++)
                    sum += from[n * inputs + i] * w[o * inputs + i];
                y[n * outputs + o] = sum;
            }

        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage SumRows(Storage x, int rows, int columns)
    {
        var sum = new double[columns];
        for (int n = 0; n < rows; n++)
            for (int k = 0; k < columns; k++)
                sum[k] += Of(x)[n * columns + k];
        return Store(sum);
    }
}
