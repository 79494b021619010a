using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Vision.Classical;

/// <summary>One step after the other towards a likelier mixture.</summary>
/// <remarks>
/// Dempster, Laird, Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", 1977, for diagonal Gaussians.
/// Differs from the paper: no variance falls below a share of the vectors' own; a Gaussian that holds less than one vector
/// takes over half of the heaviest one.
/// </remarks>
internal sealed unsafe class ExpectationMaximization
{
    private const int RowsPerBlock = 1024;

    // In vectors.
    private const double LeastShare = 1e-3;

    private readonly Tensor x;
    private readonly double[] floor;
    private readonly int count, dimensions, blocks;

    public ExpectationMaximization(Tensor x, double varianceFloor)
    {
        (this.x, count, dimensions) = (x, x.Shape[0], x.Shape[1]);
        blocks = (count + RowsPerBlock - 1) / RowsPerBlock;
        floor = MixtureStart.Variances(x.Values, dimensions);
        for (int d = 0; d < dimensions; d++)
            floor[d] = Math.Max(1e-12, varianceFloor * floor[d]);
    }

    /// <returns>The next mixture, and the mean log-likelihood under the one before.</returns>
    public (GaussianMixture Mixture, double LogLikelihood) Step(GaussianMixture mixture)
    {
        int length = mixture.Count * 2 * dimensions;
        var tables = new MixtureTables(mixture);
        double[] likelihood = new double[blocks], shares = new double[blocks * mixture.Count];
        using var moments = new Scratch((long)blocks * length);
        nint all = (nint)moments.Pointer;
        Workers.Each(blocks, block =>
            likelihood[block] = Expect(tables, block, mixture.Count, shares.AsSpan(block * mixture.Count, mixture.Count), (float*)all + (nint)block * length));

        // Always in the order of the blocks.
        double[] sums = new double[length], weights = new double[mixture.Count];
        for (int block = 0; block < blocks; block++)
        {
            for (int i = 0; i < length; i++)
                sums[i] += moments.Pointer[(nint)block * length + i];
            for (int k = 0; k < weights.Length; k++)
                weights[k] += shares[block * weights.Length + k];
        }

        return (Maximize(mixture, weights, sums), likelihood.Sum() / count);
    }

    // Of some vectors: each Gaussian's share of them, and the sums of x and x² by these shares.
    private double Expect(MixtureTables tables, int block, int gaussians, Span<double> shares, float* moments)
    {
        int first = block * RowsPerBlock, rows = Math.Min(RowsPerBlock, count - first);
        using var squared = new Scratch((long)rows * 2 * dimensions);
        using var joint = new Scratch((long)rows * gaussians);
        tables.Square(new ReadOnlySpan<float>(x.Pointer + (nint)first * dimensions, rows * dimensions), squared.Pointer);
        tables.LogJoint(squared.Pointer, rows, joint.Pointer);
        double likelihood = 0;
        for (int row = 0; row < rows; row++)
            likelihood += Largest(joint.Pointer, row, gaussians);
        tables.Shares(joint.Pointer, rows);
        shares.Clear();
        for (int row = 0; row < rows; row++)
        {
            // The largest share is exp(largest - log of the sum).
            likelihood -= Math.Log(Largest(joint.Pointer, row, gaussians));
            for (int k = 0; k < gaussians; k++)
                shares[k] += joint.Pointer[(nint)row * gaussians + k];
        }

        MatrixProduct.Run(joint.Pointer, 1, gaussians, squared.Pointer, 2 * dimensions, moments, 2 * dimensions, gaussians, 2 * dimensions, rows);
        GC.KeepAlive(x);
        return likelihood;
    }

    private static float Largest(float* values, int row, int columns)
    {
        float largest = float.NegativeInfinity;
        for (int k = 0; k < columns; k++)
            largest = MathF.Max(largest, values[(nint)row * columns + k]);
        return largest;
    }

    private GaussianMixture Maximize(GaussianMixture before, double[] shares, double[] sums)
    {
        int gaussians = shares.Length;
        double[] means = new double[gaussians * dimensions], variances = new double[means.Length];
        for (int k = 0; k < gaussians; k++)
            for (int d = 0; d < dimensions; d++)
            {
                double share = Math.Max(shares[k], 1e-30), mean = sums[(k * 2) * dimensions + d] / share;
                means[k * dimensions + d] = mean;
                variances[k * dimensions + d] = Math.Max(floor[d], sums[(k * 2 + 1) * dimensions + d] / share - mean * mean);
            }

        for (int k = 0; k < gaussians; k++)
            if (shares[k] < 1 && gaussians > 1)
                TakeHalf(k, shares, means, variances);
        // Never 0: Fisher vectors divide by its root.
        for (int k = 0; k < gaussians; k++)
            shares[k] = Math.Max(shares[k], LeastShare);
        double total = shares.Sum();
        return new(
            Tensor.From(Floats(shares, 1 / total), before.Weights.Shape),
            Tensor.From(Floats(means, 1), before.Means.Shape),
            Tensor.From(Floats(variances, 1), before.Means.Shape));
    }

    // Half a deviation to either side, so that the two part in the next steps.
    private void TakeHalf(int starved, double[] shares, double[] means, double[] variances)
    {
        int heaviest = 0;
        for (int k = 1; k < shares.Length; k++)
            if (shares[k] > shares[heaviest])
                heaviest = k;
        if (shares[heaviest] < 2)
            return;
        shares[starved] = shares[heaviest] /= 2;
        for (int d = 0; d < dimensions; d++)
        {
            int from = heaviest * dimensions + d, to = starved * dimensions + d;
            double half = Math.Sqrt(variances[from]) / 2;
            (means[to], means[from], variances[to]) = (means[from] + half, means[from] - half, variances[from]);
        }
    }

    private static float[] Floats(double[] values, double scale)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = (float)(values[i] * scale);
        return floats;
    }
}
