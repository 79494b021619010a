using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Other light: random brightness, contrast, strength of colours and hue, one after another in random order. For photographs; of grey images the first two change.</summary>
/// <remarks>
/// Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012, section 4.1, and Howard, 2013, arXiv:1312.5402, section 2,
/// changed colours first; the four draws are torchvision's ColorJitter. Differs from it: the hue turns without rounding to 256 steps.
/// </remarks>
/// <example>
/// <code>
/// var jitter = new ColorJitter(Brightness: 0.3, Contrast: 0.3, Saturation: 0.3, Hue: 0.05);
/// var pipeline = new Pipeline(jitter, new ToTensor());
/// </code>
/// </example>
/// <param name="Brightness">The factor is drawn from 1 - this to 1 + this, in [0, 1].</param>
/// <param name="Contrast">The factor about the mean grey is drawn from 1 - this to 1 + this, in [0, 1].</param>
/// <param name="Saturation">The factor about each pixel's grey is drawn from 1 - this to 1 + this, in [0, 1].</param>
/// <param name="Hue">The hue turns by up to this share of the circle, either way, in [0, 0.5].</param>
/// <exception cref="MekikiException">A number is out of its range.</exception>
public sealed record ColorJitter(double Brightness = 0, double Contrast = 0, double Saturation = 0, double Hue = 0) : PixelTransform
{
    private const int Parts = 4;

    /// <summary>The factor is drawn from 1 - this to 1 + this.</summary>
    public double Brightness { get; } = Checked(Brightness, "brightness", 1);

    /// <summary>The factor about the mean grey is drawn from 1 - this to 1 + this.</summary>
    public double Contrast { get; } = Checked(Contrast, "contrast", 1);

    /// <summary>The factor about each pixel's grey is drawn from 1 - this to 1 + this.</summary>
    public double Saturation { get; } = Checked(Saturation, "saturation", 1);

    /// <summary>The hue turns by up to this share of the circle, either way.</summary>
    public double Hue { get; } = Checked(Hue, "hue", 0.5);

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        Span<int> order = stackalloc int[Parts];
        for (int i = 0; i < Parts; i++)
            order[i] = i;
        generator.Shuffle(order);
        double brightness = DrawRange.Around(Brightness).Draw(ref generator), contrast = DrawRange.Around(Contrast).Draw(ref generator);
        double saturation = DrawRange.Around(Saturation).Draw(ref generator), hue = DrawRange.Around(Hue).Draw(ref generator);
        destination = destination[..shape.Length];
        image[..shape.Length].CopyTo(destination);
        foreach (int part in order)
            switch (part)
            {
                case 0 when Brightness > 0:
                    PhotoChange.Brightness(destination, destination, 1 + brightness);
                    break;
                case 1 when Contrast > 0:
                    PhotoChange.Contrast(destination, shape.Channels, destination, 1 + contrast);
                    break;
                case 2 when Saturation > 0 && shape.Channels == 3:
                    PhotoChange.Colour(destination, shape.Channels, destination, 1 + saturation);
                    break;
                case 3 when Hue > 0 && shape.Channels == 3:
                    Turn(destination, (float)hue);
                    break;
            }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ColorJitter(brightness={Brightness}, contrast={Contrast}, saturation={Saturation}, hue={Hue})");

    /// <summary>Turns the hue of RGB pixels by a share of the circle; value and saturation stay (Smith, "Color Gamut Transform Pairs", SIGGRAPH 1978).</summary>
    internal static void Turn(Span<byte> image, float share)
    {
        for (int i = 0; i < image.Length; i += 3)
        {
            int red = image[i], green = image[i + 1], blue = image[i + 2];
            int most = Math.Max(red, Math.Max(green, blue)), chroma = most - Math.Min(red, Math.Min(green, blue));
            if (chroma == 0)
                continue;
            // In sixths of the circle, from red over yellow.
            float hue = most == red ? (float)(green - blue) / chroma : most == green ? 2 + (float)(blue - red) / chroma : 4 + (float)(red - green) / chroma;
            hue += 6 * share;
            image[i] = Channel(5 + hue, most, chroma);
            image[i + 1] = Channel(3 + hue, most, chroma);
            image[i + 2] = Channel(1 + hue, most, chroma);
        }

        static byte Channel(float place, int most, int chroma)
        {
            place -= 6 * MathF.Floor(place / 6);
            return (byte)(most - chroma * Math.Clamp(Math.Min(place, 4 - place), 0, 1) + 0.5f);
        }
    }

    private static double Checked(double value, string what, double most) => value >= 0 && value <= most
        ? value
        : throw new MekikiException(FormattableString.Invariant($"ColorJitter: expected a {what} in [0, {most}], got {value}."));
}
