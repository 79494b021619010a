namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>Where lines run: straight down beside the rooms that they pass, and beside each other.</summary>
internal static class Lanes
{
    private const double FromBox = 9, FromLine = 8, Corner = 22, Bend = 40, Foreign = 60;
    private const int Step = 2;
    private static readonly double[] places = [.. Enumerable.Range(0, (int)(Picture.Width - 2 * (Picture.Margin + FromBox)) / Step + 1).Select(i => Picture.Margin + FromBox + i * Step)];

    /// <summary>Finds the lines' ways; the boxes must have their places.</summary>
    public static void Set(Floors floors)
    {
        foreach (var line in floors.Lines.Where(l => l.Passages.Count > 0).OrderBy(l => l.Passages.Count))
            Pass(line, floors);
        foreach (var box in floors.Boxes)
        {
            Spread(box, [.. floors.Lines.Where(l => l.From == box)], l => l.Passages.Count > 0 ? l.Passages[0].Middle : Meeting(l), (l, x) => l.Begin = x);
            Spread(box, [.. floors.Lines.Where(l => l.To == box)], l => l.Passages.Count > 0 ? l.Passages[^1].Middle : Meeting(l), (l, x) => l.End = x);
        }
    }

    // The cheapest way from row to row (Viterbi's algorithm): a turn costs its length and a bend, a frame of others costs extra.
    private static void Pass(Line line, Floors floors)
    {
        double[] costs = [.. places.Select(x => Off(x, line.From))];
        int[][] before = new int[line.Passages.Count][];
        for (int i = 0; i < before.Length; i++)
        {
            before[i] = [.. Enumerable.Range(0, places.Length)];
            if (i > 0)
            {
                double[] cheapest = [.. costs];
                int[] from = [.. before[i]];
                for (int at = 1; at < places.Length; at++)
                    Take(cheapest, from, at, at - 1);
                for (int at = places.Length - 2; at >= 0; at--)
                    Take(cheapest, from, at, at + 1);
                for (int at = 0; at < places.Length; at++)
                    if (cheapest[at] + Bend < costs[at])
                        (costs[at], before[i][at]) = (cheapest[at] + Bend, from[at]);
            }

            var row = floors.Boxes.Where(b => b.Row == line.Passages[i].Row).ToArray();
            var foreign = floors.Wings.Where(w => w.Storey == row[0].Wing.Storey && w != line.From.Wing && w != line.To.Wing && row.Any(b => !b.IsFloor)).ToArray();
            double[] taken = [.. floors.Lines.SelectMany(l => l.Passages).Where(p => p.Row == line.Passages[i].Row).Select(p => p.Middle)];
            for (int at = 0; at < places.Length; at++)
            {
                double x = places[at];
                if (row.Any(b => x > b.Left - FromBox && x < b.Left + b.Width + FromBox) || taken.Any(t => Math.Abs(t - x) < FromLine))
                    costs[at] = double.PositiveInfinity;
                else if (foreign.Any(w => x > w.Left && x < w.Left + w.Width))
                    costs[at] += Foreign;
            }
        }

        int best = Enumerable.Range(0, places.Length).MinBy(at => costs[at] + Off(places[at], line.To));
        if (double.IsPositiveInfinity(costs[best]))
            throw new InvalidOperationException($"{line.From.Name} to {line.To.Name}: expected room for a line beside the boxes, got none. Give an assembly fewer columns.");
        for (int i = before.Length - 1; i >= 0; i--)
        {
            line.Passages[i].Middle = places[best];
            best = before[i][best];
        }
    }

    private static void Take(double[] costs, int[] from, int at, int other)
    {
        if (costs[other] + Step < costs[at])
            (costs[at], from[at]) = (costs[other] + Step, from[other]);
    }

    // How far a line must turn aside to come to a box, and a little for being far from its middle.
    private static double Off(double x, Box box) => Math.Max(0, Math.Max(box.Left + Corner - x, x - RightOf(box))) + 0.02 * Math.Abs(x - box.Middle);

    // Badges stand at the corner.
    private static double RightOf(Box box) => box.Left + box.Width - Corner - 20 * House.Walks.Count(w => w.Stations.Any(s => s.Room == box.Rooms[^1]));

    // Between boxes of neighbouring rows: straight down where they lie above each other.
    private static double Meeting(Line line)
    {
        double left = Math.Max(line.From.Left, line.To.Left) + Corner, right = Math.Min(RightOf(line.From), RightOf(line.To));
        return left <= right ? Math.Clamp((line.From.Middle + line.To.Middle) / 2, left, right) : (left + right) / 2;
    }

    // The places of lines along a side of a box, in the order of where they go.
    private static void Spread(Box box, Line[] lines, Func<Line, double> wish, Action<Line, double> set)
    {
        var sorted = lines.OrderBy(wish).ThenBy(l => l.To.Middle).ThenBy(l => l.From.Middle).ToArray();
        double left = box.Left + Corner, right = RightOf(box), gap = Math.Min(FromLine, (right - left) / Math.Max(1, sorted.Length));
        double[] ports = [.. sorted.Select(l => Math.Clamp(wish(l), left, right))];
        for (int i = 1; i < ports.Length; i++)
            ports[i] = Math.Max(ports[i], ports[i - 1] + gap);
        for (int i = ports.Length - 1; i >= 0; i--)
            set(sorted[i], Math.Round(ports[i] = Math.Min(ports[i], i == ports.Length - 1 ? right : ports[i + 1] - gap)));
    }
}
