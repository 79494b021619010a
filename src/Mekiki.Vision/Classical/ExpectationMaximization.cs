using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Classical;

/// <summary>One step after the other towards a likelier mixture.</summary>
/// <remarks>
/// Dempster, Laird, Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", 1977, for diagonal Gaussians.
/// Differs from the paper: no variance falls below a share of the vectors' own; a Gaussian that holds less than one vector
/// takes over half of the heaviest one.
/// </remarks>
internal sealed class ExpectationMaximization
{
    private const int RowsPerBlock = 1024;

    // In vectors.
    private const double LeastShare = 1e-3;

    private readonly TensorBuffer[] powers;     // of some vectors each
    private readonly double[] floor;
    private readonly int count, dimensions, length;

    public ExpectationMaximization(Tensor x, double varianceFloor)
    {
        (count, dimensions) = (x.Shape[0], x.Shape[1]);
        length = MixtureTables.PowersOf(dimensions);
        var values = x.Values;
        powers = new TensorBuffer[(count + RowsPerBlock - 1) / RowsPerBlock];
        for (int block = 0; block < powers.Length; block++)
        {
            powers[block] = new TensorBuffer((long)RowsOf(block) * length);
            MixtureTables.WritePowers(values.Slice(block * RowsPerBlock * dimensions, RowsOf(block) * dimensions), dimensions, powers[block].Span);
        }

        floor = MixtureStart.Variances(values, dimensions);
        for (int d = 0; d < dimensions; d++)
            floor[d] = Math.Max(1e-12, varianceFloor * floor[d]);
    }

    /// <returns>The next mixture, and the mean log-likelihood under the one before.</returns>
    public (GaussianMixture Mixture, double LogLikelihood) Step(GaussianMixture mixture)
    {
        int gaussians = mixture.Count;
        var tables = new MixtureTables(mixture);
        double[] likelihood = new double[powers.Length];
        double[][] shares = new double[powers.Length][];
        float[][] moments = new float[powers.Length][];
        Threads.For(powers.Length, block => Calculation.Run(() =>
            likelihood[block] = Expect(tables, block, shares[block] = new double[gaussians], moments[block] = new float[gaussians * length])));

        // Always in the order of the blocks.
        double[] sums = new double[gaussians * length], weights = new double[gaussians];
        for (int block = 0; block < powers.Length; block++)
        {
            for (int i = 0; i < sums.Length; i++)
                sums[i] += moments[block][i];
            for (int k = 0; k < weights.Length; k++)
                weights[k] += shares[block][k];
        }

        return (Maximize(mixture, weights, sums), likelihood.Sum() / count);
    }

    private int RowsOf(int block) => Math.Min(RowsPerBlock, count - block * RowsPerBlock);

    // Of some vectors: each Gaussian's share of them, and the sums of 1, x and x² by these shares.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Expect(MixtureTables tables, int block, double[] shares, Span<float> moments)
    {
        int rows = RowsOf(block), gaussians = shares.Length;
        using var values = BufferPool.Rent(rows * gaussians);
        using var turned = BufferPool.Rent(rows * gaussians);
        var own = values.Span[..(rows * gaussians)];
        var x = powers[block].ToTensor([rows, length]);          // (N, 1 + 2D)
        var joint = tables.LogJoint(x);                           // (N, M)
        joint.CopyTo(own);
        double likelihood = 0;
        for (int row = 0; row < rows; row++)
            likelihood += Largest(own.Slice(row * gaussians, gaussians));
        joint.Softmax(1).CopyTo(own);                             // (N, M), equation 15's γ
        for (int row = 0; row < rows; row++)
        {
            // The largest share is exp(largest - log of the sum).
            var of = own.Slice(row * gaussians, gaussians);
            likelihood -= Math.Log(Largest(of));
            for (int k = 0; k < shares.Length; k++)
                shares[k] += of[k];
        }

        MixtureTables.Turn(own, gaussians, turned.Span);
        turned.ToTensor([gaussians, rows]).MatMul(x).CopyTo(moments);   // (M, 1 + 2D)
        return likelihood;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = float.NegativeInfinity;
        foreach (float value in values)
            largest = MathF.Max(largest, value);
        return largest;
    }

    private GaussianMixture Maximize(GaussianMixture before, double[] shares, double[] sums)
    {
        int gaussians = shares.Length;
        double[] means = new double[gaussians * dimensions], variances = new double[means.Length];
        for (int k = 0; k < gaussians; k++)
            for (int d = 0; d < dimensions; d++)
            {
                double share = Math.Max(shares[k], 1e-30), mean = sums[k * length + 1 + d] / share;
                means[k * dimensions + d] = mean;
                variances[k * dimensions + d] = Math.Max(floor[d], sums[k * length + 1 + dimensions + d] / share - mean * mean);
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
