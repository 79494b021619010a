using Mekiki.Backends;

namespace Mekiki;

/// <summary>The weights of a convolution or linear layer as whole numbers: feature o has the weights values[o] · scales[o].</summary>
/// <example>
/// <code>
/// var weights = QuantizedWeights.Of(conv.Weight, bias, input: new(0.02f, 0));
/// var y = x.QuantizedConv2d(weights, new(0.02f, 0), new(0.05f, 0));      // x and y: uint8
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
    /// <exception cref="ArgumentException">Numbers and shape do not fit, or a number is out of its range; or sums could exceed 32 bits.</exception>
    public QuantizedWeights(ReadOnlySpan<short> values, Shape shape, ReadOnlySpan<float> scales, ReadOnlySpan<int> bias = default)
    {
        if (shape.Rank is not (2 or 4) || values.Length != shape.ElementCount || values.Length == 0 || scales.Length != shape[0] || (bias.Length != shape[0] && bias.Length != 0))
            throw new ArgumentException($"QuantizedWeights: expected (O, C, kh, kw) or (O, D) with O scales and O biases or none, got {shape}, {values.Length:N0} values, {scales.Length} scales and {bias.Length} biases.", nameof(shape));
        int depth = values.Length / shape[0];
        (Shape, this.scales, this.bias, sums) = (shape, scales.ToArray(), bias.Length == 0 ? new int[shape[0]] : bias.ToArray(), new long[shape[0]]);
        bool isSmall = true;
        for (int o = 0; o < shape[0]; o++)
        {
            long most = 0;
            foreach (short value in values.Slice(o * depth, depth))
            {
                if (value is < -255 or > 255)
                    throw new ArgumentException($"QuantizedWeights: expected weights from -255 to 255, got {value}.", nameof(values));
                isSmall &= value is >= sbyte.MinValue and <= sbyte.MaxValue;
                sums[o] += value;
                most += Math.Abs((int)value);
            }

            // The input's zero may count as often as the input itself.
            if (!Fits(most, this.bias[o]))
                throw new ArgumentException($"QuantizedWeights: expected sums of products that 32 bits hold, got a feature whose weights add up to {most:N0}, with a bias of {this.bias[o]:N0}.", nameof(values));
            if (!(scales[o] > 0) || !float.IsFinite(scales[o]))
                throw new ArgumentException($"QuantizedWeights: expected scales above 0, got {scales[o]}.", nameof(scales));
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

    /// <summary>Whether sums of products stay within 32 bits, with inputs up to 255.</summary>
    /// <param name="absolute">The sum of a feature's weights without their signs.</param>
    /// <param name="bias">Its bias.</param>
    internal static bool Fits(long absolute, long bias) => 255 * absolute + Math.Abs(bias) < int.MaxValue;

    /// <summary>The nearest whole numbers to weights: symmetric, of each feature from -127 to 127.</summary>
    /// <param name="weight">(O, C/groups, kh, kw) or (O, D), float32.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="input">How the layer's input is quantized, which the bias depends on.</param>
    /// <exception cref="ArgumentException">The shape is another, or sums could exceed 32 bits.</exception>
    public static QuantizedWeights Of(Tensor weight, Tensor? bias, Quantization input)
    {
        ArgumentNullException.ThrowIfNull(weight);
        float[] values = weight.ToArray(), scales = new float[weight.Shape.Rank > 0 ? weight.Shape[0] : 0];
        var (whole, terms) = (new short[values.Length], new int[scales.Length]);
        for (int o = 0, each = values.Length / Math.Max(1, scales.Length); o < scales.Length; o++)
        {
            var row = values.AsSpan(o * each, each);
            float most = 0;
            foreach (float w in row)
                most = MathF.Max(most, MathF.Abs(w));
            scales[o] = most > 0 ? most / 127 : 1;
            for (int i = 0; i < each; i++)
                whole[o * each + i] = (short)MathF.Round(row[i] / scales[o]);
            if (bias is not null)
                terms[o] = (int)Math.Clamp(Math.Round(bias.Values[o] / ((double)input.Scale * scales[o])), int.MinValue, int.MaxValue);
        }

        return new(whole, weight.Shape, scales, terms);
    }

    /// <summary>What the sums for an input become.</summary>
    internal Requantization Requantization(Quantization from, Quantization? to, bool floor)
    {
        var (terms, factors) = (new int[scales.Length], new float[scales.Length]);
        for (int o = 0; o < terms.Length; o++)
        {
            terms[o] = (int)(bias[o] - from.Zero * sums[o]);
            factors[o] = (float)(to is { } target ? (double)from.Scale * scales[o] / target.Scale : (double)from.Scale * scales[o]);
        }

        var backend = Values.Backend;
        Storage storedTerms = backend.Allocate(DType.Int32, terms.Length), storedFactors = backend.Allocate(DType.Float32, factors.Length);
        backend.Upload<int>(terms, storedTerms);
        backend.Upload<float>(factors, storedFactors);
        int zero = to?.Zero ?? 0;
        return new(storedTerms, storedFactors, zero, floor ? zero : 0, 255, IsReal: to is null);
    }
}
