namespace Mekiki.Files;

/// <summary>Weights as whole numbers of 8 bits with a scale for each row, which is an output of a layer: w ≈ scale · q, q in [-127, 127].</summary>
/// <remarks>Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, arXiv:1712.05877, with zero point 0; for storing alone: what computes reads floats again.</remarks>
internal static class RowScales
{
    /// <summary>Behind the name of a tensor stored so: the tensor of its scales, (rows).</summary>
    public const string Suffix = ".scale";

    private const int Most = 127;

    /// <summary>Whether a tensor is stored so: it has rows of several finite numbers.</summary>
    public static bool Fit(ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        if (shape.Length < 2 || values.IsEmpty)
            return false;
        foreach (float value in values)
            if (!float.IsFinite(value))
                return false;
        return true;
    }

    /// <summary>The scale of each row. Of weights that were made of scales and whole numbers, the same scales.</summary>
    public static float[] Of(ReadOnlySpan<float> values, int rows)
    {
        var scales = new float[rows];
        int length = values.Length / rows;
        for (int r = 0; r < rows; r++)
        {
            float most = 0;
            foreach (float value in values.Slice(r * length, length))
                most = Math.Max(most, Math.Abs(value));
            scales[r] = most / Most;
            // A division and a product are each rounded: go on until both agree.
            for (int i = 0; i < 8 && Most * scales[r] / Most != scales[r]; i++)
                scales[r] = Most * scales[r] / Most;
        }

        return scales;
    }

    /// <summary>The nearest whole numbers.</summary>
    public static sbyte[] Round(ReadOnlySpan<float> values, ReadOnlySpan<float> scales)
    {
        var rounded = new sbyte[values.Length];
        int length = values.Length / scales.Length;
        for (int i = 0; i < rounded.Length; i++)
            rounded[i] = scales[i / length] is > 0 and var scale ? (sbyte)Math.Clamp(MathF.Round(values[i] / scale), -Most, Most) : (sbyte)0;
        return rounded;
    }

    /// <summary>The weights that whole numbers and scales stand for.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> rounded, ReadOnlySpan<float> scales, Span<float> values) where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        int length = values.Length / Math.Max(1, scales.Length);
        for (int i = 0; i < values.Length; i++)
            values[i] = float.CreateTruncating(rounded[i]) * scales[i / length];
    }
}
