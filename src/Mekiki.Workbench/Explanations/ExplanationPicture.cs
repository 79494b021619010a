using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Explanations;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Explanations;

/// <summary>An image, and beside it the same image over the map of an explanation: orange speaks for the class, blue against it.</summary>
public static class ExplanationPicture
{
    private const int Side = 336, Gap = 12, TextSize = 18, Line = 30, Bar = 16, MostKeypoints = 24;
    private static readonly SKColor paper = new(0xFA, 0xFA, 0xFA), ink = new(0x22, 0x22, 0x22);

    /// <summary>Draws a PNG file.</summary>
    /// <param name="path">The file; it appears only when whole. Its folder is made if it is not there.</param>
    /// <param name="image">(1, C, H, W), as the recognizer sees it.</param>
    /// <param name="preprocessing">The recognizer's, to come back to colours.</param>
    /// <param name="explanation">What is drawn.</param>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static void Write(string path, Tensor image, Preprocessing preprocessing, Explanation explanation)
    {
        int height = image.Shape[2], width = image.Shape[3];
        float zoom = (float)Side / Math.Max(height, width);
        var (panelWidth, panelHeight) = ((int)(width * zoom), (int)(height * zoom));
        int left = Gap, right = 2 * Gap + panelWidth, top = Line + Gap;
        using var sheet = new SKBitmap(new SKImageInfo(Math.Max(right + panelWidth + Gap, 2 * Side + 3 * Gap), top + panelHeight + Gap + Bar + Line + Gap, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(paper);
        using var plain = Bitmap(HeatPicture.Plain(image, preprocessing), height, width);
        using var heat = Heat(image, preprocessing, explanation);
        float largest = Largest(explanation.Map.Values);
        canvas.DrawBitmap(plain, new SKRect(left, top, left + panelWidth, top + panelHeight));
        canvas.DrawBitmap(heat, new SKRect(right, top, right + panelWidth, top + panelHeight));
        canvas.Save();
        canvas.ClipRect(new SKRect(left, top, left + panelWidth, top + panelHeight));
        Keypoints(canvas, explanation.Keypoints, left, top, zoom);
        canvas.Restore();
        using var font = new SKFont(PictureFont.Of(explanation.Label + explanation.Against), TextSize);
        using var text = new SKPaint { Color = ink, IsAntialias = true };
        string label = PictureText.Shown(explanation.Label, font), other = explanation.Against is { } name ? PictureText.Shown(name, font) : "the others";
        PictureText.Draw(canvas, $"{label} rather than {other}: {Title(explanation.Method)}", left, Line - 6, font, text, sheet.Width - 2 * Gap);
        Scale(canvas, right, top + panelHeight + Gap, panelWidth);
        int under = top + panelHeight + Gap + Bar + TextSize + 4;
        // Values of Grad-CAM have no unit.
        string most = explanation.Method == ExplanationMethod.GradCam ? "" : $" {largest.ToString("+0.###;-0.###;0", CultureInfo.InvariantCulture)}";
        string forText = $"for {label}{most}";
        PictureText.Draw(canvas, $"for {other}", right, under, font, text, panelWidth / 2);
        PictureText.Draw(canvas, forText, right + panelWidth - (int)Math.Min(PictureText.Width(forText, font), panelWidth / 2), under, font, text, panelWidth / 2);
        canvas.Flush();
        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        OutputFile.Write(path, stream => png.SaveTo(stream));
    }

    /// <summary>The image over the map alone, of the size of the recognizer's input.</summary>
    internal static SKBitmap Heat(Tensor image, Preprocessing preprocessing, Explanation explanation) =>
        Bitmap(HeatPicture.Heat(image, preprocessing, explanation), image.Shape[2], image.Shape[3]);

    /// <summary>The method's name as texts write it.</summary>
    public static string Title(ExplanationMethod method) => method switch
    {
        ExplanationMethod.Occlusion => "occlusion",
        ExplanationMethod.IntegratedGradients => "integrated gradients",
        ExplanationMethod.GradCam => "Grad-CAM (roughly where)",
        ExplanationMethod.VisualWords => "visual words",
        _ => "HiResCAM",
    };

    private static SKBitmap Bitmap(byte[] colours, int height, int width)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < height * width; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]));
        return bitmap;
    }

    private static float Largest(ReadOnlySpan<float> map)
    {
        float largest = 0;
        foreach (float value in map)
            largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
        return largest;
    }

    // Circles around the keypoints that decide most, of half the width of what their descriptors see.
    private static void Keypoints(SKCanvas canvas, IReadOnlyList<KeypointVote> keypoints, int left, int top, float zoom)
    {
        using var paint = new SKPaint { IsAntialias = true, IsStroke = true };
        foreach (var keypoint in keypoints.Take(MostKeypoints))
        {
            float strength = Math.Abs(keypoint.Vote / keypoints[0].Vote);
            var (r, g, b) = HeatPicture.Colour(Math.Sign(keypoint.Vote));
            paint.Color = new SKColor(r, g, b);
            paint.StrokeWidth = 1 + 2 * strength;
            canvas.DrawCircle(left + keypoint.X * zoom, top + keypoint.Y * zoom, keypoint.Side / 4 * zoom, paint);
        }
    }

    private static void Scale(SKCanvas canvas, int left, int top, int width)
    {
        using var paint = new SKPaint();
        for (int x = 0; x < width; x++)
        {
            var (r, g, b) = HeatPicture.Colour(2f * x / (width - 1) - 1);
            paint.Color = new SKColor(r, g, b);
            canvas.DrawRect(left + x, top, 1, Bar, paint);
        }
    }
}
