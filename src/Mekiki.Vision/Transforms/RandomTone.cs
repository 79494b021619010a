using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Other ink and paper: random contrast, brightness, and heavier or lighter strokes.</summary>
/// <remarks>
/// v' = 255 · (contrast · ((v / 255)^gamma - 1/2) + 1/2 + brightness), cut to [0, 255]. A gamma above 1 darkens greys, as heavier ink does.
/// Howard, "Some Improvements on Deep Convolutional Neural Network Based Image Classification", 2013, arXiv:1312.5402, section 2.
/// Differs from the paper: gamma instead of colour, which characters have none of.
/// </remarks>
/// <example>
/// <code>
/// var tone = new RandomTone(Contrast: new DrawRange(0.7, 1.3), Brightness: DrawRange.Around(0.1), Gamma: new DrawRange(0.7, 1.4));
/// var pipeline = new Pipeline(tone, new ToTensor());
/// </code>
/// </example>
/// <param name="Contrast">Range of the factor about middle grey, above 0.</param>
/// <param name="Brightness">Range of what is added, as a share of white.</param>
/// <param name="Gamma">Range of the exponent, above 0; drawn on a logarithmic scale.</param>
/// <exception cref="MekikiException">A range does not go from low to high, or leaves what is allowed.</exception>
public sealed record RandomTone(DrawRange Contrast, DrawRange Brightness, DrawRange Gamma) : PixelTransform
{
    /// <summary>Range of the factor about middle grey.</summary>
    public DrawRange Contrast { get; } = Checked(Contrast, "contrasts above 0", low: 0);

    /// <summary>Range of what is added, as a share of white.</summary>
    public DrawRange Brightness { get; } = Checked(Brightness, "finite brightnesses", low: double.NegativeInfinity);

    /// <summary>Range of the exponent.</summary>
    public DrawRange Gamma { get; } = Checked(Gamma, "gammas above 0", low: 0);

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        double contrast = Contrast.Draw(ref generator), brightness = Brightness.Draw(ref generator);
        double gamma = Math.Exp(generator.Uniform(Math.Log(Gamma.Low), Math.Log(Gamma.High)));
        Span<byte> table = stackalloc byte[256];
        for (int v = 0; v < table.Length; v++)
            table[v] = (byte)Math.Clamp(255 * (contrast * (Math.Pow(v / 255.0, gamma) - 0.5) + 0.5 + brightness) + 0.5, 0, 255);
        for (int i = 0; i < image.Length; i++)
            destination[i] = table[image[i]];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RandomTone(contrast={Contrast}, brightness={Brightness}, gamma={Gamma})");

    private static DrawRange Checked(DrawRange range, string expected, double low) => range.Low > low && range.Low <= range.High && double.IsFinite(range.High)
        ? range
        : throw new MekikiException($"RandomTone: expected a range of {expected}, from low to high, got {range}.");
}
