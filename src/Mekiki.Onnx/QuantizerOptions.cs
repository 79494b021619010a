namespace Mekiki.Onnx;

/// <summary>How a network is quantized.</summary>
/// <example>
/// <code>
/// var options = new QuantizerOptions { Method = RangeMethod.Percentile, KeepsLast = true };
/// var result = Quantizer.Quantize(recognizer, set, options: options);
/// </code>
/// </example>
public sealed record QuantizerOptions
{
    /// <summary>How the range of values is found. Default: <see cref="RangeMethod.Mse"/>.</summary>
    public RangeMethod Method { get; init; } = RangeMethod.Mse;

    /// <summary>Whether the first convolution or linear layer stays float32. Default: false.</summary>
    public bool KeepsFirst { get; init; }

    /// <summary>Whether the last one stays float32. Default: false.</summary>
    public bool KeepsLast { get; init; }

    /// <summary>How many images are used at most, 1 to 100,000; they are taken at equal distances. Default: 256.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    public int Images { get; init => field = value is >= 1 and <= 100_000 ? value : throw new MekikiException($"{nameof(Images)}: expected 1 to 100,000, got {value:N0}."); } = 256;
}
