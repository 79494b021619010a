using System.Globalization;

namespace Mekiki.Workbench.Pictures;

/// <summary>How marks of a chart look in a file of its own, SVG and PNG alike.</summary>
/// <param name="Name">The marks' class.</param>
/// <param name="Colour">As #RRGGBB.</param>
/// <param name="Width">Of a line, in pixels; 0: it is filled.</param>
/// <param name="Dashes">Lengths of dashes and gaps; empty: a whole line.</param>
internal sealed record ChartStyle(string Name, string Colour, float Width, params float[] Dashes)
{
    /// <summary>How many shades of one hue there are: <c>shade0</c> is the lightest.</summary>
    public const int Shades = 10;

    /// <summary>The colour of texts.</summary>
    public const string Ink = "#222222";

    /// <summary>All styles.</summary>
    public static IReadOnlyList<ChartStyle> All { get; } =
    [
        new("grid", "#dddddd", 1), new("axis", "#555555", 1), new("whisker", Ink, 1.5f), new("guide", "#777777", 1, 4, 4),
        new("line s0", "#0b57a4", 2), new("line s1", "#b3450b", 2, 7, 4), new("line s2", "#1f7a3d", 2, 2, 3), new("line s3", "#7a3d99", 2, 9, 3, 2, 3), new("line s4", "#a8321d", 2, 12, 3), new("line s5", Ink, 2, 1, 5),
        new("p0", "#0b57a4", 0), new("p1", "#b3450b", 0), new("p2", "#1f7a3d", 0), new("p3", "#7a3d99", 0), new("p4", "#a8321d", 0), new("p5", Ink, 0),
        new("bar", "#5b8fc7", 0), new("soft", "#d9a27f", 0),
        .. Enumerable.Range(0, Shades).Select(i => new ChartStyle($"shade{i}", Shade(i), 0)),
    ];

    /// <summary>A style sheet for an SVG file of its own.</summary>
    public static string Css { get; } = $"svg{{font:12px sans-serif;background:#fff}}text{{fill:{Ink}}}" + string.Concat(All.Select(s => s.ToCss()));

    /// <summary>The style of marks.</summary>
    public static ChartStyle Of(string name) => All.First(s => s.Name == name);

    // From a light blue to a dark one.
    private static string Shade(int i)
    {
        double share = i / (Shades - 1.0);
        return string.Create(CultureInfo.InvariantCulture, $"#{(int)(0xD3 + share * (0x08 - 0xD3)):x2}{(int)(0xE3 + share * (0x3F - 0xE3)):x2}{(int)(0xF3 + share * (0x7A - 0xF3)):x2}");
    }

    private string ToCss()
    {
        string selector = "." + Name.Replace(' ', '.');
        return Width == 0 ? $"{selector}{{fill:{Colour}}}"
            : string.Create(CultureInfo.InvariantCulture, $"{selector}{{fill:none;stroke:{Colour};stroke-width:{Width}{(Dashes.Length > 0 ? $";stroke-dasharray:{string.Join(' ', Dashes)}" : "")}}}");
    }
}
