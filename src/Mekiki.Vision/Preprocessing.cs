using System.Text.Json.Serialization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision;

/// <summary>What every image goes through before a recognizer sees it; stored with the model.</summary>
/// <remarks>Grey or RGB, brought to the size, inverted if so, then (v / 255 - mean) / deviation.</remarks>
/// <example>
/// <code>
/// var preprocessing = new Preprocessing(Channels: 3, Height: 224, Width: 224, Mean: [0.485f, 0.456f, 0.406f], Deviation: [0.229f, 0.224f, 0.225f]);
/// var loader = new Loader(set, split.Test, preprocessing.Pipeline(set.Shape));
/// </code>
/// </example>
/// <param name="Channels">1 for grey, 3 for RGB.</param>
/// <param name="Height">Height in pixels, 1 to 6,144.</param>
/// <param name="Width">Width in pixels, 1 to 6,144.</param>
/// <param name="Invert">Whether light becomes dark.</param>
/// <param name="Mean">Subtracted from the pixels in [0, 1]: one number for all channels, or one for each; null: 0.</param>
/// <param name="Deviation">Divided by, above 0: one number for all channels, or one for each; null: 1.</param>
/// <param name="Fit">What becomes of images with other proportions.</param>
/// <exception cref="MekikiException">A number is out of its range, or there are more means or deviations than one, and not one for each channel.</exception>
public sealed record Preprocessing(int Channels, int Height, int Width, bool Invert = false, ChannelValues? Mean = null, ChannelValues? Deviation = null, ImageFit Fit = ImageFit.Stretch)
{
    /// <summary>1 for grey, 3 for RGB.</summary>
    public int Channels { get; } = Channels is 1 or 3 ? Channels : throw Wrong("1 channel (grey) or 3 (RGB)", Channels);

    /// <summary>Height in pixels, 1 to 6,144.</summary>
    public int Height { get; } = Height is >= 1 and <= ImageShape.MostSide ? Height : throw Wrong("a height of 1 to 6,144 pixels", Height);

    /// <summary>Width in pixels, 1 to 6,144.</summary>
    public int Width { get; } = Width is >= 1 and <= ImageShape.MostSide ? Width : throw Wrong("a width of 1 to 6,144 pixels", Width);

    /// <summary>Subtracted from the pixels in [0, 1]: one number for all channels, or one for each.</summary>
    public ChannelValues Mean { get; } = Checked(Mean ?? 0, Channels, "mean", "a finite mean", float.IsFinite);

    /// <summary>Divided by, above 0: one number for all channels, or one for each.</summary>
    public ChannelValues Deviation { get; } = Checked(Deviation ?? 1, Channels, "deviation", "a deviation above 0", d => d > 0 && float.IsFinite(d));

    /// <summary>The shape (C, H, W) that the recognizer takes.</summary>
    [JsonIgnore]
    public ImageShape Input => new(Channels, Height, Width);

    /// <summary>For images of a shape, as they are: pixels in [0, 1].</summary>
    /// <exception cref="MekikiException">The shape has neither 1 nor 3 channels, or a side is out of its range.</exception>
    public static Preprocessing For(ImageShape input) => new(input.Channels, input.Height, input.Width);

    /// <summary>For training images: grey values or colours are shifted and scaled so that their mean is 0 and their deviation 1.</summary>
    /// <param name="input">The shape (C, H, W) that the recognizer takes.</param>
    /// <param name="set">The images.</param>
    /// <param name="images">Indices of those that train; the first 10,000 are measured.</param>
    /// <exception cref="MekikiException">The shape has neither 1 nor 3 channels, or a side is out of its range.</exception>
    public static Preprocessing Measured(ImageShape input, ImageSet set, ReadOnlySpan<int> images)
    {
        const int Most = 10_000;
        var counts = new long[256];
        foreach (int index in images[..Math.Min(Most, images.Length)])
            foreach (byte pixel in set.Image(index))
                counts[pixel]++;
        double all = 0, sum = 0, squares = 0;
        for (int v = 0; v < counts.Length; v++)
        {
            all += counts[v];
            sum += counts[v] * (v / 255.0);
            squares += counts[v] * (v / 255.0 * (v / 255.0));
        }

        double mean = sum / all, deviation = Math.Sqrt(Math.Max(0, squares / all - mean * mean));
        // Round numbers read better in the file; pictures of one grey have no deviation to divide by.
        // A set of other proportions than the network's input is stretched to that once more, as new images must be.
        var fit = set.Shape.Height * input.Width == set.Shape.Width * input.Height ? set.Fit : ImageFit.Stretch;
        return new(input.Channels, input.Height, input.Width, Mean: MathF.Round((float)mean, 3), Deviation: deviation < 0.005 ? 1 : MathF.Round((float)deviation, 3), Fit: fit);
    }

    /// <summary>The steps from pixels to the recognizer's input.</summary>
    /// <param name="data">The shape of the images that come.</param>
    /// <param name="augmentation">Random changes before the last steps; null: none.</param>
    /// <exception cref="MekikiException">Grey images come where colours are wanted.</exception>
    public Pipeline Pipeline(ImageShape data, Augmentation? augmentation = null)
    {
        if (data.Channels < Channels)
            throw new MekikiException($"Preprocessing: expected RGB images, got grey ones ({data}). Open them with 3 channels.");
        var steps = new List<Transform>();
        if (data.Channels > Channels)
            steps.Add(new Grayscale());
        if ((data.Height, data.Width) != (Height, Width))
            steps.Add(new Resize(Height, Width));
        steps.AddRange(augmentation?.Steps ?? []);
        if (Invert)
            steps.Add(new Invert());
        steps.Add(new ToTensor());
        if (Mean != 0 || Deviation != 1)
            steps.Add(new Normalize(Mean, Deviation));
        return new Pipeline([.. steps]);
    }

    private static ChannelValues Checked(ChannelValues values, int channels, string name, string expected, Predicate<float> isRight)
    {
        if (!values.Fits(channels))
            throw Wrong(channels == 1 ? $"1 {name} for grey images" : $"1 {name} or 3 (RGB)", values.Count);
        foreach (float value in values)
            if (!isRight(value))
                throw Wrong(expected, value);
        return values;
    }

    private static MekikiException Wrong(string expected, float got) =>
        new(FormattableString.Invariant($"Preprocessing: expected {expected}, got {got}."));
}
