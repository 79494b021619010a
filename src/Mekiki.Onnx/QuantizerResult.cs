using Mekiki.Vision;

namespace Mekiki.Onnx;

/// <summary>What <see cref="Quantizer"/> made.</summary>
/// <example>
/// <code>
/// var result = Quantizer.Quantize(recognizer, set);
/// Console.WriteLine($"{result.Layers} layers use 8 bits. Left as they were: {string.Join(", ", result.Kept)}");
/// </code>
/// </example>
/// <param name="Recognizer">The quantized recognizer.</param>
/// <param name="Layers">How many convolutions and linear layers compute with 8 bits.</param>
/// <param name="Kept">The kinds of operators that stay on float32, with how many of each there are.</param>
/// <param name="Images">How many images the ranges were found on.</param>
public sealed record QuantizerResult(Recognizer Recognizer, int Layers, IReadOnlyDictionary<string, int> Kept, int Images)
{
    /// <summary>The quantized recognizer.</summary>
    public Recognizer Recognizer { get; init; } = Recognizer ?? throw new ArgumentNullException(nameof(Recognizer));

    /// <summary>The kinds of operators that stay on float32.</summary>
    public IReadOnlyDictionary<string, int> Kept { get; init; } = Kept ?? throw new ArgumentNullException(nameof(Kept));
}
