using Mekiki.Backends.Cpu.Norms;
using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Vision.Classical;

/// <summary>A mixture's logarithm as one matrix product: log(w p(x)) is linear in x and x².</summary>
internal sealed unsafe class MixtureTables
{
    private readonly Tensor factors;
    private readonly float[] constants;
    private readonly int count, dimensions;

    public MixtureTables(GaussianMixture mixture)
    {
        (count, dimensions) = (mixture.Count, mixture.Dimensions);
        factors = Tensor.Empty([2 * dimensions, count]);
        constants = new float[count];
        ReadOnlySpan<float> weights = mixture.Weights.Values, means = mixture.Means.Values, variances = mixture.Variances.Values;
        for (int k = 0; k < count; k++)
        {
            double constant = Math.Log(weights[k]);
            for (int d = 0; d < dimensions; d++)
            {
                double mean = means[k * dimensions + d], variance = variances[k * dimensions + d];
                factors.Pointer[d * count + k] = (float)(mean / variance);
                factors.Pointer[(dimensions + d) * count + k] = (float)(-0.5 / variance);
                constant -= 0.5 * (Math.Log(2 * Math.PI * variance) + mean * mean / variance);
            }

            constants[k] = (float)constant;
        }

        GC.KeepAlive(mixture);
    }

    /// <summary>Writes vectors beside their squares.</summary>
    /// <param name="x">(N, D).</param>
    /// <param name="squared">Receives (N, 2D).</param>
    public void Square(ReadOnlySpan<float> x, float* squared)
    {
        for (int from = 0; from < x.Length; from += dimensions, squared += 2 * dimensions)
            for (int d = 0; d < dimensions; d++)
            {
                float value = x[from + d];
                squared[d] = value;
                squared[dimensions + d] = value * value;
            }
    }

    /// <summary>Writes log(w_k p_k(x)).</summary>
    /// <param name="squared">From <see cref="Square"/>, (N, 2D).</param>
    /// <param name="rows">N.</param>
    /// <param name="joint">Receives (N, M).</param>
    public void LogJoint(float* squared, int rows, float* joint)
    {
        for (int row = 0; row < rows; row++)
            constants.CopyTo(new Span<float>(joint + (nint)row * count, count));
        MatrixProduct.Run(squared, 2 * dimensions, 1, factors.Pointer, count, joint, count, rows, count, 2 * dimensions, add: true);
        GC.KeepAlive(this);
    }

    /// <summary>Makes of log(w_k p_k(x)) each Gaussian's share in a vector, γ (equation 15).</summary>
    /// <param name="joint">(N, M), overwritten.</param>
    /// <param name="rows">N.</param>
    public void Shares(float* joint, int rows) => new Softmax { X = joint, Y = joint, Rows = rows, Columns = count }.Execute();
}
