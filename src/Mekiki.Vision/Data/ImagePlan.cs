using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>The size and the colours that a set's images are read in, where its options leave them open.</summary>
/// <remarks>
/// Sizes are those of all images, so that a choice does not depend on a few. Colours are looked for in a hundred images: an
/// image on tinted paper is grey here. An image has colours where red and blue are not told by green (the measure is what
/// is left of red - green and blue - green after a linear regression on green), or where 5 % of its pixels have colours
/// that paper does not have: strong ones, and others than yellow and light brown.
/// </remarks>
internal static class ImagePlan
{
    /// <summary>No side is longer, unless a size is given.</summary>
    public const int MostSide = 128;

    // Measured on 400 images each of hiragana73, of which 27 % are on tinted paper, and of photographs of waste: 4 % of the first have colours by these bounds, 45 % of the others.
    private const double LeastRest = 12, LeastColouredPixels = 0.05, LeastColouredImages = 0.1, LeastTint = 12;
    private const int LeastChroma = 24, MostPaperChroma = 100;
    private const int Sampled = 100, SampleSide = 64;

    /// <summary>The size for all, given how many images have each, and a sentence that says why; null where it is that of every image.</summary>
    public static ((int Height, int Width) Size, string? Note) Choose(Dictionary<(int Height, int Width), int> counts, ImageFit fit)
    {
        var ((height, width), most) = counts.OrderByDescending(c => c.Value).ThenByDescending(c => (long)c.Key.Height * c.Key.Width).ThenByDescending(c => c.Key).First();
        if (fit == ImageFit.Stretch)
            return ((height, width), counts.Count == 1 ? null : $"The images have {counts.Count:N0} sizes; all are stretched to the most common, {width}x{height}. Give a size to choose another.");
        int all = counts.Values.Sum();
        bool isLarge = Math.Max(height, width) > MostSide;
        string done = fit switch
        {
            ImageFit.Pad => "with their proportions; the rest has the colour of their border",
            ImageFit.Ink => "what is drawn in the middle, with its proportions",
            _ => "with their proportions; what stands over is cut off",
        };
        if (counts.Count == 1)
        {
            (int Height, int Width) size = isLarge ? Within(height, width) : (height, width);
            return (size, isLarge ? $"The images are {width}x{height}; all are scaled to {Text(size)}. Give a size to choose another." : null);
        }

        string sizes = $"The images have {counts.Count:N0} sizes, from {Text(counts.Keys.MinBy(Area))} to {Text(counts.Keys.MaxBy(Area))}";
        if (2 * most >= all)
        {
            var size = Within(height, width);
            return (size, string.Create(CultureInfo.InvariantCulture, $"{sizes}; {Math.Floor(100.0 * most / all):0} % have {width}x{height}. All are brought to {Text(size)}, {done}. Give a size to choose another."));
        }

        int side = Math.Min(MostSide, Median(counts, all));
        return ((side, side), $"{sizes}, and no size is that of most. All are brought to {side}x{side}, {done}. Give a size to choose another.");
    }

    /// <summary>The size for all with so many pixels at most, and a sentence that says why; null where it is that of every image.</summary>
    /// <remarks>Sides of images that are scaled down are multiples of 32, which networks halve five times.</remarks>
    public static ((int Height, int Width) Size, string? Note) Choose(Dictionary<(int Height, int Width), int> counts, ImageFit fit, int mostPixels)
    {
        const int Step = 32;
        const double Near = 1.1, Most = 0.8;
        int all = counts.Values.Sum();
        var byRatio = counts.OrderBy(c => Ratio(c.Key)).ToArray();
        double median = Ratio(Middle(byRatio, all));
        int near = counts.Where(c => Ratio(c.Key) <= median * Near && Ratio(c.Key) >= median / Near).Sum(c => c.Value);
        bool isShared = near >= Most * all;
        // As large as the image in the middle, if that has fewer pixels.
        long area = Math.Min(mostPixels, Area(Middle([.. counts.OrderBy(c => Area(c.Key))], all)));
        var size = Sides(isShared ? median : 1, area);
        if (counts.Keys.FirstOrDefault(s => s == size || (isShared && Area(s) == area && Area(s) <= mostPixels && 2 * counts[s] >= all)) is { Height: > 0 } own)
            size = own;
        if (counts.Count == 1 && counts.ContainsKey(size))
            return (size, null);
        string sizes = counts.Count == 1 ? $"The images are {Text(counts.Keys.First())}" : $"The images have {counts.Count:N0} sizes, from {Text(counts.Keys.MinBy(Area))} to {Text(counts.Keys.MaxBy(Area))}";
        string why = isShared ? "which has their proportions" : "since their proportions differ";
        string done = fit switch
        {
            ImageFit.Pad => "all of each is seen; the rest has the colour of its border",
            ImageFit.Crop => "what stands over is cut off",
            _ => "they are stretched to it",
        };
        return (size, $"{sizes}; all are brought to {Text(size)}, {why}: {done}. Give a size or a fit to choose another.");

        static double Ratio((int Height, int Width) s) => (double)s.Width / s.Height;

        static (int Height, int Width) Sides(double ratio, long area)
        {
            double width = Math.Sqrt(area * ratio), height = Math.Sqrt(area / ratio);
            return (Side(height), Side(width));
        }

        static int Side(double side) => side < Step ? Math.Max(1, (int)(side + 0.5)) : (int)(side / Step + 0.5) * Step;
    }

    // Of sizes in an order, that of the image in the middle.
    private static (int Height, int Width) Middle(KeyValuePair<(int Height, int Width), int>[] ordered, int all)
    {
        int below = 0;
        foreach (var (size, count) in ordered)
            if (2 * (below += count) >= all)
                return size;
        return (1, 1);
    }

    /// <summary>1 or 3 channels, and a sentence that says why where colours are there.</summary>
    /// <param name="files">The files.</param>
    /// <param name="reasons">Why a file is not read; null for those that are.</param>
    /// <param name="read">Receives all sizes where files are read in order, so that nobody need go through them for these.</param>
    /// <param name="options">How many threads.</param>
    public static (int Channels, string? Note) Colours(ImageFiles files, string?[] reasons, DecodedImage[] read, ImageSetOptions options)
    {
        int[] readable = [.. Enumerable.Range(0, reasons.Length).Where(i => reasons[i] is null)];
        int count = Math.Min(Sampled, readable.Length);
        var found = new (bool HasColours, double Tint)?[count];
        var shape = new ImageShape(3, SampleSide, SampleSide);
        var numbers = Enumerable.Range(0, count).ToDictionary(k => readable[(int)((long)k * readable.Length / count)]);
        files.ForEach(options, (image, buffers) =>
        {
            bool isSampled = numbers.TryGetValue(image, out int k);
            if (reasons[image] is not null || !(isSampled || files.IsReadInOrder))
                return;
            try
            {
                var (height, width, _) = files.ReadHeader(image, buffers);
                if (files.IsReadInOrder)
                    read[image] = new(height, width);
                // A grey one too: if it is damaged behind its head, it is left out, and must not count here.
                if (isSampled)
                {
                    var pixels = new byte[shape.Length];
                    files.Decode(image, shape, ImageFit.Pad, pixels, buffers);
                    found[k] = Measure(pixels);
                }
            }
            catch (UnreadableImageException)
            {
                // Told where all are read.
            }
        });
        count = found.Count(f => f is not null);
        int coloured = found.Count(f => f is { HasColours: true }), tinted = found.Count(f => f is { Tint: >= LeastTint });
        return coloured >= Math.Max(1, LeastColouredImages * count) ? (3, "The images have colours, which are kept (3 channels). Give 1 channel to read them as grey.")
            : coloured > 0 ? (1, $"{coloured:N0} of {count:N0} images that were looked at have colours; all are read as grey. Give 3 channels to keep colours.")
            : tinted > 0 ? (1, $"{tinted:N0} of {count:N0} images that were looked at have a tint, as paper has, and no colours; all are read as grey. Give 3 channels to keep it.")
            : (1, null);
    }

    // Whether there are colours, and how far red and blue are from green in the mean, in levels of 0 to 255.
    private static (bool HasColours, double Tint) Measure(ReadOnlySpan<byte> pixels)
    {
        double rest = 0, tint = 0;
        for (int channel = 0; channel < 3; channel += 2)
        {
            long count = pixels.Length / 3, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
            for (int at = 0; at < pixels.Length; at += 3)
            {
                int green = pixels[at + 1], difference = pixels[at + channel] - green;
                (x, y, xx, xy, yy) = (x + green, y + difference, xx + green * green, xy + green * difference, yy + difference * difference);
            }

            double varianceX = xx - (double)x * x / count, covariance = xy - (double)x * y / count, varianceY = yy - (double)y * y / count;
            rest += Math.Max(0, varianceY - (varianceX > 0 ? covariance * covariance / varianceX : 0)) / count;
            tint = Math.Max(tint, Math.Abs((double)y / count));
        }

        return (Math.Sqrt(rest) >= LeastRest || CountOffPaper(pixels) > LeastColouredPixels * pixels.Length / 3, tint);
    }

    private static int CountOffPaper(ReadOnlySpan<byte> pixels)
    {
        int count = 0;
        for (int at = 0; at < pixels.Length; at += 3)
        {
            int red = pixels[at], green = pixels[at + 1], blue = pixels[at + 2];
            int chroma = Math.Max(red, Math.Max(green, blue)) - Math.Min(red, Math.Min(green, blue));
            bool isPaper = chroma < LeastChroma || (chroma <= MostPaperChroma && red >= green - 4 && green >= blue - 4 && red - green <= green - blue + 12);
            if (!isPaper)
                count++;
        }

        return count;
    }

    private static (int Height, int Width) Within(int height, int width)
    {
        double scale = Math.Min(1, (double)MostSide / Math.Max(height, width));
        return (Math.Max(1, (int)(height * scale + 0.5)), Math.Max(1, (int)(width * scale + 0.5)));
    }

    // Of the longer sides, the one in the middle.
    private static int Median(Dictionary<(int Height, int Width), int> counts, int all)
    {
        int below = 0;
        foreach (var (side, count) in counts.GroupBy(c => Math.Max(c.Key.Height, c.Key.Width)).Select(g => (g.Key, g.Sum(c => c.Value))).OrderBy(g => g.Key))
            if (2 * (below += count) >= all)
                return side;
        return 1;
    }

    private static long Area((int Height, int Width) size) => (long)size.Height * size.Width;

    private static string Text((int Height, int Width) size) => $"{size.Width}x{size.Height}";
}
