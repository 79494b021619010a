using Mekiki.Backends;

namespace Mekiki.Tests.Reference;

/// <summary>Sums, and what undoes them.</summary>
internal sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override Storage Sum(Storage x, Shape shape, Shape sumShape, float factor)
    {
        var y = new double[sumShape.ElementCount];
        for (int i = 0; i < shape.ElementCount; i++)
            y[Origin(sumShape, shape, i)] += factor * Of(x)[i];
        return Store(y);
    }

    /// <inheritdoc/>
    public override Storage Expand(Storage x, Shape shape, Shape fullShape, float factor)
    {
        var y = new double[fullShape.ElementCount];
        for (int i = 0; i < y.Length; i++)
            y[i] = factor * Of(x)[Origin(shape, fullShape, i)];
        return Store(y);
    }

    /// <inheritdoc/>
    public override double SquareSum(Storage x)
    {
        double sum = 0;
        foreach (double value in Of(x))
            sum += value * value;
        return sum;
    }

    /// <inheritdoc/>
    public override void ArgMax(Storage x, int rows, int columns, Span<int> best)
    {
        for (int n = 0; n < rows; n++)
        {
            best[n] = 0;
            for (int k = 1; k < columns; k++)
                if (IsLarger(Of(x)[n * columns + k], Of(x)[n * columns + best[n]]))
                    best[n] = k;
        }
    }

    /// <summary>Whether a value takes the place of the largest so far: of equal ones the first stays, and one that is no number is larger than all that are.</summary>
    private static bool IsLarger(double value, double largest) => value > largest || (double.IsNaN(value) && !double.IsNaN(largest));
}
