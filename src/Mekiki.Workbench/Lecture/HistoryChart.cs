using System.Globalization;
using Mekiki.Files;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Lecture;

/// <summary><c>history.png</c>: recognizers from the oldest to the newest, how right each is, and how many parameters it has.</summary>
/// <remarks>
/// The scale is that of mistakes, log(1 - accuracy): from 90 to 99 % is as far as from 99 to 99.9 %. A dot grows with the
/// logarithm of the parameters. A ring instead of a dot: its time ran out before its training had ended.
/// </remarks>
public static class HistoryChart
{
    private const int ColumnWidth = 92, PlotHeight = 420, Left = 78, Right = 24, Top = 64, NamesHeight = 150, Bottom = 52;
    private const double Best = 0.9995;
    private static readonly double[] ticks = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, Best];
    private static readonly SKColor ink = new(0x22, 0x26, 0x2E), faint = new(0xD8, 0xDC, 0xE4), dot = new(0x2F, 0x6F, 0xB7);

    /// <summary>Draws the chart; the file appears only when whole.</summary>
    /// <param name="path">Where the PNG shall lie.</param>
    /// <param name="rows">What is shown, from the oldest to the newest; rows without an accuracy have a column without a dot.</param>
    /// <param name="title">What they were trained on.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<HistoryRow> rows, string title)
    {
        int width = Left + Math.Max(8, rows.Count) * ColumnWidth + Right, height = Top + PlotHeight + NamesHeight + Bottom;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            Draw(canvas, width, height, rows, title);
            canvas.Flush();
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.Write(path, stream => png.SaveTo(stream));
    }

    private static void Draw(SKCanvas canvas, int width, int height, IReadOnlyList<HistoryRow> rows, string title)
    {
        using var large = new SKFont(PictureFont.Of(title), 18);
        using var font = new SKFont(PictureFont.Of(title), 13);
        using var text = new SKPaint { Color = ink, IsAntialias = true };
        using var line = new SKPaint { Color = faint, StrokeWidth = 1, IsAntialias = true };
        using var fill = new SKPaint { Color = dot.WithAlpha(0xD0), IsAntialias = true };
        using var ring = new SKPaint { Color = dot, IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 2 };

        canvas.DrawText("Accuracy on unseen images, from the oldest recognizer to the newest", Left, 26, large, text);
        canvas.DrawText(title, Left, 47, font, text);
        double worst = rows.Min(r => r.Accuracy) is { } least ? ticks.Last(t => t <= Math.Min(least, 0.95)) : 0;
        foreach (double tick in ticks.Where(t => t >= worst))
        {
            float y = HeightOf(tick, worst);
            canvas.DrawLine(Left, y, width - Right, y, line);
            canvas.DrawText(Percent(tick), Left - 8, y + 4, SKTextAlign.Right, font, text);
        }

        for (int i = 0; i < rows.Count; i++)
        {
            float x = Left + (i + 0.5f) * ColumnWidth, bottom = Top + PlotHeight;
            var row = rows[i];
            canvas.DrawText(row.Year.ToString(CultureInfo.InvariantCulture), x, bottom + 38, SKTextAlign.Center, font, text);
            canvas.Save();
            canvas.Translate(x + 4, bottom + 56);
            canvas.RotateDegrees(-40);
            canvas.DrawText(row.Model, 0, 4, SKTextAlign.Right, font, text);
            canvas.Restore();
            if (row.Accuracy is not { } accuracy)
                continue;
            float y = HeightOf(accuracy, worst), radius = RadiusOf(row.Parameters);
            canvas.DrawCircle(x, y, radius, row.IsStopped ? ring : fill);
            canvas.DrawText(Percent(accuracy), x, y - radius - 6 > Top ? y - radius - 6 : y + radius + 16, SKTextAlign.Center, font, text);
        }

        DrawLegend(canvas, height - 20, font, text, fill, ring);
    }

    private static void DrawLegend(SKCanvas canvas, float y, SKFont font, SKPaint text, SKPaint fill, SKPaint ring)
    {
        float x = Left;
        canvas.DrawText("parameters:", x, y + 4, font, text);
        x += font.MeasureText("parameters:") + 24;
        foreach (var (count, words) in new[] { (10_000L, "10 thousand"), (100_000L, "100 thousand"), (1_000_000L, "1 million"), (10_000_000L, "10 million") })
            x = Sample(x, RadiusOf(count), words, fill);
        Sample(x, RadiusOf(100_000), "stopped early", ring);

        float Sample(float at, float radius, string words, SKPaint paint)
        {
            canvas.DrawCircle(at, y, radius, paint);
            canvas.DrawText(words, at + radius + 6, y + 4, font, text);
            return at + radius + font.MeasureText(words) + 36;
        }
    }

    private static float HeightOf(double accuracy, double worst)
    {
        double share = (Mistakes(accuracy) - Mistakes(worst)) / (Mistakes(Best) - Mistakes(worst));
        return Top + (float)(PlotHeight * (1 - share));

        static double Mistakes(double accuracy) => -Math.Log10(1 - Math.Clamp(accuracy, 0, Best));
    }

    private static float RadiusOf(long parameters) => (float)Math.Clamp(5 + 4.5 * (Math.Log10(Math.Max(1, parameters)) - 4), 4, 24);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");
}
