using SkiaSharp;

namespace Mekiki.Workbench.Pictures;

/// <summary>Draws a chart as a PNG of twice its size, with a font of this machine that has the characters.</summary>
internal sealed class PngPen : IChartPen, IDisposable
{
    private const int Zoom = 2, TextSize = 12;
    private const float DotRadius = 3.5f;

    private readonly SKBitmap bitmap;
    private readonly SKCanvas canvas;

    public PngPen(int width, int height)
    {
        bitmap = new SKBitmap(new SKImageInfo(Zoom * width, Zoom * height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(Zoom);
    }

    public void Line(string style, double x1, double y1, double x2, double y2)
    {
        using var paint = Paint(style);
        canvas.DrawLine((float)x1, (float)y1, (float)x2, (float)y2, paint);
    }

    public void Path(string style, IReadOnlyList<(double X, double Y)> points)
    {
        using var paint = Paint(style);
        using var path = new SKPath();
        path.AddPoly([.. points.Select(p => new SKPoint((float)p.X, (float)p.Y))], close: false);
        canvas.DrawPath(path, paint);
    }

    public void Box(string style, double x, double y, double width, double height, string says)
    {
        using var paint = Paint(style);
        canvas.DrawRect((float)x, (float)y, (float)width, (float)height, paint);
    }

    public void Dot(string style, double x, double y, string? says)
    {
        using var paint = Paint(style);
        canvas.DrawCircle((float)x, (float)y, DotRadius, paint);
    }

    public void Text(Words text, double x, double y, string anchor, bool isUpright)
    {
        using var font = new SKFont(PictureFont.Of(text.English), TextSize);
        using var paint = new SKPaint { Color = SKColor.Parse(ChartStyle.Ink), IsAntialias = true };
        canvas.Save();
        canvas.Translate((float)x, (float)y);
        if (isUpright)
            canvas.RotateDegrees(-90);
        PictureText.Draw(canvas, text.English, PictureText.Width(text.English, font) * anchor switch { "middle" => -0.5f, "end" => -1, _ => 0 }, 0, font, paint);
        canvas.Restore();
    }

    /// <summary>The file.</summary>
    public byte[] ToPng()
    {
        canvas.Flush();
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    public void Dispose()
    {
        canvas.Dispose();
        bitmap.Dispose();
    }

    private static SKPaint Paint(string name)
    {
        var style = ChartStyle.Of(name);
        return new()
        {
            Color = SKColor.Parse(style.Colour),
            IsAntialias = true,
            Style = style.Width > 0 ? SKPaintStyle.Stroke : SKPaintStyle.Fill,
            StrokeWidth = style.Width,
            PathEffect = style.Dashes.Length > 0 ? SKPathEffect.CreateDash(style.Dashes, 0) : null,
        };
    }
}
