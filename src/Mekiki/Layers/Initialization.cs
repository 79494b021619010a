namespace Mekiki.Layers;

/// <summary>How weights are drawn at first.</summary>
public static class Initialization
{
    private const int BlockLength = 1 << 16;

    /// <summary>PyTorch's default for linear and convolution layers: weight and bias uniform in ±1/√fan-in.</summary>
    /// <param name="weight">(O, …); the fan-in is the count of one output's weights.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="generator">The layer's own stream.</param>
    /// <exception cref="MekikiException">A tensor is not float32, or the weight has too few dimensions.</exception>
    public static void Default(Tensor weight, Tensor? bias, ref Generator generator)
    {
        ArgumentNullException.ThrowIfNull(weight);
        float bound = 1 / MathF.Sqrt(weight.Count / (float)weight.Shape[0]);
        Uniform(weight, bound, ref generator);
        if (bias is not null)
            Uniform(bias, bound, ref generator);
    }

    /// <summary>Normal with mean 0 and deviation √(2 / fan-out), for convolutions before ReLU (He et al. 2015, arXiv:1502.01852, equation 14); bias 0.</summary>
    /// <param name="weight">(O, I, kh, kw); the fan-out is O·kh·kw.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="generator">The layer's own stream.</param>
    /// <exception cref="MekikiException">A tensor is not float32, or the weight has too few dimensions.</exception>
    public static void HeFanOut(Tensor weight, Tensor? bias, ref Generator generator)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Normal(weight, bias, Math.Sqrt(2.0 / (weight.Count / (double)weight.Shape[1])), ref generator);
    }

    /// <summary>Normal with mean 0 and deviation 0.01; bias 0 (Simonyan, Zisserman 2014, arXiv:1409.1556, section 3.1).</summary>
    /// <param name="weight">(O, …).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="generator">The layer's own stream.</param>
    /// <exception cref="MekikiException">A tensor is not float32.</exception>
    public static void SmallNormal(Tensor weight, Tensor? bias, ref Generator generator)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Normal(weight, bias, 0.01, ref generator);
    }

    /// <summary>All elements alike.</summary>
    /// <exception cref="MekikiException">The tensor is not float32.</exception>
    public static void Constant(Tensor tensor, float value)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var values = new float[tensor.Count];
        values.AsSpan().Fill(value);
        tensor.CopyFrom(values);
    }

    /// <summary>Uniform in ±√(6 / (fan-in + fan-out)) (Glorot, Bengio 2010, equation 16); bias 0.</summary>
    /// <param name="weight">(O, I).</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="generator">The layer's own stream.</param>
    /// <exception cref="MekikiException">A tensor is not float32, or the weight has too few dimensions.</exception>
    public static void Glorot(Tensor weight, Tensor? bias, ref Generator generator)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Uniform(weight, (float)Math.Sqrt(6.0 / ((long)weight.Shape[0] + weight.Shape[1])), ref generator);
        if (bias is not null)
            Constant(bias, 0);
    }

    /// <summary>Scales of 1 and shifts of 0, where there are any.</summary>
    internal static void OnesAndZeros(Tensor? weight, Tensor? bias)
    {
        if (weight is not null)
            Constant(weight, 1);
        if (bias is not null)
            Constant(bias, 0);
    }

    // Blocks of fixed length, each from a stream of its own, in pairs (Box and Muller 1958).
    private static void Normal(Tensor weight, Tensor? bias, double deviation, ref Generator generator)
    {
        ulong key = generator.NextUInt64();
        var values = new float[weight.Count];
        Threads.For((values.Length + BlockLength - 1) / BlockLength, block =>
        {
            var stream = new Generator(key, (ulong)block);
            int from = block * BlockLength, to = Math.Min(values.Length, from + BlockLength);
            for (int i = from; i < to; i += 2)
            {
                double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - stream.NextDouble()));
                var (sine, cosine) = Math.SinCos(2 * Math.PI * stream.NextDouble());
                values[i] = (float)(radius * cosine);
                if (i + 1 < to)
                    values[i + 1] = (float)(radius * sine);
            }
        });
        weight.CopyFrom(values);
        if (bias is not null)
            Constant(bias, 0);
    }

    private static void Uniform(Tensor tensor, float bound, ref Generator generator)
    {
        var values = new float[tensor.Count];
        foreach (ref float value in values.AsSpan())
            value = bound * (2 * generator.NextSingle() - 1);
        tensor.CopyFrom(values);
    }
}
