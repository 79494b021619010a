using System.Globalization;
using System.Text;
using Mekiki.Vision.Data;
using SkiaSharp;

namespace Mekiki.Workbench.Pictures;

/// <summary>A line of text in a picture: hiragana that no font of this machine has are drawn from their strokes, other such characters are told by their code points.</summary>
internal static class PictureText
{
    // Of the square that a hiragana stands in, in shares of the font's size.
    private const float Below = 0.12f, PenWidth = 0.085f;

    /// <summary>What is drawn of a text.</summary>
    /// <returns>The text itself where each character has a glyph or strokes; else the code points of each word's first two characters.</returns>
    public static string Shown(string text, SKFont font) => text.Length > 0 && text.EnumerateRunes().All(r => Has(font, r) || Strokes(r) is not null)
        ? text
        : string.Join(' ', text.Split(' ').SelectMany(word => word.EnumerateRunes().Where(r => !Rune.IsPunctuation(r)).Take(2)).Select(r => "U" + r.Value.ToString("X4", CultureInfo.InvariantCulture)));

    /// <summary>The width of a text in pixels.</summary>
    public static float Width(string text, SKFont font) => Pieces(text, font).Sum(piece => piece.Width);

    /// <summary>Draws a text, as much of it as fits.</summary>
    /// <param name="canvas">What is drawn on.</param>
    /// <param name="text">The text; <see cref="Shown"/> says what stands there.</param>
    /// <param name="x">Its left end.</param>
    /// <param name="y">The line that its letters stand on.</param>
    /// <param name="font">The font; its size is also that of characters drawn from strokes.</param>
    /// <param name="paint">The colour.</param>
    /// <param name="width">How wide it may be.</param>
    public static void Draw(SKCanvas canvas, string text, float x, float y, SKFont font, SKPaint paint, float width = float.MaxValue)
    {
        float end = x + width;
        foreach (var (content, strokes, wide) in Pieces(text, font))
        {
            if (strokes is null)
                canvas.DrawText(content[..font.BreakText(content, Math.Max(0, end - x))], x, y, font, paint);
            else if (x + wide <= end)
                Write(canvas, strokes, x, y + Below * font.Size - font.Size, font.Size, paint);
            x += wide;
        }
    }

    // Runs of characters that the font has, and between them single ones with their strokes.
    private static List<(string Content, (float X, float Y)[][]? Strokes, float Width)> Pieces(string text, SKFont font)
    {
        var pieces = new List<(string, (float X, float Y)[][]?, float)>();
        string shown = Shown(text, font);
        int begin = 0;
        for (int i = 0; i <= shown.Length; i++)
        {
            var strokes = i < shown.Length && Rune.TryGetRuneAt(shown, i, out var rune) && !Has(font, rune) ? Strokes(rune) : null;
            if (i < shown.Length && strokes is null)
                continue;
            if (i > begin)
                pieces.Add((shown[begin..i], null, font.MeasureText(shown[begin..i])));
            if (strokes is not null)
                pieces.Add((shown[i..(i + 1)], strokes, font.Size));
            begin = i + 1;
        }

        return pieces;
    }

    private static bool Has(SKFont font, Rune rune) => font.Typeface is { } face && face.ContainsGlyphs(rune.ToString());

    private static (float X, float Y)[][]? Strokes(Rune rune) => KanaSet.Strokes(rune.ToString());

    private static void Write(SKCanvas canvas, (float X, float Y)[][] strokes, float left, float top, float size, SKPaint paint)
    {
        using var pen = paint.Clone();
        (pen.Style, pen.StrokeWidth, pen.StrokeCap, pen.StrokeJoin) = (SKPaintStyle.Stroke, PenWidth * size, SKStrokeCap.Round, SKStrokeJoin.Round);
        using var path = new SKPath();
        foreach (var stroke in strokes)
            path.AddPoly([.. stroke.Select(p => new SKPoint(left + p.X * size, top + p.Y * size))], close: false);
        canvas.DrawPath(path, pen);
    }
}
