using System.Globalization;
using Mekiki.Onnx.Files;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Onnx.Import;

/// <summary>What the metadata of an ONNX file of another program tell of its images; means and deviations are for pixels from 0 to 255.</summary>
internal static class Description
{
    public const string Mean = "input_mean", Deviation = "input_std", Fit = "input_fit", Side = "input_side", Resampling = "input_resampling", Margin = "input_margin";

    /// <summary>The metadata of a recognizer.</summary>
    public static SortedDictionary<string, string> Of(Recognizer recognizer)
    {
        var preprocessing = recognizer.Preprocessing;
        var told = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["names"] = PythonNames.Of(recognizer.Classes),
            [Mean] = Text(preprocessing.Mean),
            [Deviation] = Text(preprocessing.Deviation),
            [Fit] = preprocessing.Fit.ToString(),
        };
        if (preprocessing.Height == preprocessing.Width)
            told[Side] = preprocessing.Height.ToString(CultureInfo.InvariantCulture);
        if (preprocessing.Resampling != default)
            told[Resampling] = preprocessing.Resampling.ToString();
        if (preprocessing.Margin > 0)
            told[Margin] = preprocessing.Margin.ToString(CultureInfo.InvariantCulture);
        return told;
    }

    /// <summary>One number for all channels or one for each, for pixels in [0, 1]; null: not told, or no numbers.</summary>
    public static ChannelValues? Numbers(IReadOnlyDictionary<string, string> metadata, string key)
    {
        if (!metadata.TryGetValue(key, out string? told))
            return null;
        var values = new List<float>();
        foreach (string part in told.Split(','))
            if (values.Count < 4 && double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
                values.Add((float)(value / 255));
        return values.Count is 1 or 3 ? ChannelValues.Of([.. values]) : null;
    }

    /// <summary>What becomes of images with other proportions; null: not told.</summary>
    public static ImageFit? FitOf(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(Fit) switch
    {
        nameof(ImageFit.Pad) => ImageFit.Pad,
        nameof(ImageFit.Crop) => ImageFit.Crop,
        nameof(ImageFit.Stretch) => ImageFit.Stretch,
        _ => null,
    };

    /// <summary>How images are scaled; null: not told.</summary>
    public static Resampling? ResamplingOf(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(Resampling) switch
    {
        nameof(Vision.Images.Resampling.Bilinear) => Vision.Images.Resampling.Bilinear,
        nameof(Vision.Images.Resampling.Bicubic) => Vision.Images.Resampling.Bicubic,
        _ => null,
    };

    /// <summary>Pixels that are cut off at each side; null: not told.</summary>
    public static int? MarginOf(IReadOnlyDictionary<string, string> metadata) =>
        int.TryParse(metadata.GetValueOrDefault(Margin), NumberStyles.None, CultureInfo.InvariantCulture, out int margin) && margin <= Preprocessing.MostMargin ? margin : null;

    /// <summary>The side in pixels; null: not told.</summary>
    public static int? SizeOf(IReadOnlyDictionary<string, string> metadata) =>
        int.TryParse(metadata.GetValueOrDefault(Side), NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is > 0 and <= ImageShape.MostSide ? side : null;

    private static string Text(ChannelValues values) => string.Join(",", values.Select(v => (v * 255.0).ToString("R", CultureInfo.InvariantCulture)));
}
