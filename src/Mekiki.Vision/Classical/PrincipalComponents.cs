using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Vision.Classical;

/// <summary>The directions in which vectors vary most, and the projection on them.</summary>
/// <remarks>Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space", 1901; from the eigenvectors of the covariance. Nothing is whitened.</remarks>
public sealed unsafe class PrincipalComponents
{
    private const int RowsPerBlock = 1024;

    /// <summary>Takes what was learnt before.</summary>
    /// <param name="mean">(I).</param>
    /// <param name="components">(D, I), D directions of length 1.</param>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    public PrincipalComponents(Tensor mean, Tensor components)
    {
        if (components.Shape.Rank != 2 || mean.Shape != [components.Shape[1]])
            throw new MekikiException($"PrincipalComponents: expected mean (I) and components (D, I), got {mean.Shape} and {components.Shape}. Give those that belong together.");
        (Mean, Components) = (mean, components);
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
        var (_, vectors) = SymmetricEigen.Of(Covariance(x, mean), inputs);
        GC.KeepAlive(x);
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
        using var turned = new Scratch((long)Inputs * Outputs);
        var mean = Mean.Values;
        var components = Components.Values;
        var shift = y[..Outputs];
        for (int d = 0; d < Outputs; d++)
        {
            float along = 0;
            for (int i = 0; i < mean.Length; i++)
            {
                float value = components[d * Inputs + i];
                turned.Pointer[i * Outputs + d] = value;
                along += value * mean[i];
            }

            shift[d] = -along;
        }

        for (int row = 1; row < count; row++)
            shift.CopyTo(y[(row * Outputs)..]);
        fixed (float* from = x, to = y)
            MatrixProduct.Run(from, Inputs, 1, turned.Pointer, Outputs, to, Outputs, count, Outputs, Inputs, add: true);
        GC.KeepAlive(this);
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
    private static double[] Covariance(Tensor x, double[] mean)
    {
        int count = x.Shape[0], inputs = x.Shape[1];
        double[] sums = new double[inputs * inputs];
        using var centred = new Scratch((long)RowsPerBlock * inputs);
        using var product = new Scratch((long)inputs * inputs);
        for (int first = 0; first < count; first += RowsPerBlock)
        {
            int rows = Math.Min(RowsPerBlock, count - first);
            float* from = x.Pointer + (nint)first * inputs;
            for (int i = 0; i < rows * inputs; i++)
                centred.Pointer[i] = (float)(from[i] - mean[i % inputs]);
            MatrixProduct.Run(centred.Pointer, 1, inputs, centred.Pointer, inputs, product.Pointer, inputs, inputs, inputs, rows);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += product.Pointer[i];
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
