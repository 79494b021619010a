using System.Text.RegularExpressions;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Pictures;

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
