using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Mirrors every image in every second epoch, left to right: half of them in the first, the others in the next, and so on. For photographs alone: a mirrored character is another one.</summary>
/// <remarks>
/// Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, arXiv:2404.00498, section 3.5: of two epochs in a row, each shows an image's other side, which random flips do only half of the time.
/// Differs from the paper: nothing. Outside of a <see cref="Data.Loader"/>, which knows epochs, half of the images are mirrored at random.
/// </remarks>
/// <example>
/// <code>
/// var loader = new Loader(set, split.Train, new Pipeline(new AlternatingFlip(), new RandomShift(2), new ToTensor()), new LoaderOptions { Shuffle = true });
/// </code>
/// </example>
public sealed record AlternatingFlip : PixelTransform
{
    private const ulong Purpose = 0x464C_4950_0000_0001; // keeps these draws apart from other uses of a seed

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination) =>
        Write(image, shape, generator.NextDouble() < 0.5, destination);

    /// <inheritdoc/>
    public override string ToString() => "AlternatingFlip()";

    internal override void Write(ReadOnlySpan<byte> image, ImageShape shape, ImageTurn turn, ref Generator generator, Span<byte> destination)
    {
        // Drawn once for each image, and then turn by turn.
        bool isFirst = new Generator(turn.Seed, turn.Image, Purpose).NextDouble() < 0.5;
        Write(image, shape, isFirst == (turn.Epoch % 2 == 0), destination);
    }

    private static void Write(ReadOnlySpan<byte> image, ImageShape shape, bool isMirrored, Span<byte> destination)
    {
        if (isMirrored)
            RandomFlip.Mirror(image, shape, destination);
        else
            image[..shape.Length].CopyTo(destination);
    }
}
