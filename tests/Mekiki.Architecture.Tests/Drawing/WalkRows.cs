using System.Text.RegularExpressions;

namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>The walks below the house, a row of rooms for each.</summary>
internal sealed partial class WalkRows(SvgText svg, double top, Floors floors)
{
    private const double Legend = 58, Title = 38, ArrowLength = 20, Most = 190, Below = 22, TypeSize = 11;

    /// <summary>Where they end.</summary>
    public double Bottom { get; } = top + Legend + House.Walks.Sum(w => Title + HeightOf(w) + Below) - Below;

    public void Draw()
    {
        svg.Text(Picture.Margin, top + 22, "caption", "Three walks, none of which comes back to a room");
        svg.Text(Picture.Margin, top + 44, "about", "A plain arrow: a type of the room calls one of the next. A dashed arrow: the next room uses what this one gives, or carries out what it declares.");
        double y = top + Legend;
        foreach (var (index, walk) in House.Walks.Index())
        {
            svg.Text(Picture.Margin, y + 20, $"walk w{index}", walk.Title);
            y += Title;
            double width = WidthOf(walk), height = HeightOf(walk), left = Picture.Margin;
            foreach (var (number, station) in walk.Stations.Index())
            {
                if (number > 0)
                    svg.Arrow(left - ArrowLength + 3, left - 3, y + height / 2, station.Step == Step.HandOn ? $"step hand w{index}" : $"step w{index}");
                svg.BeginGroup($"w{index}s{number}", station.Room);
                svg.Box(left, y, width, height, 8, $"room s{StoreyOf(station.Room)}");
                svg.Badge(left + width - 12, y, number + 1, index);
                svg.Text(left + Box.Padding, y + 21, "name small", RoomName.Last(station.Room));
                double line = y + 39;
                foreach (string type in Types(station, width))
                {
                    svg.Text(left + Box.Padding, line, "type", type);
                    line += Box.LineHeight;
                }

                foreach (string words in Event(station, width))
                {
                    svg.Text(left + Box.Padding, line + 3, "sentence", words);
                    line += Box.LineHeight;
                }

                svg.EndGroup();
                left += width + ArrowLength;
            }

            y += height + Below;
        }
    }

    private int StoreyOf(string room) => floors.Wings.First(w => w.Name == House.AssemblyOf(room).Name).Storey;

    private static double WidthOf(Walk walk) =>
        Math.Min(Most, Math.Floor((Picture.Width - 2 * Picture.Margin - ArrowLength * (walk.Stations.Length - 1)) / walk.Stations.Length));

    private static double HeightOf(Walk walk) => walk.Stations.Max(s => 36 + (Types(s, WidthOf(walk)).Count() + Event(s, WidthOf(walk)).Count) * Box.LineHeight + Box.Padding);

    // Long names are broken before a capital.
    private static IEnumerable<string> Types(Station station, double width) =>
        station.Types.SelectMany(t => DrawnText.Wrapped(Capital().Replace(t, "\u200B$0"), TypeSize, width - 2 * Box.Padding, "\u200B"));

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Capital();

    private static IReadOnlyList<string> Event(Station station, double width) => DrawnText.Wrapped(station.Event, Box.TextSize, width - 2 * Box.Padding);
}
