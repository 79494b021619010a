using System.Runtime.CompilerServices;

namespace Mekiki.Vision.Classical;

/// <summary>The directions in which vectors vary most, and the projection on them.</summary>
/// <remarks>Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space", 1901; from the eigenvectors of the covariance. Nothing is whitened.</remarks>
internal sealed class PrincipalComponents
{
    private const int RowsPerBlock = 1024;

    private readonly Tensor projection;     // (1 + I, D): what the mean takes away, and the directions

    /// <summary>Takes what was learnt before.</summary>
    /// <param name="mean">(I).</param>
    /// <param name="components">(D, I), D directions of length 1.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public PrincipalComponents(Tensor mean, Tensor components)
    {
        if (components.Shape.Rank != 2 || mean.Shape != [components.Shape[1]])
            throw new MekikiException($"PrincipalComponents: expected mean (I) and components (D, I), got {mean.Shape} and {components.Shape}. Give those that belong together.");
        (Mean, Components) = (mean, components);
        projection = Projection(mean.Values, components.Values, Outputs);
    }

    /// <summary>The vectors' mean, (I), float32.</summary>
    public Tensor Mean { get; }

    /// <summary>The directions, (D, I), float32, in the order of falling variance; of each the entry of largest magnitude is above 0.</summary>
    public Tensor Components { get; }

    /// <summary>I.</summary>
    public int Inputs => Components.Shape[1];

    /// <summary>D.</summary>
    public int Outputs => Components.Shape[0];

    /// <summary>Learns the directions.</summary>
    /// <param name="x">Vectors, (N, I), float32, N of 1 or more.</param>
    /// <param name="count">D, 1 to I.</param>
    /// <exception cref="MekikiException">There are no vectors.</exception>
    public static PrincipalComponents Fit(Tensor x, int count)
    {
        if (x.Shape.Rank != 2 || x.Shape[0] < 1)
            throw new MekikiException($"PrincipalComponents: expected one vector (N, I) or more, got {x.Shape}. Give more images, with something on them.");
        int inputs = x.Shape[1];
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, inputs);
        double[] mean = MeanOf(x.Values, inputs);
        double[] covariance = [];
        Calculation.Run(() => covariance = Covariance(x, mean));
        var (_, vectors) = SymmetricEigen.Of(covariance, inputs);
        return new(Tensor.From(Floats(mean), [inputs]), Tensor.From(Floats(vectors.AsSpan(0, count * inputs)), [count, inputs]));
    }

    /// <summary>Projects vectors.</summary>
    /// <param name="x">(N, I).</param>
    /// <param name="y">Receives (N, D): the distances from the mean along each direction.</param>
    public void Project(ReadOnlySpan<float> x, Span<float> y)
    {
        int count = x.Length / Inputs;
        if (x.Length != count * Inputs || y.Length != count * Outputs)
            throw new ArgumentException($"PrincipalComponents: expected N vectors of {Inputs} and room for N of {Outputs}, got {x.Length:N0} and {y.Length:N0} values.");
        if (count == 0)
            return;
        int length = 1 + Inputs;
        using var extended = BufferPool.Rent(Math.Min(count, RowsPerBlock) * length);
        for (int first = 0; first < count; first += RowsPerBlock)
        {
            // Before each vector a 1, by which the mean's part is added.
            int rows = Math.Min(RowsPerBlock, count - first);
            for (int row = 0; row < rows; row++)
            {
                var one = extended.Span.Slice(row * length, length);
                one[0] = 1;
                x.Slice((first + row) * Inputs, Inputs).CopyTo(one[1..]);
            }

            extended.ToTensor([rows, length]).MatMul(projection).CopyTo(y.Slice(first * Outputs, rows * Outputs));     // (N, D)
        }
    }

    private static Tensor Projection(ReadOnlySpan<float> mean, ReadOnlySpan<float> components, int outputs)
    {
        int inputs = mean.Length;
        float[] table = new float[(1 + inputs) * outputs];
        for (int d = 0; d < outputs; d++)
        {
            float along = 0;
            for (int i = 0; i < inputs; i++)
            {
                float value = components[d * inputs + i];
                table[(1 + i) * outputs + d] = value;
                along += value * mean[i];
            }

            table[d] = -along;
        }

        return Tensor.From(table, [1 + inputs, outputs]);
    }

    private static double[] MeanOf(ReadOnlySpan<float> x, int inputs)
    {
        double[] mean = new double[inputs];
        int count = x.Length / inputs;
        for (int row = 0; row < count; row++)
            for (int i = 0; i < inputs; i++)
                mean[i] += x[row * inputs + i];
        for (int i = 0; i < inputs; i++)
            mean[i] /= count;
        return mean;
    }

    // Blocks of rows as float products, and their sum in double precision.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Covariance(Tensor x, double[] mean)
    {
        int count = x.Shape[0], inputs = x.Shape[1];
        double[] sums = new double[inputs * inputs];
        using var centred = BufferPool.Rent(RowsPerBlock * inputs);
        using var turned = BufferPool.Rent(RowsPerBlock * inputs);
        using var product = BufferPool.Rent(sums.Length);
        var values = x.Values;
        for (int first = 0; first < count; first += RowsPerBlock)
        {
            int rows = Math.Min(RowsPerBlock, count - first);
            var from = values.Slice(first * inputs, rows * inputs);
            Span<float> row = centred.Span, column = turned.Span;
            for (int n = 0, at = 0; n < rows; n++)
                for (int i = 0; i < inputs; i++, at++)
                    row[at] = column[i * rows + n] = (float)(from[at] - mean[i]);
            turned.ToTensor([inputs, rows]).MatMul(centred.ToTensor([rows, inputs])).CopyTo(product.Span);
            var sum = product.Span;
            for (int i = 0; i < sums.Length; i++)
                sums[i] += sum[i];
        }

        // Exactly symmetric, whatever the order of the products' sums.
        for (int i = 0; i < inputs; i++)
            for (int j = 0; j <= i; j++)
                sums[i * inputs + j] = sums[j * inputs + i] = (sums[i * inputs + j] + sums[j * inputs + i]) / 2 / count;
        return sums;
    }

    private static float[] Floats(ReadOnlySpan<double> values)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = (float)values[i];
        return floats;
    }
}
