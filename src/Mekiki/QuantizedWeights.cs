namespace Mekiki;

/// <summary>The weights of a convolution or linear layer as whole numbers: feature o has the weights values[o] · scales[o].</summary>
/// <example>
/// <code>
/// var weights = new QuantizedWeights([3, -2, 1, 5], [2, 2], scales: [0.1f, 0.2f]);      // two features of two inputs
/// var x = Tensor.From([1f, 2f], [1, 2]).Quantize(new(0.02f, 0));
/// var y = x.QuantizedLinear(weights, new(0.02f, 0), to: null);                           // -0.1, 2.2
/// </code>
/// </example>
public sealed class QuantizedWeights
{
    private readonly long[] sums;
    private readonly int[] bias;
    private readonly float[] scales;

    /// <summary>Takes whole numbers as they are.</summary>
    /// <param name="values">In row-major order, each from -255 to 255; from -128 to 127 they are fastest.</param>
    /// <param name="shape">(O, C/groups, kh, kw), or (O, D) of a linear layer.</param>
    /// <param name="scales">One for each feature, above 0.</param>
    /// <param name="bias">One for each feature, in units of the input's scale times the feature's; empty: 0.</param>
    /// <exception cref="MekikiException">Numbers and shape do not fit, or a number is out of its range; or sums could exceed 32 bits.</exception>
    public QuantizedWeights(ReadOnlySpan<short> values, Shape shape, ReadOnlySpan<float> scales, ReadOnlySpan<int> bias = default)
    {
        if (shape.Rank is not (2 or 4) || values.Length != shape.ElementCount || values.Length == 0 || scales.Length != shape[0] || (bias.Length != shape[0] && bias.Length != 0))
            throw new MekikiException($"QuantizedWeights: expected (O, C, kh, kw) or (O, D) with O scales and O biases or none, got {shape}, {values.Length:N0} values, {scales.Length} scales and {bias.Length} biases.");
        int depth = values.Length / shape[0];
        (Shape, this.scales, this.bias, sums) = (shape, scales.ToArray(), bias.Length == 0 ? new int[shape[0]] : bias.ToArray(), new long[shape[0]]);
        bool isSmall = true;
        for (int o = 0; o < shape[0]; o++)
        {
            long most = 0;
            foreach (short value in values.Slice(o * depth, depth))
            {
                if (value is < -255 or > 255)
                    throw new MekikiException($"QuantizedWeights: expected weights from -255 to 255, got {value}.");
                isSmall &= value is >= sbyte.MinValue and <= sbyte.MaxValue;
                sums[o] += value;
                most += Math.Abs((int)value);
            }

            // The input's zero may count as often as the input itself.
            if (!Fits(most, this.bias[o]))
                throw new MekikiException($"QuantizedWeights: expected sums of products that 32 bits hold, got a feature whose weights add up to {most:N0}, with a bias of {this.bias[o]:N0}.");
            if (!(scales[o] > 0) || !float.IsFinite(scales[o]))
                throw new MekikiException($"QuantizedWeights: expected scales above 0, got {scales[o]}.");
        }

        if (isSmall)
        {
            var bytes = new sbyte[values.Length];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (sbyte)values[i];
            Values = Tensor.From(bytes, shape);
        }
        else
        {
            var wide = new int[values.Length];
            for (int i = 0; i < wide.Length; i++)
                wide[i] = values[i];
            Values = Tensor.From(wide, shape);
        }
    }

    /// <summary>(O, C/groups, kh, kw) or (O, D).</summary>
    public Shape Shape { get; }

    /// <summary>Of each feature, the distance from number to number.</summary>
    public ReadOnlySpan<float> Scales => scales;

    /// <summary>The whole numbers: int8 if they all fit, else int32.</summary>
    internal Tensor Values { get; }

    /// <summary>Of each feature, what its sums start from: the bias, less what the input's zero adds to them.</summary>
    internal Tensor Terms(Quantization from)
    {
        var terms = new int[bias.Length];
        for (int o = 0; o < terms.Length; o++)
            terms[o] = (int)(bias[o] - from.Zero * sums[o]);
        return Tensor.From(terms, [terms.Length]);
    }

    /// <summary>Of each feature, what its sums are multiplied by.</summary>
    /// <exception cref="MekikiException">What the input or the result stands for was never given.</exception>
    internal Tensor Factors(Quantization from, Quantization? to)
    {
        if (!(from.Scale > 0) || to is { Scale: not > 0 })
            throw new MekikiException("Quantization: expected a scale above 0, got none. Make it by new Quantization(scale, zero).");
        var factors = new float[scales.Length];
        for (int o = 0; o < factors.Length; o++)
            factors[o] = (float)((double)from.Scale * scales[o] / (to?.Scale ?? 1));
        return Tensor.From(factors, [factors.Length]);
    }

    /// <summary>Whether sums of products stay within 32 bits, with inputs up to 255.</summary>
    /// <param name="absolute">The sum of a feature's weights without their signs.</param>
    /// <param name="bias">Its bias.</param>
    private static bool Fits(long absolute, long bias) => 255 * absolute + Math.Abs(bias) < int.MaxValue;
}
