namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>The drawing of the house, as an SVG: assemblies above those that they use, their rooms, what uses what, and the walks.</summary>
internal sealed class Picture
{
    public const double Width = 1200, Margin = 16, WingPadding = 16, BoxGap = 40;
    private const double WingGap = 16, Caption = 34, RowGap = 26, StoreyGap = 18, MostBoxWidth = 270, Head = 100;
    private readonly Floors floors;
    private readonly SvgText svg = new();
    private readonly double bottom;

    private Picture(Graph rooms)
    {
        floors = new Floors(rooms);
        SetWidths();
        Places.Set(floors);
        Lanes.Set(floors);
        bottom = SetHeights();
    }

    /// <summary>Draws the house.</summary>
    /// <returns>The text of the file; the same for the same rooms on every machine.</returns>
    public static string Of(Graph rooms) => new Picture(rooms).Draw();

    private void SetWidths()
    {
        foreach (var storey in floors.Wings.GroupBy(w => w.Storey))
        {
            double left = Margin, free = Width - 2 * Margin - WingGap * (storey.Count() - 1);
            foreach (var wing in storey)
            {
                wing.Left = left;
                wing.Width = Math.Round(free * wing.Columns / storey.Sum(w => w.Columns));
                left += wing.Width + WingGap;
            }
        }

        foreach (var box in floors.Boxes)
        {
            double inner = box.Wing.Width - 2 * WingPadding;
            box.Fit(box.IsFloor ? Width - 2 * Margin : box.Rooms.Count > 1 ? inner : Math.Min(MostBoxWidth, Math.Floor((inner - BoxGap * (box.Wing.Columns - 1)) / box.Wing.Columns)));
        }
    }

    private double SetHeights()
    {
        double top = Head;
        foreach (var storey in floors.Boxes.GroupBy(b => b.Wing.Storey))
        {
            double begin = top;
            top += Caption + RowGap / 2;
            foreach (var row in storey.Where(b => !b.IsFloor).GroupBy(b => b.Row))
            {
                double height = row.Max(b => b.Height);
                foreach (var box in row)
                    box.Top = top + Math.Floor((height - box.Height) / 2);
                top += height + RowGap;
            }

            top += WingPadding - RowGap;
            foreach (var wing in floors.Wings.Where(w => w.Storey == storey.Key))
                (wing.Top, wing.Height) = (begin, top - begin);
            top += StoreyGap;
            foreach (var floor in storey.Where(b => b.IsFloor))
            {
                floor.Top = top;
                top += floor.Height + StoreyGap;
            }
        }

        return top;
    }

    private string Draw()
    {
        var walks = new WalkRows(svg, bottom + 10, floors);
        svg.Begin(Width, walks.Bottom + Margin, Styles.Of(floors.Boxes.Count));
        svg.Text(Margin, 36, "title", "The rooms of Mekiki");
        svg.Text(Margin, 60, "about", "A room is a folder of src/ and a namespace. A line leads down from a room to one that it uses. Where a way over other rooms leads");
        svg.Text(Margin, 78, "about", "to the same room, the direct line is left out. Numbers are stations of the walks below. In the file itself, point at a room to see its lines.");
        foreach (var wing in floors.Wings)
            svg.Box(wing.Left, wing.Top, wing.Width, wing.Height, 14, $"wing s{wing.Storey}");
        foreach (var line in floors.Lines)
            DrawLine(line);
        foreach (var wing in floors.Wings)
            DrawCaption(wing);
        for (int i = 0; i < floors.Boxes.Count; i++)
            DrawBox(floors.Boxes[i], i);
        walks.Draw();
        return svg.End();
    }

    private void DrawCaption(Wing wing) =>
        svg.Caption(wing.Left + WingPadding, wing.Top + 25, wing.Name == House.Processor ? RoomName.Short(wing.Name) : wing.Name, wing.About);

    private void DrawBox(Box box, int number)
    {
        svg.BeginGroup($"r{number}", string.Join(", ", box.Rooms));
        if (box.Rooms.Count == 1)
            DrawRoom(box, box.Name, box.Left, box.Top, box.Height, $"room s{box.Wing.Storey}");
        else
        {
            svg.Box(box.Left, box.Top, box.Width, box.Height, 12, $"room circle s{box.Wing.Storey}");
            double reason = box.Reason.Count * Box.LineHeight + Box.Padding, left = box.Left + Box.Padding;
            foreach (string room in box.Rooms)
            {
                DrawRoom(box, room, left, box.Top + Box.Padding, box.Height - 2 * Box.Padding - reason, $"room s{box.Wing.Storey}");
                left += box.RoomWidth + Box.Padding;
            }

            for (int i = 0; i < box.Reason.Count; i++)
                svg.Text(box.Left + Box.Padding, box.Top + box.Height - reason + (i + 0.6) * Box.LineHeight, "sentence", box.Reason[i]);
        }

        svg.EndGroup();
    }

    private void DrawRoom(Box box, string room, double left, double top, double height, string style)
    {
        svg.Box(left, top, box.RoomWidth, height, 8, style);
        svg.Text(left + Box.Padding, top + Box.Padding + 10, "name", RoomName.Within(box.Wing.Name, room));
        var lines = box.LinesOf(room);
        for (int i = 0; i < lines.Count; i++)
            svg.Text(left + Box.Padding, top + Box.Padding + 27 + i * Box.LineHeight, "sentence", lines[i]);
        double right = left + box.RoomWidth - 12;
        for (int walk = House.Walks.Count - 1; walk >= 0; walk--)
            if (Array.FindIndex(House.Walks[walk].Stations, s => s.Room == room) is >= 0 and var station)
            {
                svg.Badge(right, top, station + 1, walk);
                right -= 20;
            }
    }

    private void DrawLine(Line line)
    {
        var way = new SvgPath(line.Begin, line.From.Top + line.From.Height);
        foreach (var passage in line.Passages)
        {
            var row = floors.Boxes.Where(b => b.Row == passage.Row).ToArray();
            way.CurveTo(passage.Middle, row.Min(b => b.Top));
            way.LineTo(passage.Middle, row.Max(b => b.Top + b.Height));
        }

        way.CurveTo(line.End, line.To.Top - 7);
        int from = floors.Boxes.Index().Single(b => b.Item == line.From).Index, to = floors.Boxes.Index().Single(b => b.Item == line.To).Index;
        svg.Line(way, $"line s{line.From.Wing.Storey} l{from} l{to}");
    }
}
