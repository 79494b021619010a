using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Sheets;
using SkiaSharp;

namespace Mekiki.Workbench.Reports;

/// <summary>Many small pictures on one file, row after row.</summary>
internal sealed class Atlas
{
    private const int MostWidth = 4096, MostSide = 96;

    private readonly List<int> images = [];
    private readonly Dictionary<int, int> places = [];
    private readonly ImageSet set;

    /// <param name="set">Where the pictures come from.</param>
    /// <param name="most">How many it takes; further ones have no place.</param>
    public Atlas(ImageSet set, int most)
    {
        (this.set, Most) = (set, most);
        double shrink = Math.Min(1, (double)MostSide / Math.Max(set.Shape.Width, set.Shape.Height));
        (Width, Height) = (Math.Max(1, (int)(set.Shape.Width * shrink)), Math.Max(1, (int)(set.Shape.Height * shrink)));
        Columns = Math.Max(1, MostWidth / Width);
    }

    /// <summary>How many it takes.</summary>
    public int Most { get; }

    /// <summary>A picture's width in pixels.</summary>
    public int Width { get; }

    /// <summary>A picture's height in pixels.</summary>
    public int Height { get; }

    /// <summary>Pictures in a row.</summary>
    public int Columns { get; }

    /// <summary>How many pictures it has.</summary>
    public int Count => images.Count;

    /// <summary>The place of an image of the set, which is added if it is new; -1: there is no room.</summary>
    public int PlaceOf(int image)
    {
        if (places.TryGetValue(image, out int place))
            return place;
        if (images.Count >= Most)
            return -1;
        places[image] = images.Count;
        images.Add(image);
        return images.Count - 1;
    }

    /// <summary>The style sheet of the pictures: their size, the file itself, and for each of some places a class <c>iPLACE</c> that shows it.</summary>
    public string Style(IEnumerable<int> shown)
    {
        int columns = Math.Clamp(Count, 1, Columns);
        return $".sprite{{width:{Width}px;height:{Height}px;background-image:url({Encode()})}}"
            + string.Concat(shown.Select(at => string.Create(CultureInfo.InvariantCulture, $".i{at}{{background-position:-{at % columns * Width}px -{at / columns * Height}px}}")));
    }

    /// <summary>A data address: a PNG of grey pictures, a WebP of coloured ones, which would be ten times as large.</summary>
    private string Encode()
    {
        using var cell = new SKBitmap(new SKImageInfo(set.Shape.Width, set.Shape.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var (colours, format) = set.Shape.Channels == 1 ? (SKColorType.Gray8, SKEncodedImageFormat.Png) : (SKColorType.Rgba8888, SKEncodedImageFormat.Webp);
        return Encode(images.Count, colours, format, i =>
        {
            ContactSheet.Paint(set.Image(images[i]), set.Shape, cell);
            return cell;
        });
    }

    /// <summary>A data address of a PNG of other pictures, in as many columns and of the same size.</summary>
    /// <param name="pictures">The pictures, of any size.</param>
    public string Encode(IReadOnlyList<SKBitmap> pictures) => Encode(pictures.Count, SKColorType.Rgba8888, SKEncodedImageFormat.Png, i => pictures[i]);

    private string Encode(int count, SKColorType colours, SKEncodedImageFormat format, Func<int, SKBitmap> pictureOf)
    {
        int rows = Math.Max(1, (count + Columns - 1) / Columns), columns = Math.Clamp(count, 1, Columns);
        using var bitmap = new SKBitmap(new SKImageInfo(columns * Width, rows * Height, colours, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        for (int i = 0; i < count; i++)
        {
            int x = i % Columns * Width, y = i / Columns * Height;
            using var picture = SKImage.FromBitmap(pictureOf(i));
            canvas.DrawImage(picture, new SKRect(x, y, x + Width, y + Height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        canvas.Flush();
        using var file = bitmap.Encode(format, format == SKEncodedImageFormat.Png ? 100 : 85);
        return $"data:image/{(format == SKEncodedImageFormat.Png ? "png" : "webp")};base64,{Convert.ToBase64String(file.AsSpan())}";
    }
}
