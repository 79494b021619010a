using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>One change of fourteen, as strong as chance will have it; nothing is to be tuned. For photographs.</summary>
/// <remarks>
/// Müller, Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", 2021, arXiv:2103.10158, the wide space of table 1: identity,
/// shear and shift along either side, rotation, brightness, colour, contrast, sharpness, posterize, solarize, autocontrast and equalize, each
/// with 31 strengths. Differs from the paper: an image is shifted by at most half of its shorter side, which says something for images below 64 pixels;
/// the changes themselves: rotation, shear and shift are about the middle, and what comes in from outside is as the image's border.
/// </remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new RandomFlip(), new TrivialAugment(), new ToTensor());
/// </code>
/// </example>
public sealed record TrivialAugment : PixelTransform
{
    /// <summary>Strengths of a change, from none to the most.</summary>
    internal const int Strengths = 31;

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        int change = generator.NextInt32(PhotoChange.Count), level = generator.NextInt32(Strengths);
        bool isOther = generator.NextDouble() < 0.5;
        double strength = Strength(change, (double)level / (Strengths - 1), Math.Min(32, Math.Min(shape.Height, shape.Width) / 2));
        PhotoChange.Apply(change, PhotoChange.IsSigned(change) && isOther ? -strength : strength, image, shape, destination);
    }

    /// <inheritdoc/>
    public override string ToString() => "TrivialAugment()";

    /// <summary>How strong a change is at a share of its most.</summary>
    private static double Strength(int change, double share, double pixels) => change switch
    {
        1 or 2 => 0.99 * share,
        3 or 4 => pixels * share,
        5 => 135 * share,
        >= 6 and <= 9 => 0.99 * share,
        10 => 8 - (int)Math.Round(6 * share),
        11 => 255 - 255 * share,
        _ => 0,
    };
}
