namespace Mekiki.Workbench.Pictures;

/// <summary>What a chart is drawn with. Places are in pixels of the chart, y downwards.</summary>
internal interface IChartPen
{
    /// <summary>A straight line.</summary>
    void Line(string style, double x1, double y1, double x2, double y2);

    /// <summary>A line through points.</summary>
    void Path(string style, IReadOnlyList<(double X, double Y)> points);

    /// <summary>A filled rectangle, with what it says when pointed at.</summary>
    void Box(string style, double x, double y, double width, double height, string says);

    /// <summary>A filled dot, with what it says when pointed at; null: nothing.</summary>
    void Dot(string style, double x, double y, string? says);

    /// <summary>A text on one line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="x">Where its start, middle or end lies.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="isUpright">Whether it is read from below.</param>
    void Text(Words text, double x, double y, string anchor = "start", bool isUpright = false);
}
