using System.Text.RegularExpressions;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Pictures;
using SkiaSharp;

namespace Mekiki.Workbench.Tests.Pictures;

public class ChartTests
{
    [Theory]
    [InlineData(0, 92, "0 20 40 60 80")]
    [InlineData(-16, 27, "-10 0 10 20")]
    [InlineData(1, 12, "5 10")]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    public void Axis_HasRoundNumbers(double from, double to, string numbers)
    {
        string svg = new Chart("t", ("x", from, to), ("y", 0, 0.001)).ToHtml();
        Assert.Equal(numbers, string.Join(' ', Regex.Matches(svg, "y=\"276\" text-anchor=\"middle\">([^<]*)<").Select(m => m.Groups[1].Value)));
    }

    [Fact]
    public void Words_StandInBothLanguages()
    {
        string svg = new Chart(("loss", "損失"), (("step", "ステップ"), 0, 1), ("y", 0, 1)).ToHtml();
        Assert.Contains("aria-label=\"loss / 損失\"", System.Net.WebUtility.HtmlDecode(svg));
        Assert.Matches("<text lang=\"en\"[^>]*>step</text><text lang=\"ja\"[^>]*>", svg);
    }

    // Marks have the same places and colours as in the SVG file, at twice the size.
    [Fact]
    public void Png_ShowsWhatTheSvgShows()
    {
        var chart = new Chart("t", ("x", 0, 10), ("y", 0, 10)).Bar(2, 4, 0, 5, "bar").Line("line", [(6, 8), (9, 8)]).Point(7.5, 2, "dot", 1);
        using var png = SKBitmap.Decode(chart.ToPng());
        Assert.Equal((1120, 600), (png.Width, png.Height));
        Assert.Equal(SKColor.Parse("#5b8fc7"), At(3, 2));
        Assert.Equal(SKColors.White, At(3, 6.5));
        Assert.Equal(SKColor.Parse("#0b57a4"), At(8, 8));
        Assert.Equal(SKColor.Parse("#b3450b"), At(7.5, 2));
        Assert.Contains(".bar{fill:#5b8fc7}", chart.ToSvg(alone: true));

        SKColor At(double x, double y) => png.GetPixel((int)(2 * (58 + x / 10 * 488)), (int)(2 * (260 - y / 10 * 248)));
    }

    // Where a font has the characters, they are drawn by it, not as boxes: another character, another picture.
    [Fact]
    public void Png_HasJapaneseCharacters_WhereAFontHasThem()
    {
        Assert.SkipUnless(PictureFont.Japanese is not null, "No font of this machine has Japanese characters.");
        Assert.True(PictureFont.Of("確率").ContainsGlyphs("確率"));
        Assert.NotEqual(new Chart("t", ("確率", 0, 1), ("y", 0, 1)).ToPng(), new Chart("t", ("損失", 0, 1), ("y", 0, 1)).ToPng());
    }

    [Fact]
    public void Tiles_HoldEachImage_WithItsCaption()
    {
        string html = new Tiles(side: 32).Add([0, 255, 255, 0], new ImageShape(1, 2, 2), "あ", isBad: true).AddSigned([1f, -1f], 2).ToHtml();
        Assert.Equal(2, Regex.Count(html, "<img src=\"data:image/png;base64,"));
        Assert.Contains("<figure class=\"tile bad\">", html);
        Assert.Contains("width=\"32\" height=\"16\"", html);
    }

    [Fact]
    public void Matrix_DrawsCountsAlone()
    {
        string html = new Matrix(["a", "b"], new[,] { { 3, 1 }, { 0, 4 } }).ToHtml();
        Assert.Equal(3, Regex.Count(html, "<rect class=\"cell"));
        Assert.Contains("<title>a → b: 1 / 4</title>", html);
    }
}
