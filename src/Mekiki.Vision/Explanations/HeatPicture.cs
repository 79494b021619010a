using System.Runtime.InteropServices;
using SkiaSharp;

namespace Mekiki.Vision.Explanations;

/// <summary>Colours an explanation: orange speaks for the class, blue against it, and the image shows through.</summary>
public static class HeatPicture
{
    private static readonly (float R, float G, float B) against = (0x05, 0x71, 0xB0), between = (0xFF, 0xFF, 0xFF), @for = (0xE6, 0x61, 0x01);

    /// <summary>The image as the recognizer sees it.</summary>
    /// <param name="image">(1, C, H, W), float32, prepared; see <see cref="Recognizer.Prepare"/>.</param>
    /// <param name="preprocessing">The recognizer's, to come back to colours.</param>
    /// <returns>(H, W, 3): red, green, blue.</returns>
    /// <exception cref="MekikiException">The image is not float32.</exception>
    public static byte[] Plain(Tensor image, Preprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(preprocessing);
        int channels = image.Shape[1], pixels = image.Shape[2] * image.Shape[3];
        float[] colours = Colours(image, preprocessing);
        byte[] picture = new byte[3 * pixels];
        for (int i = 0; i < picture.Length; i++)
            picture[i] = Byte(colours[(channels == 3 ? i % 3 * pixels : 0) + i / 3] * 255);
        return picture;
    }

    /// <summary>The image over its map.</summary>
    /// <param name="image">(1, C, H, W), float32, prepared; see <see cref="Recognizer.Prepare"/>.</param>
    /// <param name="preprocessing">The recognizer's, to come back to colours.</param>
    /// <param name="explanation">The image's own.</param>
    /// <returns>(H, W, 3): red, green, blue.</returns>
    /// <exception cref="MekikiException">The image is not float32.</exception>
    public static byte[] Heat(Tensor image, Preprocessing preprocessing, Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(explanation);
        int channels = image.Shape[1], height = image.Shape[2], width = image.Shape[3], pixels = height * width;
        float[] colours = Colours(image, preprocessing), grey = new float[pixels];
        for (int i = 0; i < colours.Length; i++)
            grey[i % pixels] += colours[i] / channels;
        var map = explanation.Map.Values;
        float background = Background(grey, height, width), largest = 0;
        foreach (float value in map)
            largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
        byte[] picture = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++)
        {
            // Strokes stay visible as darker colour: what differs from the background.
            float light = 1 - 0.6f * Math.Abs(grey[i] - background);
            var (r, g, b) = Mixed(largest > 0 ? map[i] / largest : 0);
            (picture[3 * i], picture[3 * i + 1], picture[3 * i + 2]) = (Byte(r * light), Byte(g * light), Byte(b * light));
        }

        return picture;
    }

    /// <summary>The image over its map, as a PNG file of the size of the recognizer's input.</summary>
    /// <param name="image">(1, C, H, W), float32, prepared; see <see cref="Recognizer.Prepare"/>.</param>
    /// <param name="preprocessing">The recognizer's, to come back to colours.</param>
    /// <param name="explanation">The image's own.</param>
    /// <exception cref="MekikiException">The image is not float32.</exception>
    public static byte[] Png(Tensor image, Preprocessing preprocessing, Explanation explanation)
    {
        byte[] colours = Heat(image, preprocessing, explanation);
        using var bitmap = new SKBitmap(new SKImageInfo(image.Shape[3], image.Shape[2], SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = 0xFF000000 | (uint)colours[3 * i + 2] << 16 | (uint)colours[3 * i + 1] << 8 | colours[3 * i];
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>The colour of a value: blue at -1, white at 0, orange at 1.</summary>
    /// <param name="value">Any number; what is outside of [-1, 1] has the colour of its end.</param>
    public static (byte Red, byte Green, byte Blue) Colour(float value)
    {
        var (r, g, b) = Mixed(value);
        return (Byte(r), Byte(g), Byte(b));
    }

    private static (float R, float G, float B) Mixed(float value)
    {
        var end = value < 0 ? against : @for;
        float share = float.IsFinite(value) ? Math.Min(1, Math.Abs(value)) : 0;
        return (between.R + share * (end.R - between.R), between.G + share * (end.G - between.G), between.B + share * (end.B - between.B));
    }

    // In [0, 1], channel by channel.
    private static float[] Colours(Tensor image, Preprocessing preprocessing)
    {
        int pixels = image.Shape[2] * image.Shape[3];
        float[] colours = image.ToArray();
        for (int i = 0; i < colours.Length; i++)
        {
            float value = colours[i] * preprocessing.Deviation[i / pixels] + preprocessing.Mean[i / pixels];
            colours[i] = Math.Clamp(preprocessing.Invert ? 1 - value : value, 0, 1);
        }

        return colours;
    }

    private static float Background(float[] grey, int height, int width)
    {
        var edge = new List<float>();
        for (int i = 0; i < grey.Length; i++)
            if (i / width is 0 || i / width == height - 1 || i % width is 0 || i % width == width - 1)
                edge.Add(grey[i]);
        edge.Sort();
        return edge[(edge.Count - 1) / 2];
    }

    private static byte Byte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
