using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Classical;

/// <summary>Where expectation maximization begins: vectors far from one another as means, one width for all.</summary>
/// <remarks>
/// Arthur, Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007, section 2.2: each next mean is drawn
/// with a probability that grows with the square of its distance to the nearest one so far. Distances are measured in
/// deviations. Differs from the paper: no rounds of k-means follow.
/// </remarks>
internal static class MixtureStart
{
    private const int MostVectors = 20_000;

    // Below this a dimension is constant.
    private const double LeastVariance = 1e-10;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static GaussianMixture Draw(Tensor x, int count, ulong seed)
    {
        var values = x.Values;
        int dimensions = x.Shape[1];
        var generator = new Generator([seed, 0x6D69_7874]);
        int[] chosen = Choose(x.Shape[0], Math.Max(count, Math.Min(x.Shape[0], MostVectors)), ref generator);
        double[] variances = Variances(values, dimensions);
        float[] means = new float[count * dimensions];
        double[] nearest = new double[chosen.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        int next = generator.NextInt32(chosen.Length);
        for (int k = 0; k < count; k++)
        {
            var mean = values.Slice(chosen[next] * dimensions, dimensions);
            mean.CopyTo(means.AsSpan(k * dimensions));
            for (int i = 0; i < chosen.Length; i++)
                nearest[i] = Math.Min(nearest[i], Distance(values.Slice(chosen[i] * dimensions, dimensions), mean, variances));
            next = Next(nearest, ref generator);
        }

        double width = Math.Max(1e-3, nearest.Sum() / nearest.Length / dimensions);
        float[] start = new float[count * dimensions];
        for (int i = 0; i < start.Length; i++)
            start[i] = (float)(width * variances[i % dimensions]);
        GC.KeepAlive(x);
        return new(Tensor.Full([count], 1f / count), Tensor.From(means, [count, dimensions]), Tensor.From(start, [count, dimensions]));
    }

    /// <summary>The variance of each dimension, at least <see cref="LeastVariance"/>.</summary>
    public static double[] Variances(ReadOnlySpan<float> x, int dimensions)
    {
        int count = x.Length / dimensions;
        double[] sums = new double[dimensions], squares = new double[dimensions];
        for (int row = 0; row < count; row++)
            for (int d = 0; d < dimensions; d++)
            {
                // From the first vector, so that a large mean does not swallow small differences.
                double value = (double)x[row * dimensions + d] - x[d];
                sums[d] += value;
                squares[d] += value * value;
            }

        for (int d = 0; d < dimensions; d++)
            squares[d] = Math.Max(LeastVariance, squares[d] / count - sums[d] / count * (sums[d] / count));
        return squares;
    }

    // Some of all, without repetition (Fisher and Yates, stopped early).
    private static int[] Choose(int all, int count, ref Generator generator)
    {
        int[] order = [.. Enumerable.Range(0, all)];
        for (int i = 0; i < count; i++)
        {
            int j = i + generator.NextInt32(all - i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order[..count];
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double[] variances)
    {
        double sum = 0;
        for (int d = 0; d < a.Length; d++)
            sum += ((double)a[d] - b[d]) * ((double)a[d] - b[d]) / variances[d];
        return sum;
    }

    private static int Next(double[] nearest, ref Generator generator)
    {
        double left = generator.NextDouble() * nearest.Sum();
        for (int i = 0; i < nearest.Length; i++)
        {
            left -= nearest[i];
            if (left < 0)
                return i;
        }

        // All vectors are means already.
        return generator.NextInt32(nearest.Length);
    }
}
