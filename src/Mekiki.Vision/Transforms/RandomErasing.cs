using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Covers a random rectangle with one random grey, so that no single part of a character decides.</summary>
/// <remarks>
/// Zhong, Zheng, Kang, Li, Yang, "Random Erasing Data Augmentation", 2017, arXiv:1708.04896, algorithm 1.
/// Differs from the paper: the rectangle has one value instead of noise; a rectangle that does not fit is cut at the border.
/// </remarks>
/// <example>
/// <code>
/// var erasing = new RandomErasing(Probability: 0.25, Area: new DrawRange(0.02, 0.2), Aspect: new DrawRange(0.3, 3.3));
/// var pipeline = new Pipeline(erasing, new ToTensor());
/// </code>
/// </example>
/// <param name="Probability">How often an image gets one, in [0, 1].</param>
/// <param name="Area">Range of its area, as a share of the image, within (0, 1].</param>
/// <param name="Aspect">Range of its height divided by its width, above 0; drawn so that tall and wide ones are equally frequent.</param>
/// <exception cref="MekikiException">A number is out of its range.</exception>
public sealed record RandomErasing(double Probability, DrawRange Area, DrawRange Aspect) : PixelTransform
{
    /// <summary>How often an image gets one, in [0, 1].</summary>
    public double Probability { get; } = Probability is >= 0 and <= 1
        ? Probability
        : throw new MekikiException(FormattableString.Invariant($"RandomErasing: expected a probability in [0, 1], got {Probability}."));

    /// <summary>Range of the area, as a share of the image.</summary>
    public DrawRange Area { get; } = Area.Low > 0 && Area.Low <= Area.High && Area.High <= 1
        ? Area
        : throw new MekikiException($"RandomErasing: expected a range of areas within (0, 1], from low to high, got {Area}.");

    /// <summary>Range of the height divided by the width.</summary>
    public DrawRange Aspect { get; } = Aspect.Low > 0 && Aspect.Low <= Aspect.High && double.IsFinite(Aspect.High)
        ? Aspect
        : throw new MekikiException($"RandomErasing: expected a range of aspects above 0, from low to high, got {Aspect}.");

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        image.CopyTo(destination);
        if (generator.NextDouble() >= Probability)
            return;
        double area = Area.Draw(ref generator) * shape.Height * shape.Width;
        double aspect = Math.Exp(generator.Uniform(Math.Log(Aspect.Low), Math.Log(Aspect.High)));
        int height = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, shape.Height);
        int width = Math.Clamp((int)Math.Round(Math.Sqrt(area / aspect)), 1, shape.Width);
        int top = generator.NextInt32(shape.Height - height + 1), left = generator.NextInt32(shape.Width - width + 1);
        byte value = (byte)generator.NextInt32(256);
        for (int y = top; y < top + height; y++)
            destination.Slice((y * shape.Width + left) * shape.Channels, width * shape.Channels).Fill(value);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RandomErasing(probability={Probability}, area={Area}, aspect={Aspect})");
}
