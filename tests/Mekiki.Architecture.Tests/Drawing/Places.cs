namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>Where rooms stand in their rows: near to what they are joined with, none upon another.</summary>
internal sealed class Places
{
    private const int Rounds = 60;
    private readonly Dictionary<Box, double> middles = [];
    private readonly ILookup<Box, Box> joined;

    private Places(Floors floors)
    {
        joined = floors.Lines.SelectMany(l => new[] { (Box: l.From, Other: l.To), (Box: l.To, Other: l.From) }).ToLookup(p => p.Box, p => p.Other);
        foreach (var box in floors.Boxes)
            middles[box] = (Least(box) + Most(box)) / 2;
        Box[][] rows = [.. floors.Boxes.GroupBy(b => b.Row).Select(r => r.ToArray())];
        for (int round = 0; round < Rounds; round++)
            foreach (var row in round % 2 == 0 ? rows : rows.Reverse())
                Arrange(row);
    }

    /// <summary>Places the boxes, whose widths and wings must be known.</summary>
    public static void Set(Floors floors)
    {
        foreach (var (box, middle) in new Places(floors).middles)
            box.Left = Math.Round(middle - box.Width / 2);
    }

    // Each as near as can be to the middle of those that it is joined with (the pool-adjacent-violators algorithm), within its wing.
    private void Arrange(Box[] row)
    {
        var wishes = row.ToDictionary(b => b, Wish);
        var sorted = row.OrderBy(b => wishes[b]).ToArray();
        double[] shift = new double[sorted.Length];
        for (int i = 1; i < sorted.Length; i++)
            shift[i] = shift[i - 1] + Distance(sorted[i - 1], sorted[i]);
        var pools = new Stack<(double Sum, int Count)>();
        for (int i = 0; i < sorted.Length; i++)
        {
            var pool = (Sum: wishes[sorted[i]] - shift[i], Count: 1);
            while (pools.TryPeek(out var last) && last.Sum / last.Count > pool.Sum / pool.Count)
            {
                pools.Pop();
                pool = (pool.Sum + last.Sum, pool.Count + last.Count);
            }

            pools.Push(pool);
        }

        int at = 0;
        foreach (var (sum, count) in pools.Reverse())
            for (int end = at + count; at < end; at++)
                middles[sorted[at]] = sum / count + shift[at];
        for (int i = 0; i < sorted.Length; i++)
            middles[sorted[i]] = Math.Max(Math.Max(middles[sorted[i]], Least(sorted[i])), i == 0 ? 0 : middles[sorted[i - 1]] + Distance(sorted[i - 1], sorted[i]));
        for (int i = sorted.Length - 1; i >= 0; i--)
            middles[sorted[i]] = Math.Min(Math.Min(middles[sorted[i]], Most(sorted[i])), i == sorted.Length - 1 ? Picture.Width : middles[sorted[i + 1]] - Distance(sorted[i], sorted[i + 1]));
    }

    // Near rows count more than far ones.
    private double Wish(Box box)
    {
        double sum = 0, weight = 0;
        foreach (var other in joined[box])
        {
            double part = 1.0 / Math.Abs(other.Row - box.Row);
            sum += part * middles[other];
            weight += part;
        }

        return Math.Clamp(weight == 0 ? middles[box] : sum / weight, Least(box), Most(box));
    }

    private static double Distance(Box left, Box right) => (left.Width + right.Width) / 2 + Picture.BoxGap;

    private static double Least(Box box) => (box.IsFloor ? Picture.Margin : box.Wing.Left + Picture.WingPadding) + box.Width / 2;

    private static double Most(Box box) => (box.IsFloor ? Picture.Width - Picture.Margin : box.Wing.Left + box.Wing.Width - Picture.WingPadding) - box.Width / 2;
}
