namespace Mekiki.Vision.Classical;

/// <summary>Any number of descriptors as one vector: how they would pull the means and variances of a Gaussian mixture.</summary>
/// <remarks>
/// Sánchez, Perronnin, Mensink, Verbeek, "Image Classification with the Fisher Vector: Theory and Practice", IJCV 105, 2013:
/// equations 15, 17 and 18 by the sums of algorithm 1, then the root of each magnitude and length 1 (the "improved" vector,
/// section 2.3; first in Perronnin, Sánchez, Mensink, ECCV 2010), for each cell of a spatial pyramid (Lazebnik, Schmid, Ponce,
/// CVPR 2006). Differs from the paper: the derivatives by the weights (equation 16) are left out, since they bring little.
/// </remarks>
internal sealed class FisherVector
{
    private readonly MixtureTables tables;
    private readonly (int Rows, int Columns)[] pyramid;
    private readonly float[] means, meanScales, variances, varianceScales;
    private readonly int gaussians, dimensions;

    /// <summary>Prepares a mixture.</summary>
    /// <param name="mixture">Of the descriptors, M Gaussians of D dimensions.</param>
    /// <param name="pyramid">Grids of cells, each of which has a vector of its own; none: the whole image.</param>
    public FisherVector(GaussianMixture mixture, params ReadOnlySpan<(int Rows, int Columns)> pyramid)
    {
        (gaussians, dimensions) = (mixture.Count, mixture.Dimensions);
        this.pyramid = pyramid.Length == 0 ? [(1, 1)] : pyramid.ToArray();
        tables = new MixtureTables(mixture);
        means = mixture.Means.ToArray();
        variances = mixture.Variances.ToArray();
        meanScales = new float[means.Length];
        varianceScales = new float[means.Length];
        var weights = mixture.Weights.Values;
        for (int i = 0; i < means.Length; i++)
        {
            double root = Math.Sqrt(weights[i / dimensions]);
            meanScales[i] = (float)(1 / (root * Math.Sqrt(variances[i])));
            varianceScales[i] = (float)(1 / (root * Math.Sqrt(2) * variances[i]));
        }
    }

    /// <summary>How many numbers a vector has: cells x M x 2D.</summary>
    public int Length => Cells(pyramid) * CellLength;

    /// <summary>How many numbers a cell has: M x 2D.</summary>
    public int CellLength => gaussians * 2 * dimensions;

    /// <summary>How many cells a pyramid has.</summary>
    /// <param name="pyramid">Its grids.</param>
    public static int Cells(params ReadOnlySpan<(int Rows, int Columns)> pyramid)
    {
        int count = 0;
        foreach (var (rows, columns) in pyramid)
            count += rows * columns;
        return count;
    }

    /// <summary>Writes the vector of an image's descriptors.</summary>
    /// <param name="descriptors">(T, D), T of 0 or more.</param>
    /// <param name="positions">(T, 2): x and y as shares of the image, in [0, 1); may be empty where the pyramid has one cell.</param>
    /// <param name="result">Receives <see cref="Length"/> numbers: cell by cell, Gaussian by Gaussian, D of the mean and D of the variance; of length 1, or all 0 without descriptors.</param>
    public void Encode(ReadOnlySpan<float> descriptors, ReadOnlySpan<float> positions, Span<float> result)
    {
        int count = descriptors.Length / dimensions;
        if (descriptors.Length != count * dimensions || result.Length != Length || (positions.Length != 2 * count && Length != CellLength))
            throw new ArgumentException($"FisherVector: expected T descriptors of {dimensions}, T positions of 2, and room for {Length:N0}, got {descriptors.Length:N0}, {positions.Length:N0} and {result.Length:N0} values.");
        result.Clear();
        if (count == 0)
            return;
        int length = MixtureTables.PowersOf(dimensions);
        using var powers = BufferPool.Rent(count * length);
        using var shares = BufferPool.Rent(count * gaussians);
        using var chosenPowers = BufferPool.Rent(count * length);
        using var chosenShares = BufferPool.Rent(count * gaussians);
        WriteShares(descriptors, powers, shares);

        int at = 0;
        foreach (var (rows, columns) in pyramid)
            for (int cell = 0; cell < rows * columns; cell++, at += CellLength)
                if (rows * columns == 1)
                    Encode(powers, shares.Span, count, result.Slice(at, CellLength));
                else
                {
                    int chosen = 0;
                    for (int t = 0; t < count; t++)
                        if (CellOf(positions[2 * t], columns) + CellOf(positions[2 * t + 1], rows) * columns == cell)
                        {
                            powers.Span.Slice(t * length, length).CopyTo(chosenPowers.Span[(chosen * length)..]);
                            shares.Span.Slice(t * gaussians, gaussians).CopyTo(chosenShares.Span[(chosen++ * gaussians)..]);
                        }

                    Encode(chosenPowers, chosenShares.Span, chosen, result.Slice(at, CellLength));
                }

        Normalize(result);
    }

    /// <summary>How much each descriptor belongs to each Gaussian.</summary>
    /// <param name="descriptors">(T, D), T of 1 or more.</param>
    /// <returns>(T, M), equation 15's γ: in [0, 1], of sum 1 for each descriptor.</returns>
    public float[] SharesOf(ReadOnlySpan<float> descriptors)
    {
        int count = descriptors.Length / dimensions;
        using var powers = BufferPool.Rent(count * MixtureTables.PowersOf(dimensions));
        using var shares = BufferPool.Rent(count * gaussians);
        WriteShares(descriptors, powers, shares);
        return shares.Span[..(count * gaussians)].ToArray();
    }

    /// <summary>The cells of all grids in which a position lies, in the order of the vector.</summary>
    /// <param name="x">As a share of the width.</param>
    /// <param name="y">As a share of the height.</param>
    public IEnumerable<int> CellsOf(float x, float y)
    {
        int first = 0;
        foreach (var (rows, columns) in pyramid)
        {
            yield return first + CellOf(y, rows) * columns + CellOf(x, columns);
            first += rows * columns;
        }
    }

    private void WriteShares(ReadOnlySpan<float> descriptors, in BufferPool.Rented powers, in BufferPool.Rented shares)
    {
        MixtureTables.WritePowers(descriptors, dimensions, powers.Span);
        tables.LogJoint(powers.ToTensor([descriptors.Length / dimensions, MixtureTables.PowersOf(dimensions)])).Softmax(1).CopyTo(shares.Span);     // (T, M), equation 15's γ
    }

    private static int CellOf(float position, int cells) => Math.Clamp((int)(position * cells), 0, cells - 1);

    // Of one cell: algorithm 1's sums S0, S1 and S2, from them equations 17 and 18, then roots and length 1.
    private void Encode(in BufferPool.Rented powers, ReadOnlySpan<float> shares, int count, Span<float> result)
    {
        if (count == 0)
            return;
        int length = MixtureTables.PowersOf(dimensions);
        using var turned = BufferPool.Rent(count * gaussians);
        using var sums = BufferPool.Rent(gaussians * length);
        MixtureTables.Turn(shares[..(count * gaussians)], gaussians, turned.Span);
        turned.ToTensor([gaussians, count]).MatMul(powers.ToTensor([count, length])).CopyTo(sums.Span);     // (M, 1 + 2D): S0, S1, S2
        for (int k = 0; k < gaussians; k++)
        {
            var own = sums.Span.Slice(k * length, length);
            float s0 = own[0];
            Span<float> first = result.Slice(k * 2 * dimensions, dimensions), second = result.Slice((k * 2 + 1) * dimensions, dimensions);
            for (int d = 0; d < dimensions; d++)
            {
                int i = k * dimensions + d;
                float s1 = own[1 + d], s2 = own[1 + dimensions + d], mean = means[i];
                first[d] = Root((s1 - mean * s0) * meanScales[i]);
                second[d] = Root((s2 - 2 * mean * s1 + (mean * mean - variances[i]) * s0) * varianceScales[i]);
            }
        }

        Normalize(result);
    }

    private static float Root(float value) => MathF.CopySign(MathF.Sqrt(MathF.Abs(value)), value);

    private static void Normalize(Span<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += (double)value * value;
        if (!(sum > 0))
            return;
        float scale = (float)(1 / Math.Sqrt(sum));
        foreach (ref float value in values)
            value *= scale;
    }
}
