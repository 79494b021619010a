using System.Globalization;
using System.Net;
using System.Text;

namespace Mekiki.Workbench.Pictures;

/// <summary>A chart of lines, bars and points as SVG, with its texts as texts.</summary>
public sealed class Chart : IPicture
{
    private const int Left = 58, Right = 14, Top = 12, Bottom = 40, Ticks = 5;

    private readonly StringBuilder marks = new();
    private readonly List<(Words Name, int Style)> legend = [];
    private readonly int width, height;
    private readonly double left, right, bottom, top;

    /// <param name="title">What it shows, for those who do not see it.</param>
    /// <param name="x">The horizontal axis: its name and its ends.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    public Chart(Words title, (Words Name, double From, double To) x, (Words Name, double From, double To) y, int width = 560, int height = 300)
    {
        (Title, X, Y, this.width, this.height) = (title, x.Name, y.Name, width, height);
        (left, right) = (x.From, x.To > x.From ? x.To : x.From + 1);
        (bottom, top) = (y.From, y.To > y.From ? y.To : y.From + 1);
    }

    /// <summary>What it shows.</summary>
    public Words Title { get; }

    /// <summary>The name of the horizontal axis.</summary>
    public Words X { get; }

    /// <summary>The name of the vertical axis.</summary>
    public Words Y { get; }

    /// <summary>Writes a value on an axis; null: as a plain number.</summary>
    public Func<double, string>? XText { get; init; }

    /// <summary>Writes a value on the vertical axis.</summary>
    public Func<double, string>? YText { get; init; }

    /// <summary>Whether the legend stands at the right.</summary>
    public bool HasLegendRight { get; init; }

    /// <summary>Whether the legend stands at the bottom.</summary>
    public bool HasLegendBelow { get; init; }

    /// <summary>Where the horizontal axis has numbers; null: at round ones.</summary>
    public IReadOnlyList<double>? XMarks { get; init; }

    /// <summary>A line with its name in the legend; lines differ by colour and by dashes.</summary>
    public Chart Line(Words name, IEnumerable<(double X, double Y)> points)
    {
        var drawn = points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToArray();
        if (drawn.Length == 0)
            return this;
        legend.Add((name, legend.Count));
        string path = string.Join(' ', drawn.Select(p => $"{N(PlaceX(p.X))},{N(PlaceY(p.Y))}"));
        marks.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line s{legend.Count - 1}\" points=\"{path}\"/>");
        if (drawn.Length == 1)
            Dot(drawn[0].X, drawn[0].Y, legend.Count - 1);
        return this;
    }

    /// <summary>A bar from one place to another, with what it says when pointed at.</summary>
    public Chart Bar(double from, double to, double low, double high, string says, string style = "bar")
    {
        double x = PlaceX(from), y = PlaceY(Math.Max(low, high));
        marks.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0.5, PlaceX(to) - x))}\" height=\"{N(Math.Max(0.5, PlaceY(Math.Min(low, high)) - y))}\"><title>{WebUtility.HtmlEncode(says)}</title></rect>");
        return this;
    }

    /// <summary>An upright whisker: where something lies.</summary>
    public Chart Whisker(double at, double low, double high)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<line class=\"whisker\" x1=\"{N(PlaceX(at))}\" x2=\"{N(PlaceX(at))}\" y1=\"{N(PlaceY(low))}\" y2=\"{N(PlaceY(high))}\"/>");
        return this;
    }

    /// <summary>A thin dashed line from one point to another.</summary>
    public Chart Guide(double x1, double y1, double x2, double y2)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<line class=\"guide\" x1=\"{N(PlaceX(x1))}\" y1=\"{N(PlaceY(y1))}\" x2=\"{N(PlaceX(x2))}\" y2=\"{N(PlaceY(y2))}\"/>");
        return this;
    }

    /// <summary>A point with what it says when pointed at.</summary>
    public Chart Point(double x, double y, string says, int style = 0)
    {
        marks.Append(CultureInfo.InvariantCulture, $"<circle class=\"p{style}\" cx=\"{N(PlaceX(x))}\" cy=\"{N(PlaceY(y))}\" r=\"3.5\"><title>{WebUtility.HtmlEncode(says)}</title></circle>");
        return this;
    }

    /// <summary>A text beside a point: at its right, or at its left where the chart ends.</summary>
    public Chart Text(double x, double y, Words text)
    {
        bool isLeft = PlaceX(x) > width * 0.75;
        marks.Append(text.In("text", $"x=\"{N(PlaceX(x) + (isLeft ? -7 : 7))}\" y=\"{N(PlaceY(y) + 4)}\"{(isLeft ? " text-anchor=\"end\"" : "")}"));
        return this;
    }

    /// <inheritdoc/>
    public string ToHtml() => ToSvg();

    /// <summary>The chart.</summary>
    /// <param name="alone">Whether it is a file of its own, with its own colours.</param>
    public string ToSvg(bool alone = false)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(Title.ToString())}\" viewBox=\"0 0 {width} {height}\"{(alone ? $" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"" : "")}>");
        if (alone)
            svg.Append("<style>svg{font:12px sans-serif;background:#fff}text{fill:#222}.grid{stroke:#ddd}.axis{stroke:#555}.line{fill:none;stroke-width:2}.s0{stroke:#0b57a4}.s1{stroke:#b3450b;stroke-dasharray:7 4}.s2{stroke:#1f7a3d;stroke-dasharray:2 3}.s3{stroke:#7a3d99;stroke-dasharray:9 3 2 3}circle{fill:#0b57a4}.bar{fill:#5b8fc7}.soft{fill:#d9a27f}.whisker{stroke:#222;stroke-width:1.5}.guide{stroke:#777;stroke-dasharray:4 4}</style>");
        foreach (double y in Steps(bottom, top))
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{width - Right}\" y1=\"{N(PlaceY(y))}\" y2=\"{N(PlaceY(y))}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{N(PlaceY(y) + 4)}\" text-anchor=\"end\">{WebUtility.HtmlEncode(Text(YText, y))}</text>");
        foreach (double x in XMarks ?? Steps(left, right))
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{N(PlaceX(x))}\" y=\"{height - Bottom + 16}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(Text(XText, x))}</text>");

        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"{Left}\" x2=\"{width - Right}\" y1=\"{height - Bottom}\" y2=\"{height - Bottom}\"/><line class=\"axis\" x1=\"{Left}\" x2=\"{Left}\" y1=\"{Top}\" y2=\"{height - Bottom}\"/>")
            .Append(marks)
            .Append(X.In("text", $"x=\"{(Left + width - Right) / 2}\" y=\"{height - 6}\" text-anchor=\"middle\""))
            .Append(Y.In("text", $"transform=\"translate(13 {(Top + height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\""));
        if (legend.Count > 1)
            for (int i = 0; i < legend.Count; i++)
            {
                int x = HasLegendRight ? width - Right - 200 : Left + 14, y = HasLegendBelow ? height - Bottom - 12 - 16 * (legend.Count - 1 - i) : Top + 10 + 16 * i;
                svg.Append(CultureInfo.InvariantCulture, $"<line class=\"line s{legend[i].Style}\" x1=\"{x}\" x2=\"{x + 28}\" y1=\"{y}\" y2=\"{y}\"/>").Append(legend[i].Name.In("text", $"x=\"{x + 34}\" y=\"{y + 4}\""));
            }

        return svg.Append("</svg>").ToString();
    }

    private void Dot(double x, double y, int style) => marks.Append(CultureInfo.InvariantCulture, $"<circle class=\"p{style}\" cx=\"{N(PlaceX(x))}\" cy=\"{N(PlaceY(y))}\" r=\"3.5\"/>");

    private double PlaceX(double x) => Left + (Math.Clamp(x, left, right) - left) / (right - left) * (width - Left - Right);

    private double PlaceY(double y) => height - Bottom - (Math.Clamp(y, bottom, top) - bottom) / (top - bottom) * (height - Top - Bottom);

    // Multiples of 1, 2 or 5 times a power of ten, some five of them.
    private static IEnumerable<double> Steps(double from, double to)
    {
        double rough = (to - from) / Ticks, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
        for (double i = Math.Ceiling(from / step - 1e-9); i * step <= to + step * 1e-9; i++)
            yield return i * step + 0.0;     // not -0
    }

    private static string Text(Func<double, string>? text, double value) => text?.Invoke(value) ?? value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
