using System.Globalization;
using System.Text.RegularExpressions;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Reports;

/// <summary>What tested images have in common: measured from their pixels, read from their names, or given by a table.</summary>
internal static partial class ImageSlices
{
    private const int MostValues = 40;

    /// <summary>Attributes that every set has: contrast, sharpness, ink and size of what is drawn, and the decade where names begin with years.</summary>
    public static List<(string Name, string?[] Values)> Measured(ImageSet set, Answers answers)
    {
        int[] images = [.. Enumerable.Range(0, answers.Count).Select(n => answers[n].Image)];
        double[] contrast = new double[images.Length], sharpness = new double[images.Length], ink = new double[images.Length], size = new double[images.Length];
        Parallel.For(0, images.Length, n =>
        {
            double[] grey = Grey(set.Image(images[n]), set.Shape.Channels);
            (contrast[n], sharpness[n]) = Measure(grey, set.Shape.Width, set.Shape.Height);
            (ink[n], size[n]) = Drawn(grey, set.Shape.Width, set.Shape.Height);
        });
        List<(string, string?[])> slices = [("contrast", Quarters(contrast)), ("sharpness", Quarters(sharpness)), ("ink", Quarters(ink)), ("size", Quarters(size))];
        string?[] decades = [.. images.Select(i => Year().Match(set.Names[i]) is { Success: true } match ? match.Groups[1].Value[..3] + "0s" : null)];
        if (decades.Count(d => d is not null) >= 0.9 * images.Length && decades.Distinct().Count() > 1)
            slices.Add(("decade", decades));
        return slices;
    }

    /// <summary>The columns of a table, matched by its column <c>image</c>; numbers with many values are cut into quarters.</summary>
    /// <exception cref="MekikiException">It cannot be read, has no such column, or names none of the images.</exception>
    public static List<(string Name, string?[] Values)> Table(string path, ImageSet set, Answers answers)
    {
        var rows = CsvFile.Read(path, "a CSV file with a column image").ToArray();
        string[] head = rows.Length > 0 ? rows[0].Fields : [];
        int key = Array.IndexOf(head, "image");
        if (key < 0 || head.Length < 2)
            throw new MekikiException($"{path}: expected a first line with image and other columns, got '{Mekiki.Files.FileText.Short(string.Join(',', head))}'. Name the columns.");
        var byImage = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (line, fields) in rows.Skip(1))
            if (fields.Length == head.Length)
                byImage[fields[key]] = fields;
            else
                throw new MekikiException($"{path}, line {line}: expected {head.Length} fields, got {fields.Length}. Correct the line.");
        string[]?[] found = [.. Enumerable.Range(0, answers.Count).Select(n => byImage.GetValueOrDefault(set.Names[answers[n].Image]))];
        if (found.All(f => f is null))
            throw new MekikiException($"{path}: expected names of the tested images in the column image, such as {set.Names[answers[0].Image]}, got none of them. Write the names as split.csv has them.");
        return [.. Enumerable.Range(0, head.Length).Where(c => c != key).Select(c => (head[c], Cut([.. found.Select(f => f is null || f[c].Length == 0 ? null : f[c])])))];
    }

    private static string?[] Cut(string?[] values)
    {
        if (values.Distinct().Count() <= MostValues)
            return values;
        double[] numbers = [.. values.Select(v => double.TryParse(v, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
        return numbers.Count(double.IsFinite) > values.Count(v => v is not null) / 2 ? Quarters(numbers) : [.. values.Select(v => v is null || values.Count(o => o == v) < 20 ? null : v)];
    }

    // Of each number, in which quarter of all it is, and what that quarter spans.
    private static string?[] Quarters(double[] values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        if (sorted.Length == 0 || sorted[0].Equals(sorted[^1]))
            return new string?[values.Length];
        double[] ends = [.. Enumerable.Range(1, 3).Select(q => sorted[sorted.Length * q / 4])];
        return [.. values.Select(v =>
        {
            if (!double.IsFinite(v))
                return null;
            int quarter = ends.Count(e => v >= e);
            string from = Text(quarter == 0 ? sorted[0] : ends[quarter - 1]), to = Text(quarter == 3 ? sorted[^1] : ends[quarter]);
            return $"{quarter + 1}/4: {from} – {to}";
        })];

        static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
    }

    // The standard deviation of the grey values, in [0, 0.5]; and the mean size of their second differences in proportion to it.
    private static (double Contrast, double Sharpness) Measure(double[] grey, int width, int height)
    {
        double sum = 0, squares = 0, edges = 0;
        int count = width * height, inner = 0;
        foreach (double value in grey)
        {
            sum += value;
            squares += value * value;
        }

        for (int y = 1; y < height - 1; y++)
            for (int x = 1; x < width - 1; x++, inner++)
            {
                int i = y * width + x;
                edges += Math.Abs(4 * grey[i] - grey[i - 1] - grey[i + 1] - grey[i - width] - grey[i + width]);
            }

        double deviation = Math.Sqrt(Math.Max(0, squares / count - sum / count * (sum / count)));
        return (deviation, deviation > 0 && inner > 0 ? edges / inner / deviation : 0);
    }

    // The share of pixels that differ from the ground, the median of the border, by more than half as much as any; and the share of the image that a box around them takes.
    internal static (double Ink, double Size) Drawn(double[] grey, int width, int height)
    {
        double[] border = [.. Enumerable.Range(0, grey.Length).Where(i => i % width == 0 || i % width == width - 1 || i < width || i >= grey.Length - width).Select(i => grey[i]).Order()];
        double ground = border[border.Length / 2], least = grey.Max(v => Math.Abs(v - ground)) / 2;
        int[] drawn = [.. Enumerable.Range(0, grey.Length).Where(i => Math.Abs(grey[i] - ground) > least)];
        if (drawn.Length == 0)
            return (0, 0);
        int wide = drawn.Max(i => i % width) - drawn.Min(i => i % width) + 1, high = drawn.Max(i => i / width) - drawn.Min(i => i / width) + 1;
        return ((double)drawn.Length / grey.Length, (double)(wide * high) / (width * height));
    }

    private static double[] Grey(ReadOnlySpan<byte> image, int channels)
    {
        var grey = new double[image.Length / channels];
        for (int i = 0; i < image.Length; i++)
            grey[i / channels] += image[i] / (255.0 * channels);
        return grey;
    }

    [GeneratedRegex(@"(?:^|/)(1[5-9]\d\d|20\d\d)_")]
    private static partial Regex Year();
}
