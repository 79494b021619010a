using System.Buffers;
using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Several changes of fourteen one after another, all of one strength. For photographs.</summary>
/// <remarks>
/// Cubuk, Zoph, Shlens, Le, "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space", 2019, arXiv:1909.13719, section 3;
/// the strengths are torchvision's. The changes are those of <see cref="TrivialAugment"/>, over narrower ranges. Differs from the paper: brightness, colour,
/// contrast and sharpness go either way.
/// </remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new RandomFlip(), new RandAugment(Changes: 2, Strength: 9), new ToTensor());
/// </code>
/// </example>
/// <param name="Changes">How many changes an image goes through, 1 or more: the paper's N.</param>
/// <param name="Strength">How strong each is, 0 to 30: the paper's M.</param>
/// <exception cref="MekikiException">A number is out of its range.</exception>
public sealed record RandAugment(int Changes = 2, int Strength = 9) : PixelTransform
{
    private const int Most = TrivialAugment.Strengths - 1;

    /// <summary>How many changes an image goes through.</summary>
    public int Changes { get; } = Changes >= 1 ? Changes : throw new MekikiException($"RandAugment: expected 1 change or more, got {Changes}.");

    /// <summary>How strong each is, 0 to 30.</summary>
    public int Strength { get; } = Strength is >= 0 and <= Most ? Strength : throw new MekikiException($"RandAugment: expected a strength of 0 to {Most}, got {Strength}.");

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        byte[] between = ArrayPool<byte>.Shared.Rent(shape.Length);
        for (int i = 0; i < Changes; i++)
        {
            int change = generator.NextInt32(PhotoChange.Count);
            double strength = StrengthOf(change, (double)Strength / Most, shape);
            if (generator.NextDouble() < 0.5 && PhotoChange.IsSigned(change))
                strength = -strength;
            if (i > 0)
                destination[..shape.Length].CopyTo(between);
            PhotoChange.Apply(change, strength, i == 0 ? image : between.AsSpan(0, shape.Length), shape, destination);
        }

        ArrayPool<byte>.Shared.Return(between);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RandAugment(changes={Changes}, strength={Strength})");

    private static double StrengthOf(int change, double share, ImageShape shape) => change switch
    {
        1 or 2 => 0.3 * share,
        3 => 150.0 / 331 * shape.Width * share,
        4 => 150.0 / 331 * shape.Height * share,
        5 => 30 * share,
        >= 6 and <= 9 => 0.9 * share,
        10 => 8 - (int)Math.Round(4 * share),
        11 => 255 - 255 * share,
        _ => 0,
    };
}
