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

    /// <summary>The largest <see cref="Margin"/>.</summary>
    public const int MostMargin = Framing.MostMargin;

    /// <summary>How images are scaled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Resampling Resampling { get; init; }

    /// <summary>Pixels that are cut off at each side: an image is first brought to a size that is larger by them, 0 to 1,024. With <see cref="ImageFit.Crop"/> as torchvision's Resize and CenterCrop: 224 pixels with a margin of 16 are the middle of a picture whose short side has 256.</summary>
    /// <exception cref="MekikiException">It is out of its range.</exception>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Margin { get; init => field = value is >= 0 and <= MostMargin ? value : throw Wrong("a margin of 0 to 1,024 pixels", value); }

    /// <summary>The shape (C, H, W) that the recognizer takes.</summary>
    [JsonIgnore]
    public ImageShape Input => new(Channels, Height, Width);

    /// <summary>How an <see cref="ImageSet"/> is opened that a recognizer is asked about: in its size and colours, brought to them as the images were that it learnt from.</summary>
    /// <returns>Options for <see cref="ImageSet.Open(string, ImageSetOptions?)"/>.</returns>
    public ImageSetOptions ForSets() => new() { Channels = Channels, Height = Height, Width = Width, Framing = Framing };

    /// <summary>How an image of any size is brought to the input's.</summary>
    [JsonIgnore]
    internal Framing Framing => new(Fit, Resampling, Margin, CutsMargin: true);

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
        var own = new Preprocessing(input.Channels, input.Height, input.Width, Mean: MathF.Round((float)mean, 3), Deviation: deviation < 0.005 ? 1 : MathF.Round((float)deviation, 3));
        return own.FramedAs(set);
    }

    /// <summary>The same for images that are framed as those of a set. A set of other proportions than the input is stretched to that once more, as new images must be.</summary>
    internal Preprocessing FramedAs(ImageSet set) => new(Channels, Height, Width, Invert, Mean, Deviation, set.Seen.Height * Width == set.Seen.Width * Height ? set.Framing.Fit : ImageFit.Stretch)
    {
        Resampling = set.Framing.Resampling,
        // A set whose margin is not that of the input is scaled as a whole.
        Margin = (set.Seen.Height, set.Seen.Width) == (Height, Width) ? set.Framing.Margin : 0,
    };

    /// <summary>The steps from pixels to the recognizer's input.</summary>
    /// <param name="data">The shape of the images that come: of any size, or larger than the input by <see cref="Margin"/> at each side, which random crops see and no other step leaves.</param>
    /// <param name="augmentation">Random changes before the last steps; null: none.</param>
    /// <exception cref="MekikiException">Grey images come where colours are wanted.</exception>
    public Pipeline Pipeline(ImageShape data, Augmentation? augmentation = null) => Pipeline(data, augmentation, (Height, Width));

    /// <summary>The same, to another size than the input's in the end.</summary>
    internal Pipeline Pipeline(ImageShape data, Augmentation? augmentation, (int Height, int Width) size)
    {
        if (data.Channels < Channels)
            throw new MekikiException($"Preprocessing: expected RGB images, got grey ones ({data}). Open them with 3 channels.");
        var steps = new List<Transform>();
        if (data.Channels > Channels)
            steps.Add(new Grayscale());
        var now = (data.Height, data.Width);
        if (now != (Height, Width) && now != (Height + 2 * Margin, Width + 2 * Margin))
            Add(new Resize(Height, Width) { Resampling = Resampling });
        foreach (var step in augmentation?.Steps ?? [])
            // What is to be scaled anyway is scaled once.
            Add(step is RandomResizedCrop { Size: null } crop && now != size ? crop with { Size = size, Resampling = Resampling } : step);
        if (now != size && now == (Height + 2 * Margin, Width + 2 * Margin) && Margin > 0)
            Add(new CenterCrop(Height, Width));
        if (now != size)
            Add(new Resize(size.Height, size.Width) { Resampling = Resampling });
        if (Invert)
            steps.Add(new Invert());
        steps.Add(new ToTensor());
        if (Mean != 0 || Deviation != 1)
            steps.Add(new Normalize(Mean, Deviation));
        return new Pipeline([.. steps]);

        void Add(PixelTransform step)
        {
            var output = step.OutputShape(new ImageShape(Channels, now.Height, now.Width));
            now = (output.Height, output.Width);
            steps.Add(step);
        }
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
