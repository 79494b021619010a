using System.Globalization;
using System.Net;
using System.Text;
using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Pictures;

/// <summary>A free drawing as SVG: x grows to the right, y downwards. Marks have a style from 0 to 5: a colour of the page.</summary>
/// <param name="title">What it shows, for those who do not see it.</param>
/// <param name="width">The drawing's width in its own units.</param>
/// <param name="height">Its height.</param>
public sealed class Sketch(Words title, double width, double height) : IPicture
{
    private readonly StringBuilder marks = new();

    /// <summary>A line.</summary>
    public Sketch Line(double x1, double y1, double x2, double y2, int style = 0)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<line class=\"mark s{style}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>");
        return this;
    }

    /// <summary>A line through points.</summary>
    public Sketch Path(IEnumerable<(double X, double Y)> points, int style = 0)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<polyline class=\"mark s{style}\" points=\"{Joined(points)}\"/>");
        return this;
    }

    /// <summary>A closed curve, such as a contour.</summary>
    public Sketch Ellipse(double x, double y, double radiusX, double radiusY)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<ellipse class=\"mark grid\" cx=\"{N(x)}\" cy=\"{N(y)}\" rx=\"{N(radiusX)}\" ry=\"{N(radiusY)}\"/>");
        return this;
    }

    /// <summary>A filled dot.</summary>
    public Sketch Dot(double x, double y, double radius, int style = 0)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<circle class=\"p{style}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"/>");
        return this;
    }

    /// <summary>A dot that walks from point to point, again and again; the line of its way stays for print.</summary>
    public Sketch Walk(IReadOnlyList<(double X, double Y)> points, double seconds, int style = 0)
    {
        Path(points, style);
        string x = string.Join(';', points.Select(p => N(p.X))), y = string.Join(';', points.Select(p => N(p.Y)));
        marks.Append(CultureInfo.InvariantCulture, $"<circle class=\"p{style}\" cx=\"{N(points[^1].X)}\" cy=\"{N(points[^1].Y)}\" r=\"5\"><animate attributeName=\"cx\" dur=\"{N(seconds)}s\" repeatCount=\"indefinite\" values=\"{x}\"/><animate attributeName=\"cy\" dur=\"{N(seconds)}s\" repeatCount=\"indefinite\" values=\"{y}\"/></circle>");
        return this;
    }

    /// <summary>A small image, enlarged with square pixels.</summary>
    public Sketch Image(ReadOnlySpan<byte> pixels, ImageShape shape, double x, double y, double imageWidth, double imageHeight)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<image href=\"{PngAddress.Of(pixels, shape.Width, shape.Height)}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(imageWidth)}\" height=\"{N(imageHeight)}\" preserveAspectRatio=\"none\"/>");
        return this;
    }

    /// <summary>A text that begins, or with <paramref name="isCentred"/> has its middle, at a point.</summary>
    public Sketch Text(double x, double y, Words text, bool isCentred = false)
    {
        marks.Append(text.In("text", string.Create(CultureInfo.InvariantCulture, $"x=\"{N(x)}\" y=\"{N(y)}\"{(isCentred ? " text-anchor=\"middle\"" : "")}")));
        return this;
    }

    /// <inheritdoc/>
    public string ToHtml() => string.Create(CultureInfo.InvariantCulture, $"<svg class=\"chart sketch\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title.ToString())}\" viewBox=\"0 0 {N(width)} {N(height)}\">{marks}</svg>");

    private static string Joined(IEnumerable<(double X, double Y)> points) => string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"));

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
