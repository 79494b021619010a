using System.Globalization;
using System.Net;
using System.Text;

namespace Mekiki.Workbench.Pictures;

/// <summary>Draws a chart as SVG, with its texts as texts.</summary>
internal sealed class SvgPen : IChartPen
{
    private readonly StringBuilder svg = new();

    public void Line(string style, double x1, double y1, double x2, double y2) => svg.Append($"<line class=\"{style}\" x1=\"{N(x1)}\" x2=\"{N(x2)}\" y1=\"{N(y1)}\" y2=\"{N(y2)}\"/>");

    public void Path(string style, IReadOnlyList<(double X, double Y)> points) => svg.Append($"<polyline class=\"{style}\" points=\"{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}\"/>");

    public void Box(string style, double x, double y, double width, double height, string says) =>
        svg.Append($"<rect class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\">{Title(says)}</rect>");

    public void Dot(string style, double x, double y, string? says) =>
        svg.Append($"<circle class=\"{style}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"3.5\"{(says is null ? "/>" : $">{Title(says)}</circle>")}");

    public void Text(Words text, double x, double y, string anchor, bool isUpright) =>
        svg.Append(text.In("text", $"{(isUpright ? $"transform=\"translate({N(x)} {N(y)}) rotate(-90)\"" : $"x=\"{N(x)}\" y=\"{N(y)}\"")}{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}"));

    public override string ToString() => svg.ToString();

    private static string Title(string says) => $"<title>{WebUtility.HtmlEncode(says)}</title>";

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
