using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>The fourteen changes of photographs from which <see cref="TrivialAugment"/> and <see cref="RandAugment"/> draw, each with one number that says how strong it is.</summary>
/// <remarks>
/// Cubuk et al., "AutoAugment", 2018, arXiv:1805.09501, table 6, as torchvision has them; values as Pillow computes them. Differs from both: rotation,
/// shear and shift are about the middle, between pixels, and what comes in from outside is as the image's border.
/// </remarks>
internal static class PhotoChange
{
    /// <summary>How many there are, in torchvision's order: identity, shear x and y, shift x and y, rotation, brightness, colour, contrast, sharpness, posterize, solarize, autocontrast, equalize.</summary>
    public const int Count = 14;

    private const int Red = 0, Green = 1, Blue = 2, White = 255, Values = 256;

    /// <summary>Whether a change goes in two directions, one of which is drawn.</summary>
    public static bool IsSigned(int change) => change is >= 1 and <= 9;

    /// <summary>Writes the changed image.</summary>
    /// <param name="change">Which one, 0 to 13.</param>
    /// <param name="strength">Of shears the tangent, of shifts pixels, of a rotation degrees; of brightness, colour, contrast and sharpness what is added to the factor 1; of posterize the bits that stay; of solarize the least value that is inverted; others have none.</param>
    /// <param name="image">Pixels, (H, W, C), uint8.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="destination">Receives the changed pixels; other memory than the image's.</param>
    public static void Apply(int change, double strength, ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination)
    {
        image = image[..shape.Length];
        switch (change)
        {
            case 1:
                Move(image, shape, AffineMatrix.Inverse(shape.Height, shape.Width, 0, 0, 0, 1, Degrees(Math.Atan(strength)), 0), destination);
                break;
            case 2:
                Move(image, shape, AffineMatrix.Inverse(shape.Height, shape.Width, 0, 0, 0, 1, 0, Degrees(Math.Atan(strength))), destination);
                break;
            case 3:
                Move(image, shape, AffineMatrix.Inverse(shape.Height, shape.Width, 0, Math.Round(strength), 0, 1, 0, 0), destination);
                break;
            case 4:
                Move(image, shape, AffineMatrix.Inverse(shape.Height, shape.Width, 0, 0, Math.Round(strength), 1, 0, 0), destination);
                break;
            case 5:
                Move(image, shape, AffineMatrix.Inverse(shape.Height, shape.Width, strength, 0, 0, 1, 0, 0), destination);
                break;
            case 6:
                Brightness(image, destination, 1 + strength);
                break;
            case 7:
                Colour(image, shape.Channels, destination, 1 + strength);
                break;
            case 8:
                Contrast(image, shape.Channels, destination, 1 + strength);
                break;
            case 9:
                Sharpness(image, shape, destination, 1 + strength);
                break;
            case 10:
                Posterize(image, destination, (int)strength);
                break;
            case 11:
                for (int i = 0; i < image.Length; i++)
                    destination[i] = image[i] < strength ? image[i] : (byte)(White - image[i]);
                break;
            case 12:
                AutoContrast(image, shape.Channels, destination);
                break;
            case 13:
                Equalize(image, shape.Channels, destination);
                break;
            default:
                image.CopyTo(destination);
                break;
        }
    }

    /// <summary>Black at 0, the image at 1, brighter above; destination may be the image.</summary>
    public static void Brightness(ReadOnlySpan<byte> image, Span<byte> destination, double factor)
    {
        Span<byte> table = stackalloc byte[Values];
        for (int v = 0; v < Values; v++)
            table[v] = Cut(factor * v);
        for (int i = 0; i < image.Length; i++)
            destination[i] = table[image[i]];
    }

    /// <summary>One grey at 0, that of the image's mean; the image at 1, more contrast above; destination may be the image.</summary>
    public static void Contrast(ReadOnlySpan<byte> image, int channels, Span<byte> destination, double factor)
    {
        long sum = 0;
        if (channels == 1)
            foreach (byte v in image)
                sum += v;
        else
            for (int i = 0; i < image.Length; i += channels)
                sum += GreyImage.Luma(image[i + Red], image[i + Green], image[i + Blue]);
        int mean = (int)((double)sum * channels / image.Length + 0.5);
        Span<byte> table = stackalloc byte[Values];
        for (int v = 0; v < Values; v++)
            table[v] = Cut(mean + factor * (v - mean));
        for (int i = 0; i < image.Length; i++)
            destination[i] = table[image[i]];
    }

    /// <summary>Grey at 0, the image at 1, stronger colours above; grey images stay. Destination may be the image.</summary>
    public static void Colour(ReadOnlySpan<byte> image, int channels, Span<byte> destination, double factor)
    {
        if (channels == 1)
        {
            image.CopyTo(destination);
            return;
        }

        float share = (float)factor;
        for (int i = 0; i < image.Length; i += channels)
        {
            byte red = image[i + Red], green = image[i + Green], blue = image[i + Blue];
            int grey = GreyImage.Luma(red, green, blue);
            destination[i + Red] = Cut(grey + share * (red - grey));
            destination[i + Green] = Cut(grey + share * (green - grey));
            destination[i + Blue] = Cut(grey + share * (blue - grey));
        }
    }

    // Smooth at 0, sharper above 1. The outermost pixels stay.
    private static void Sharpness(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, double factor)
    {
        image.CopyTo(destination);
        float share = (float)factor;
        int channels = shape.Channels, row = shape.Width * channels;
        for (int y = 1; y < shape.Height - 1; y++)
            for (int at = y * row + channels; at < (y + 1) * row - channels; at++)
            {
                int around = image[at - row - channels] + image[at - row] + image[at - row + channels] + image[at - channels] + image[at + channels]
                    + image[at + row - channels] + image[at + row] + image[at + row + channels];
                int smooth = (int)((around + 5 * image[at]) / 13f + 0.5f);
                destination[at] = Cut(smooth + share * (image[at] - smooth));
            }
    }

    private static void Posterize(ReadOnlySpan<byte> image, Span<byte> destination, int bits)
    {
        byte mask = (byte)(White << (8 - bits));
        for (int i = 0; i < image.Length; i++)
            destination[i] = (byte)(image[i] & mask);
    }

    // Each channel from its least value to its greatest.
    private static void AutoContrast(ReadOnlySpan<byte> image, int channels, Span<byte> destination)
    {
        Span<byte> table = stackalloc byte[Values];
        for (int c = 0; c < channels; c++)
        {
            int least = White, most = 0;
            for (int i = c; i < image.Length; i += channels)
                (least, most) = (Math.Min(least, image[i]), Math.Max(most, image[i]));
            double scale = most > least ? (double)White / (most - least) : 1, shift = most > least ? -least * scale : 0;
            for (int v = 0; v < Values; v++)
                table[v] = Cut(v * scale + shift);
            for (int i = c; i < image.Length; i += channels)
                destination[i] = table[image[i]];
        }
    }

    // Each channel so that all values occur alike, by Pillow's whole numbers.
    private static void Equalize(ReadOnlySpan<byte> image, int channels, Span<byte> destination)
    {
        Span<int> counts = stackalloc int[Values];
        Span<byte> table = stackalloc byte[Values];
        for (int c = 0; c < channels; c++)
        {
            counts.Clear();
            for (int i = c; i < image.Length; i += channels)
                counts[image[i]]++;
            int last = Values - 1;
            while (counts[last] == 0)
                last--;
            int step = (image.Length / channels - counts[last]) / White, sum = step / 2;
            for (int v = 0; v < Values; v++)
            {
                table[v] = step == 0 ? (byte)v : (byte)Math.Min(White, sum / step);
                sum += counts[v];
            }

            for (int i = c; i < image.Length; i += channels)
                destination[i] = table[image[i]];
        }
    }

    private static void Move(ReadOnlySpan<byte> image, ImageShape shape, in AffineMatrix matrix, Span<byte> destination) =>
        AffineKernel.Run(image, shape, matrix, Interpolation.Bilinear, Border.Median(image, shape), destination);

    private static double Degrees(double radians) => radians * 180 / Math.PI;

    // Without its fraction, as Pillow does.
    private static byte Cut(double value) => (byte)Math.Clamp(value, 0, White);
}
