using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Explanations;
using Mekiki.Workbench.Sheets;
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
        using var plain = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var heat = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        float largest = Paint(image, preprocessing, explanation.Map.Values, plain, heat);
        canvas.DrawBitmap(plain, new SKRect(left, top, left + panelWidth, top + panelHeight));
        canvas.DrawBitmap(heat, new SKRect(right, top, right + panelWidth, top + panelHeight));
        canvas.Save();
        canvas.ClipRect(new SKRect(left, top, left + panelWidth, top + panelHeight));
        Keypoints(canvas, explanation.Keypoints, left, top, zoom);
        canvas.Restore();
        using var font = new SKFont(SKTypeface.Default, TextSize);
        using var text = new SKPaint { Color = ink, IsAntialias = true };
        string label = ContactSheet.Text(explanation.Label, font), other = explanation.Against is { } name ? ContactSheet.Text(name, font) : "the others";
        Draw(canvas, $"{label} rather than {other}: {Title(explanation.Method)}", left, Line - 6, sheet.Width - 2 * Gap, font, text);
        Scale(canvas, right, top + panelHeight + Gap, panelWidth);
        int under = top + panelHeight + Gap + Bar + TextSize + 4;
        // Values of Grad-CAM have no unit.
        string most = explanation.Method == ExplanationMethod.GradCam ? "" : $" {largest.ToString("+0.###;-0.###;0", CultureInfo.InvariantCulture)}";
        string forText = $"for {label}{most}";
        Draw(canvas, $"for {other}", right, under, panelWidth / 2, font, text);
        Draw(canvas, forText, right + panelWidth - (int)Math.Min(font.MeasureText(forText), panelWidth / 2), under, panelWidth / 2, font, text);
        canvas.Flush();
        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        OutputFile.Write(path, stream => png.SaveTo(stream));
    }

    /// <summary>The image over the map alone, of the size of the recognizer's input.</summary>
    internal static SKBitmap Heat(Tensor image, Preprocessing preprocessing, Explanation explanation)
    {
        var info = new SKImageInfo(image.Shape[3], image.Shape[2], SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var plain = new SKBitmap(info);
        var heat = new SKBitmap(info);
        Paint(image, preprocessing, explanation.Map.Values, plain, heat);
        return heat;
    }

    /// <summary>The method's name as texts write it.</summary>
    public static string Title(ExplanationMethod method) => method switch
    {
        ExplanationMethod.Occlusion => "occlusion",
        ExplanationMethod.IntegratedGradients => "integrated gradients",
        ExplanationMethod.GradCam => "Grad-CAM (roughly where)",
        ExplanationMethod.VisualWords => "visual words",
        _ => "HiResCAM",
    };

    // Strokes stay visible as darker colour: what differs from the background.
    private static float Paint(Tensor image, Preprocessing preprocessing, ReadOnlySpan<float> map, SKBitmap plain, SKBitmap heat)
    {
        int channels = image.Shape[1], height = image.Shape[2], width = image.Shape[3], pixels = height * width;
        float[] colours = image.ToArray();
        for (int i = 0; i < colours.Length; i++)
        {
            float value = colours[i] * preprocessing.Deviation[i / pixels] + preprocessing.Mean[i / pixels];
            colours[i] = Math.Clamp(preprocessing.Invert ? 1 - value : value, 0, 1);
        }

        float[] grey = new float[pixels];
        for (int i = 0; i < colours.Length; i++)
            grey[i % pixels] += colours[i] / channels;
        float background = Background(grey, height, width), largest = 0;
        foreach (float value in map)
            largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
        for (int i = 0; i < pixels; i++)
        {
            int y = i / width, x = i % width;
            plain.SetPixel(x, y, new SKColor(Byte(colours[i] * 255), Byte(colours[channels == 3 ? pixels + i : i] * 255), Byte(colours[channels == 3 ? 2 * pixels + i : i] * 255)));
            float light = 1 - 0.6f * Math.Abs(grey[i] - background);
            var (r, g, b) = HeatColours.Of(largest > 0 ? map[i] / largest : 0);
            heat.SetPixel(x, y, new SKColor(Byte(r * light), Byte(g * light), Byte(b * light)));
        }

        return largest;
    }

    private static float Background(float[] grey, int height, int width)
    {
        var edge = new List<float>();
        for (int i = 0; i < grey.Length; i++)
            if (i / width is 0 || i / width == height - 1 || i % width is 0 || i % width == width - 1)
                edge.Add(grey[i]);
        edge.Sort();
        return edge[(edge.Count - 1) / 2];
    }

    // Circles around the keypoints that decide most, of half the width of what their descriptors see.
    private static void Keypoints(SKCanvas canvas, IReadOnlyList<KeypointVote> keypoints, int left, int top, float zoom)
    {
        using var paint = new SKPaint { IsAntialias = true, IsStroke = true };
        foreach (var keypoint in keypoints.Take(MostKeypoints))
        {
            float strength = Math.Abs(keypoint.Vote / keypoints[0].Vote);
            var (r, g, b) = HeatColours.Of(Math.Sign(keypoint.Vote));
            paint.Color = new SKColor(Byte(r), Byte(g), Byte(b));
            paint.StrokeWidth = 1 + 2 * strength;
            canvas.DrawCircle(left + keypoint.X * zoom, top + keypoint.Y * zoom, keypoint.Side / 4 * zoom, paint);
        }
    }

    private static void Scale(SKCanvas canvas, int left, int top, int width)
    {
        using var paint = new SKPaint();
        for (int x = 0; x < width; x++)
        {
            var (r, g, b) = HeatColours.Of(2f * x / (width - 1) - 1);
            paint.Color = new SKColor(Byte(r), Byte(g), Byte(b));
            canvas.DrawRect(left + x, top, 1, Bar, paint);
        }
    }

    private static void Draw(SKCanvas canvas, string text, int x, int y, int width, SKFont font, SKPaint paint) =>
        canvas.DrawText(text[..font.BreakText(text, width)], x, y, font, paint);

    private static byte Byte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
