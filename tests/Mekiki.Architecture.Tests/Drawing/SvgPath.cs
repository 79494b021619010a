using System.Globalization;
using System.Text;

namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>A line that leads down.</summary>
internal sealed class SvgPath
{
    private readonly StringBuilder text = new();
    private double x, y;

    /// <summary>Begins at a point.</summary>
    public SvgPath(double x, double y)
    {
        (this.x, this.y) = (x, y);
        text.Append(CultureInfo.InvariantCulture, $"M{x} {y}");
    }

    /// <summary>The end so far.</summary>
    public (double X, double Y) End => (x, y);

    /// <summary>Goes on in a curve, which begins and ends straight down.</summary>
    public void CurveTo(double toX, double toY)
    {
        double middle = (y + toY) / 2;
        if (toX == x)
            LineTo(toX, toY);
        else
            text.Append(CultureInfo.InvariantCulture, $"C{x} {middle} {toX} {middle} {toX} {toY}");
        (x, y) = (toX, toY);
    }

    /// <summary>Goes on straight.</summary>
    public void LineTo(double toX, double toY)
    {
        text.Append(CultureInfo.InvariantCulture, $"L{toX} {toY}");
        (x, y) = (toX, toY);
    }

    /// <summary>The path's data.</summary>
    public override string ToString() => text.ToString();
}
