using Mekiki.Files;
using Mekiki.Vision.Explanations;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Inspections;

/// <summary>Small pictures in rows, each row with its name above it.</summary>
internal static class PictureRows
{
    private const int Gap = 4, Margin = 12, TextSize = 16, Line = 26;
    private static readonly SKColor paper = new(0xFA, 0xFA, 0xFA), ink = new(0x22, 0x22, 0x22);

    /// <summary>Writes a PNG file.</summary>
    /// <param name="path">The file; it appears only when whole. Its folder is made if it is not there.</param>
    /// <param name="rows">Of each row its name and its pictures, which are disposed here. One row or more.</param>
    /// <param name="side">A picture's longer side in pixels.</param>
    /// <param name="columns">Pictures in a line; a longer row has more lines.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, SKBitmap[] Pictures)> rows, int side, int columns)
    {
        int widest = Math.Min(columns, rows.Max(r => r.Pictures.Length));
        using var font = new SKFont(PictureFont.Of(string.Concat(rows.Select(r => r.Name))), TextSize);
        int width = Math.Max(2 * Margin + widest * (side + Gap), 2 * Margin + (int)rows.Max(r => PictureText.Width(r.Name, font)) + 1);
        int height = 2 * Margin + rows.Sum(r => Line + (r.Pictures.Length + columns - 1) / columns * (side + Gap) + Gap);
        using var sheet = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(sheet);
        using var text = new SKPaint { Color = ink, IsAntialias = true };
        canvas.Clear(paper);
        int y = Margin;
        foreach (var (name, pictures) in rows)
        {
            PictureText.Draw(canvas, name, Margin, y + TextSize, font, text);
            y += Line;
            for (int i = 0; i < pictures.Length; i++)
            {
                using var picture = pictures[i];
                float zoom = (float)side / Math.Max(picture.Width, picture.Height);
                int left = Margin + i % columns * (side + Gap), top = y + i / columns * (side + Gap);
                // Pixels stay squares.
                canvas.DrawBitmap(picture, new SKRect(left, top, left + Math.Max(1, picture.Width * zoom), top + Math.Max(1, picture.Height * zoom)));
            }

            y += (pictures.Length + columns - 1) / columns * (side + Gap) + Gap;
        }

        canvas.Flush();
        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        OutputFile.Write(path, stream => png.SaveTo(stream));
    }

    /// <summary>Signed values as colours: blue below 0, white at 0, orange above.</summary>
    /// <param name="values">(h, w).</param>
    /// <param name="width">w.</param>
    /// <param name="largest">What is as orange as can be; 0: white alone.</param>
    public static SKBitmap Signed(ReadOnlySpan<float> values, int width, float largest)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, values.Length / width, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < values.Length; i++)
        {
            var (r, g, b) = HeatPicture.Colour(largest > 0 ? values[i] / largest : 0);
            bitmap.SetPixel(i % width, i / width, new SKColor(r, g, b));
        }

        return bitmap;
    }
}
