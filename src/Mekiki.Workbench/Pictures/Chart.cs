using System.Globalization;
using System.Net;

namespace Mekiki.Workbench.Pictures;

/// <summary>A chart of lines, bars and points, as SVG with its texts as texts, or as PNG.</summary>
public sealed class Chart : IPicture
{
    /// <summary>What a chart is wider and higher than its marks.</summary>
    public const int WidthBeside = Left + Right, HeightBeside = Top + Bottom;

    private const int Left = 58, Right = 14, Top = 12, Bottom = 40, Ticks = 5;

    private readonly List<Action<IChartPen>> marks = [];
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

    /// <summary>Where the vertical axis has numbers and lines; null: at round ones.</summary>
    public IReadOnlyList<double>? YMarks { get; init; }

    /// <summary>A line with its name in the legend; lines differ by colour and by dashes.</summary>
    public Chart Line(Words name, IEnumerable<(double X, double Y)> points)
    {
        var drawn = points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToArray();
        if (drawn.Length == 0)
            return this;
        legend.Add((name, legend.Count));
        int style = legend.Count - 1;
        (double, double)[] places = [.. drawn.Select(p => (PlaceX(p.X), PlaceY(p.Y)))];
        marks.Add(pen => pen.Path($"line s{style}", places));
        if (places is [var (x, y)])
            marks.Add(pen => pen.Dot($"p{style}", x, y, null));
        return this;
    }

    /// <summary>A bar from one place to another, with what it says when pointed at.</summary>
    public Chart Bar(double from, double to, double low, double high, string says, string style = "bar")
    {
        double x = PlaceX(from), y = PlaceY(Math.Max(low, high));
        marks.Add(pen => pen.Box(style, x, y, Math.Max(0.5, PlaceX(to) - x), Math.Max(0.5, PlaceY(Math.Min(low, high)) - y), says));
        return this;
    }

    /// <summary>An upright whisker: where something lies.</summary>
    public Chart Whisker(double at, double low, double high)
    {
        marks.Add(pen => pen.Line("whisker", PlaceX(at), PlaceY(low), PlaceX(at), PlaceY(high)));
        return this;
    }

    /// <summary>A thin dashed line from one point to another.</summary>
    public Chart Guide(double x1, double y1, double x2, double y2)
    {
        marks.Add(pen => pen.Line("guide", PlaceX(x1), PlaceY(y1), PlaceX(x2), PlaceY(y2)));
        return this;
    }

    /// <summary>A point with what it says when pointed at.</summary>
    public Chart Point(double x, double y, string says, int style = 0)
    {
        marks.Add(pen => pen.Dot($"p{style}", PlaceX(x), PlaceY(y), says));
        return this;
    }

    /// <summary>A text beside a point: at its right, or at its left where the chart ends.</summary>
    public Chart Text(double x, double y, Words text)
    {
        bool isLeft = PlaceX(x) > width * 0.75;
        marks.Add(pen => pen.Text(text, PlaceX(x) + (isLeft ? -7 : 7), PlaceY(y) + 4, isLeft ? "end" : "start"));
        return this;
    }

    /// <inheritdoc/>
    public string ToHtml() => ToSvg();

    /// <summary>The chart.</summary>
    /// <param name="alone">Whether it is a file of its own, with its own colours.</param>
    public string ToSvg(bool alone = false)
    {
        var pen = new SvgPen();
        Draw(pen);
        string head = $"<svg class=\"chart\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(Title.ToString())}\" viewBox=\"0 0 {width} {height}\"";
        return alone ? $"{head} xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"><style>{ChartStyle.Css}</style>{pen}</svg>" : $"{head}>{pen}</svg>";
    }

    /// <summary>The chart as a PNG file of twice its size, with English texts where there are two languages.</summary>
    public byte[] ToPng()
    {
        using var pen = new PngPen(width, height);
        Draw(pen);
        return pen.ToPng();
    }

    private void Draw(IChartPen pen)
    {
        foreach (double y in YMarks ?? Steps(bottom, top))
        {
            pen.Line("grid", Left, PlaceY(y), width - Right, PlaceY(y));
            pen.Text(Text(YText, y), Left - 6, PlaceY(y) + 4, "end");
        }

        foreach (double x in XMarks ?? Steps(left, right))
            pen.Text(Text(XText, x), PlaceX(x), height - Bottom + 16, "middle");
        pen.Line("axis", Left, height - Bottom, width - Right, height - Bottom);
        pen.Line("axis", Left, Top, Left, height - Bottom);
        foreach (var mark in marks)
            mark(pen);
        pen.Text(X, (Left + width - Right) / 2, height - 6, "middle");
        pen.Text(Y, 13, (Top + height - Bottom) / 2, "middle", isUpright: true);
        if (legend.Count > 1)
            for (int i = 0; i < legend.Count; i++)
            {
                int x = HasLegendRight ? width - Right - 200 : Left + 14, y = HasLegendBelow ? height - Bottom - 12 - 16 * (legend.Count - 1 - i) : Top + 10 + 16 * i;
                pen.Line($"line s{legend[i].Style}", x, y, x + 28, y);
                pen.Text(legend[i].Name, x + 34, y + 4);
            }
    }

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
}
