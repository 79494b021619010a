using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Classical;

/// <summary>A mixture's logarithm as one matrix product: log(w p(x)) is linear in 1, x and x².</summary>
internal sealed class MixtureTables
{
    private readonly Tensor factors;       // (1 + 2D, M)
    private readonly int dimensions;

    public MixtureTables(GaussianMixture mixture)
    {
        int count = mixture.Count;
        dimensions = mixture.Dimensions;
        float[] table = new float[(1 + 2 * dimensions) * count];
        ReadOnlySpan<float> weights = mixture.Weights.Values, means = mixture.Means.Values, variances = mixture.Variances.Values;
        for (int k = 0; k < count; k++)
        {
            double constant = Math.Log(weights[k]);
            for (int d = 0; d < dimensions; d++)
            {
                double mean = means[k * dimensions + d], variance = variances[k * dimensions + d];
                table[(1 + d) * count + k] = (float)(mean / variance);
                table[(1 + dimensions + d) * count + k] = (float)(-0.5 / variance);
                constant -= 0.5 * (Math.Log(2 * Math.PI * variance) + mean * mean / variance);
            }

            table[k] = (float)constant;
        }

        factors = Tensor.From(table, [1 + 2 * dimensions, count]);
    }

    /// <summary>Numbers in a row of powers for vectors of a length: 1 + 2D.</summary>
    public static int PowersOf(int dimensions) => 1 + 2 * dimensions;

    /// <summary>Writes each vector's powers: 1, the vector itself, and its squares.</summary>
    /// <param name="x">(N, D).</param>
    /// <param name="dimensions">D.</param>
    /// <param name="powers">Receives (N, 1 + 2D).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WritePowers(ReadOnlySpan<float> x, int dimensions, Span<float> powers)
    {
        int at = 0;
        for (int from = 0; from < x.Length; from += dimensions, at += PowersOf(dimensions))
        {
            var vector = x.Slice(from, dimensions);
            powers[at] = 1;
            Span<float> same = powers.Slice(at + 1, dimensions), squares = powers.Slice(at + 1 + dimensions, dimensions);
            for (int d = 0; d < vector.Length; d++)
            {
                float value = vector[d];
                same[d] = value;
                squares[d] = value * value;
            }
        }
    }

    /// <summary>log(w_k p_k(x)).</summary>
    /// <param name="powers">From <see cref="WritePowers"/>, (N, 1 + 2D).</param>
    /// <returns>(N, M).</returns>
    public Tensor LogJoint(Tensor powers) => powers.MatMul(factors);

    /// <summary>Exchanges rows and columns.</summary>
    /// <param name="matrix">(N, M).</param>
    /// <param name="columns">M.</param>
    /// <param name="turned">Receives (M, N).</param>
    public static void Turn(ReadOnlySpan<float> matrix, int columns, Span<float> turned)
    {
        int rows = matrix.Length / columns;
        for (int k = 0; k < columns; k++)
        {
            var row = turned.Slice(k * rows, rows);
            for (int n = 0, from = k; n < row.Length; n++, from += columns)
                row[n] = matrix[from];
        }
    }
}
