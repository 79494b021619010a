using System.Globalization;
using System.Text;

namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>Writes an SVG, an element a line.</summary>
internal sealed class SvgText
{
    private readonly StringBuilder text = new();

    public void Begin(double width, double height, string styles)
    {
        Append($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="The rooms of Mekiki, what is in each, and what uses what">""");
        text.Append("<style>\n").Append(styles).Append("</style>\n");
        Append($"""<rect class="page" width="{width}" height="{height}"/>""");
    }

    public string End() => text.Append("</svg>\n").ToString();

    public void BeginGroup(string id, string title) => Append($"""<g id="{id}"><title>{Escaped(title)}</title>""");

    public void EndGroup() => text.Append("</g>\n");

    public void Box(double left, double top, double width, double height, double radius, string style) =>
        Append($"""<rect class="{style}" x="{left}" y="{top}" width="{width}" height="{height}" rx="{radius}"/>""");

    public void Text(double left, double baseline, string style, string content) =>
        Append($"""<text class="{style}" x="{left}" y="{baseline}">{Escaped(content)}</text>""");

    /// <summary>A title, and behind it what it is about.</summary>
    public void Caption(double left, double baseline, string title, string about) =>
        Append($"""<text class="halo" x="{left}" y="{baseline}"><tspan class="caption">{Escaped(title)}</tspan><tspan class="about" dx="10">{Escaped(about)}</tspan></text>""");

    /// <summary>A number of a walk's station.</summary>
    public void Badge(double x, double y, int number, int walk)
    {
        Append($"""<circle class="badge w{walk}" cx="{x}" cy="{y}" r="9"/>""");
        Append($"""<text class="number" x="{x}" y="{y + 4}">{number}</text>""");
    }

    /// <summary>A line with an arrowhead that points down.</summary>
    public void Line(SvgPath way, string style)
    {
        var (x, y) = way.End;
        Append($"""<path class="{style}" d="{way}"/>""");
        Append($"""<path class="head {style}" d="M{x - 4} {y - 1}L{x + 4} {y - 1}L{x} {y + 7}Z"/>""");
    }

    /// <summary>An arrow to the right.</summary>
    public void Arrow(double left, double right, double y, string style)
    {
        Append($"""<path class="{style}" d="M{left} {y}L{right - 6} {y}"/>""");
        Append($"""<path class="head {style}" d="M{right - 7} {y - 4}L{right - 7} {y + 4}L{right} {y}Z"/>""");
    }

    private void Append(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escaped(string content) => content.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
