using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Explanations;
using Mekiki.Workbench.Sheets;
using SkiaSharp;

namespace Mekiki.Workbench.Inspections;

/// <summary>Images on a plane, where those lie near each other that a network finds alike.</summary>
internal sealed class ImageMap
{
    private const int Side = 2400, Cells = 75, Cell = Side / Cells, Reach = 4;

    private readonly ImageSet set;
    private readonly int[] images;

    private ImageMap(ImageSet set, int[] images, FeaturePlane neighbours, FeaturePlane variance) => (this.set, this.images, Neighbours, Variance) = (set, images, neighbours, variance);

    /// <summary>The plane of neighbours (t-SNE).</summary>
    public FeaturePlane Neighbours { get; }

    /// <summary>The plane of the two principal components.</summary>
    public FeaturePlane Variance { get; }

    /// <summary>How many images are on it.</summary>
    public int Count => images.Length;

    /// <summary>Lays images out.</summary>
    /// <param name="recognizer">Whose features are compared, by their cosine.</param>
    /// <param name="set">The images.</param>
    /// <param name="images">Indices in the set; 3 to 10,000.</param>
    /// <param name="threads">How many threads prepare images.</param>
    /// <param name="progress">Told the share of the layout that is done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NotSupportedException">The network has no features.</exception>
    public static ImageMap Of(Recognizer recognizer, ImageSet set, int[] images, int threads, IProgress<double>? progress, CancellationToken cancellation)
    {
        var (features, length) = FeatureNeighbours.UnitFeatures(recognizer, set, images, threads, cancellation);
        var vectors = Tensor.From(features, [images.Length, length]);
        return new(set, images, FeaturePlane.OfNeighbours(vectors, progress: progress, cancellation: cancellation), FeaturePlane.OfVariance(vectors));
    }

    /// <summary>Draws the images where they lie, or in the nearest free place; those without a free place near them are left out.</summary>
    /// <param name="path">The PNG file; it appears only when whole.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Draw(string path)
    {
        byte[] png = Encode(SKEncodedImageFormat.Png, 100, null);
        OutputFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>The same picture, with a frame around some images, which come first where places are short.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="quality">Of formats that lose something, 1 to 100.</param>
    /// <param name="isMarked">Whether an image of the set has a frame; null: none has.</param>
    public byte[] Encode(SKEncodedImageFormat format, int quality, Func<int, bool>? isMarked)
    {
        using var sheet = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(sheet);
        using var one = new SKBitmap(new SKImageInfo(set.Shape.Width, set.Shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        canvas.Clear(new SKColor(0xFA, 0xFA, 0xFA));
        float[] points = Neighbours.Points.ToArray();
        var (left, top, scale) = Frame(points);
        var taken = new HashSet<(int, int)>();
        float zoom = (float)Cell / Math.Max(set.Shape.Width, set.Shape.Height);
        using var frame = new SKPaint { Color = new SKColor(0xB3, 0x45, 0x0B), Style = SKPaintStyle.Stroke, StrokeWidth = 3 };
        foreach (int n in Enumerable.Range(0, images.Length).OrderBy(n => isMarked?.Invoke(images[n]) == true ? 0 : 1))
        {
            int column = Math.Clamp((int)((points[2 * n] - left) * scale), 0, Cells - 1), row = Math.Clamp((int)((points[2 * n + 1] - top) * scale), 0, Cells - 1);
            if (Free(taken, column, row) is not var (x, y))
                continue;
            ContactSheet.Paint(set.Image(images[n]), set.Shape, one);
            using var picture = SKImage.FromBitmap(one);
            canvas.DrawImage(picture, new SKRect(x * Cell, y * Cell, x * Cell + set.Shape.Width * zoom, y * Cell + set.Shape.Height * zoom), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
            if (isMarked?.Invoke(images[n]) == true)
                canvas.DrawRect(x * Cell + 1.5f, y * Cell + 1.5f, Cell - 3, Cell - 3, frame);
        }

        canvas.Flush();
        using var file = sheet.Encode(format, quality);
        return file.ToArray();
    }

    /// <summary>Writes every image with its place on both planes.</summary>
    /// <param name="path">The CSV file; it appears only when whole.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void WriteTable(string path)
    {
        var text = new StringBuilder("image,label,neighbours_x,neighbours_y,variance_x,variance_y\n");
        float[] near = Neighbours.Points.ToArray(), wide = Variance.Points.ToArray();
        for (int n = 0; n < images.Length; n++)
            text.Append(CultureInfo.InvariantCulture, $"{CsvRecords.Quote(set.Names[images[n]])},{CsvRecords.Quote(set.Classes[set.Labels[images[n]]])},{near[2 * n]:R},{near[2 * n + 1]:R},{wide[2 * n]:R},{wide[2 * n + 1]:R}\n");
        OutputFile.Write(path, text.ToString());
    }

    // The nearest cell that is not taken; null: there is none within reach.
    private static (int X, int Y)? Free(HashSet<(int, int)> taken, int column, int row)
    {
        (int X, int Y)? best = null;
        int nearest = int.MaxValue;
        for (int y = Math.Max(0, row - Reach); y <= Math.Min(Cells - 1, row + Reach); y++)
            for (int x = Math.Max(0, column - Reach); x <= Math.Min(Cells - 1, column + Reach); x++)
            {
                int away = (x - column) * (x - column) + (y - row) * (y - row);
                if (away < nearest && away <= Reach * Reach && !taken.Contains((x, y)))
                    (best, nearest) = ((x, y), away);
            }

        if (best is { } place)
            taken.Add(place);
        return best;
    }

    private static (float Left, float Top, float Scale) Frame(float[] points)
    {
        float left = float.PositiveInfinity, top = left, right = float.NegativeInfinity, bottom = right;
        for (int i = 0; i < points.Length; i += 2)
        {
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (top, bottom) = (Math.Min(top, points[i + 1]), Math.Max(bottom, points[i + 1]));
        }

        float extent = Math.Max(Math.Max(right - left, bottom - top), 1e-9f);
        return (left - (extent - (right - left)) / 2, top - (extent - (bottom - top)) / 2, Cells / extent);
    }
}
