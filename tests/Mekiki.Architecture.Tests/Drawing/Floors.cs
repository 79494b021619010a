namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>Puts every room into a row, so that what it uses stands in rows below.</summary>
internal sealed class Floors
{
    private const int MostColumns = 4;
    private readonly Dictionary<string, Box> boxes = [];
    private int rowCount;

    /// <summary>Finds the wings and the rows.</summary>
    public Floors(Graph rooms)
    {
        var circles = rooms.Circles();
        Uses = rooms.Joined(Joined);
        Wings = [.. Storeys().Index().SelectMany(s => s.Item.SelectMany(a => WingsOf(a, s.Index)))];
        foreach (string name in Uses.Names)
            boxes[name] = new Box(name, circles.FirstOrDefault(c => c[0] == name) ?? [name], WingOf(name));
        foreach (int storey in Wings.Select(w => w.Storey).Distinct().OrderDescending())
            Fill([.. boxes.Values.Where(b => b.Wing.Storey == storey)]);
        Boxes = [.. boxes.Values.OrderBy(b => b.Row).ThenBy(b => b.Name, StringComparer.Ordinal)];
        Lines = [.. Uses.Reduced().Where(w => w.To != House.BasicTypes).Select(w => new Line(boxes[w.From], boxes[w.To]))];

        string Joined(string room) => circles.FirstOrDefault(c => c.Contains(room))?[0] ?? room;
    }

    /// <summary>What uses what, rooms in a circle taken as one.</summary>
    public Graph Uses { get; }

    /// <summary>The frames, those of one storey from left to right.</summary>
    public IReadOnlyList<Wing> Wings { get; }

    /// <summary>All rooms, from the first row to the last.</summary>
    public IReadOnlyList<Box> Boxes { get; }

    /// <summary>What the drawing shows of <see cref="Uses"/>: what no way over other rooms tells. All use the basic types.</summary>
    public IReadOnlyList<Line> Lines { get; }

    // From the ground: what uses nothing of each other stands beside each other, as far as there is room for its texts.
    private static List<List<SourceAssembly>> Storeys()
    {
        var storeys = new List<List<SourceAssembly>>();
        foreach (var level in House.Assemblies.GroupBy(LevelOf).OrderBy(l => l.Key))
        {
            int free = 0;
            foreach (var assembly in level.Reverse())
            {
                if (assembly.Columns > free)
                {
                    storeys.Add([]);
                    free = MostColumns;
                }

                storeys[^1].Insert(0, assembly);
                free -= assembly.Columns;
            }
        }

        return storeys;
    }

    private static IEnumerable<Wing> WingsOf(SourceAssembly assembly, int storey)
    {
        yield return new Wing(assembly.Name, assembly.About, assembly.Columns, storey);
        if (assembly.Name == "Mekiki")
            yield return new Wing(House.Processor, "behind the border", 2, storey);
    }

    private static int LevelOf(SourceAssembly assembly) =>
        assembly.May.Length == 0 ? 0 : 1 + assembly.May.Max(below => LevelOf(House.Assemblies.Single(a => a.Name == below)));

    private Wing WingOf(string room)
    {
        string name = room == House.Processor || room.StartsWith(House.Processor + '.', StringComparison.Ordinal) ? House.Processor : House.AssemblyOf(room).Name;
        return Wings.Single(w => w.Name == name);
    }

    // Row by row from the top: of those that no room in this row or below uses, the ones that most others hang on.
    private void Fill(List<Box> storey)
    {
        var open = new List<Box>(storey.Where(b => !b.IsFloor));
        while (open.Count > 0)
        {
            var ready = open.Where(b => !open.Any(user => Uses.Reaches(user.Name, b.Name))).OrderByDescending(b => Depth(b.Name)).ThenBy(b => b.Name, StringComparer.Ordinal).ToArray();
            foreach (var wing in ready.GroupBy(b => b.Wing))
            {
                int free = wing.Key.Columns;
                foreach (var box in wing)
                {
                    if (free == 0 || box.Rooms.Count > 1 && free < wing.Key.Columns)
                        break;
                    free -= box.Rooms.Count > 1 ? free : 1;
                    box.Row = rowCount;
                    open.Remove(box);
                }
            }

            rowCount++;
        }

        foreach (var box in storey.OrderByDescending(b => b.Row))
            Lower(box, storey);
        foreach (var floor in storey.Where(b => b.IsFloor))
            floor.Row = rowCount++;
    }

    // Half way down to what it uses, where there is room, so that lines are short.
    private void Lower(Box box, List<Box> storey)
    {
        int[] below = [.. storey.Where(b => b.Row > box.Row && Uses.Reaches(box.Name, b.Name)).Select(b => b.Row)];
        if (below.Length == 0)
            return;
        for (int row = (box.Row + below.Min()) / 2; row > box.Row; row--)
        {
            if (storey.Any(b => b.Row == row && b.Wing == box.Wing))
                continue;
            box.Row = row;
            return;
        }
    }

    private int Depth(string name) => Uses.Next(name).Select(n => 1 + Depth(n)).DefaultIfEmpty().Max();
}
