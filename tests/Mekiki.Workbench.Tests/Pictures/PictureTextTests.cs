using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Tests.Pictures;

/// <summary>Words in pictures, where no font has their characters.</summary>
public sealed class PictureTextTests : IDisposable
{
    // Of no typeface: it has no character.
    private readonly SKFont font = new(null!, 48);

    public void Dispose() => font.Dispose();

    [Theory]
    [InlineData("あ", "あ")]
    [InlineData("ぱん", "ぱん")]
    [InlineData("猫", "U732B")]
    [InlineData("ゃ", "U3083")]
    [InlineData("あ ア", "U3042 U30A2")]
    [InlineData("", "")]
    public void Characters_WithoutAFont_AreDrawnFromStrokes_OrToldByCodePoint(string text, string shown)
    {
        Assert.Equal(shown, PictureText.Shown(text, font));
        if (shown == text)
            Assert.Equal(48 * text.Length, PictureText.Width(text, font));
    }

    // Whoever reads the label must see the character: so does the recognizer.
    [Fact]
    public void Strokes_CanBeRead()
    {
        var recognizer = Recognizer.Load("hiragana");
        string[] wrong = [.. KanaSet.Characters.Where(c => recognizer.Predict(ImageInput.FromPixels(Drawn(c, 80, 64, out int side), side, side, PixelFormat.Gray8)).Label != c)];
        Assert.True(wrong.Length <= 3, string.Join(' ', wrong));
    }

    [Fact]
    public void Text_ThatDoesNotFit_EndsBeforeTheEdge()
    {
        byte[] two = Drawn("かか", 160, 2 * 48, out _), one = Drawn("かか", 160, 2 * 48 - 1, out _);
        Assert.Equal(two.Count(v => v < 128), 2 * one.Count(v => v < 128), 40.0);
    }

    // Grey, dark on light.
    private byte[] Drawn(string text, int size, float width, out int side)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        canvas.Clear(SKColors.White);
        PictureText.Draw(canvas, text, 16, 58, font, ink, width);
        canvas.Flush();
        side = size;
        return bitmap.GetPixelSpan().ToArray();
    }
}
