namespace Mekiki;

/// <summary>How 8-bit numbers stand for real ones: q, 0 to 255, stands for Scale · (q - Zero).</summary>
/// <remarks>Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, arXiv:1712.05877, equation 1. ONNX's <c>QuantizeLinear</c> has the same numbers.</remarks>
/// <example>
/// <code>
/// var bytes = new Quantization(scale: 0.1f, zero: 128);
/// var q = Tensor.From([-1f, 0, 2.54f], [3]).Quantize(bytes);      // 118, 128, 153
/// var x = q.Dequantize(bytes);                                    // -1, 0, 2.5
/// </code>
/// </example>
public readonly record struct Quantization
{
    /// <summary>Creates it.</summary>
    /// <param name="scale">The distance from number to number, above 0.</param>
    /// <param name="zero">The 8-bit number that stands for 0: 0 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Quantization(float scale, int zero)
    {
        if (!(scale > 0) || !float.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "Quantization: expected a scale above 0.");
        if (zero is < 0 or > 255)
            throw new ArgumentOutOfRangeException(nameof(zero), zero, "Quantization: expected a zero from 0 to 255.");
        (Scale, Zero) = (scale, zero);
    }

    /// <summary>The distance from number to number.</summary>
    public float Scale { get; }

    /// <summary>The 8-bit number that stands for 0.</summary>
    public int Zero { get; }

    /// <summary>The numbers that cover a range, with 0 among them.</summary>
    /// <param name="least">The least real number; above 0 counts as 0.</param>
    /// <param name="most">The largest; below 0 counts as 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not finite.</exception>
    public static Quantization OfRange(float least, float most)
    {
        if (!float.IsFinite(least) || !float.IsFinite(most))
            throw new ArgumentOutOfRangeException(nameof(least), $"Quantization: expected finite bounds, got {least} and {most}.");
        double low = Math.Min(least, 0), high = Math.Max(most, 0), scale = Math.Clamp((high - low) / 255, 1e-30, float.MaxValue);
        return new((float)scale, (int)Math.Clamp(Math.Round(-low / scale), 0, 255));
    }

    /// <summary>The real number that an 8-bit number stands for.</summary>
    /// <param name="value">0 to 255.</param>
    public float Real(int value) => (value - Zero) * Scale;

    /// <summary>The 8-bit number that is nearest to a real one; of two, the one that is even before <see cref="Zero"/> is added.</summary>
    /// <param name="real">Any number; one that is none counts as the least.</param>
    public byte Nearest(float real)
    {
        float steps = real / Scale, least = -Zero, most = 255 - Zero;
        return (byte)((int)MathF.Round(steps > least ? steps < most ? steps : most : least) + Zero);
    }
}
