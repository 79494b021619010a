namespace Mekiki.Onnx.Import;

/// <summary>How a line of pixels becomes a longer or shorter one.</summary>
/// <remarks>As ONNX's reference computes it: github.com/onnx/onnx, docs/Operators.md, Resize; cubic weights after Keys, "Cubic convolution interpolation for digital image processing", 1981.</remarks>
internal sealed class ResizeLine
{
    private readonly (int Place, double Weight)[][] taps;

    /// <summary>Works out a line.</summary>
    /// <param name="rule">How.</param>
    /// <param name="from">Pixels of the input, 1 or more.</param>
    /// <param name="to">Pixels of the result, 1 or more.</param>
    /// <param name="scale">The length of the result by that of the input, which rounding need not make <paramref name="to"/>.</param>
    /// <param name="cut">The part of the input that is scaled, as shares of its length; for tf_crop_and_resize.</param>
    public ResizeLine(ResizeRule rule, int from, int to, double scale, (float Start, float End) cut)
    {
        (From, To, IsOutside) = (from, to, new bool[to]);
        taps = new (int, double)[to][];
        long[]? nearest = rule.Mode == "nearest" ? new long[to] : null;
        for (int p = 0; p < to; p++)
        {
            double place = PlaceOf(rule, p, from, to, scale, cut);
            IsOutside[p] = rule.Places == "tf_crop_and_resize" && (place < 0 || place > from - 1);
            // The pixel left of the place, and how far behind it the place is, in (0, 1].
            double left = Math.Clamp(Math.Ceiling(place) - 1, -from - 4.0, 2.0 * from + 4), share = Math.Clamp(place - left, 0, 1);
            if (nearest is null)
                taps[p] = Taps(rule, (int)left, share, Math.Min(scale, 1));
            else
            {
                nearest[p] = Math.Clamp((long)left + (IsRight(rule.Nearest, share) ? 1 : 0), 0, from - 1);
                taps[p] = [((int)nearest[p], 1)];
            }
        }

        Nearest = nearest;
    }

    public int From { get; }

    public int To { get; }

    /// <summary>The pixel that each takes; null: each is a sum.</summary>
    public long[]? Nearest { get; }

    /// <summary>Which pixels of the result lie outside of the input.</summary>
    public bool[] IsOutside { get; }

    /// <summary>The pixels that one is the weighted sum of.</summary>
    public (int Place, double Weight)[] Taps(int pixel) => taps[pixel];

    /// <summary>All weights, (from, to).</summary>
    public float[] Matrix()
    {
        var matrix = new float[From * To];
        for (int p = 0; p < To; p++)
            foreach (var (place, weight) in taps[p])
                matrix[place * To + p] += (float)weight;
        return matrix;
    }

    private static bool IsRight(string mode, double share) => share == 1 || mode switch
    {
        "round_prefer_floor" => share > 0.5,
        "round_prefer_ceil" => share >= 0.5,
        "ceil" => true,
        _ => false,
    };

    // The length is the scale times the input's, whole or not, as in the reference.
    private static double PlaceOf(ResizeRule rule, int p, int from, int to, double scale, (float Start, float End) cut)
    {
        double length = scale * from;
        switch (rule.Places)
        {
            case "align_corners":
                return length == 1 ? 0 : p * (from - 1) / (length - 1);
            case "asymmetric":
                return p / scale;
            case "tf_half_pixel_for_nn":
                return (p + 0.5) / scale;
            case "pytorch_half_pixel" when to == 1:
                return 0;
            case "half_pixel_symmetric":
                return from / 2.0 * (1 - to / length) + (p + 0.5) / scale - 0.5;
            case "tf_crop_and_resize":
                double whole = from - 1;
                return to == 1 ? (cut.Start + (double)cut.End) / 2 * whole : cut.Start * whole + p * ((double)cut.End - cut.Start) * whole / (length - 1);
            default:
                return (p + 0.5) / scale - 0.5;
        }
    }

    private (int Place, double Weight)[] Taps(ResizeRule rule, int left, double share, double scale)
    {
        double narrow = rule.IsAntialiased ? scale : 1;
        int reach = rule.Mode == "linear" ? 1 : 2, start = (int)Math.Floor(Math.Max(-reach / narrow, -From - 4.0)) + 1, count = 2 - 2 * start;
        var all = new List<(int, double)>(count);
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            int place = left + start + i;
            if (rule.LeavesOutside && (place < 0 || place >= From))
                continue;
            double distance = Math.Abs((start + i - share) * narrow), weight = reach == 1 ? Math.Max(0, 1 - distance) : Cubic(distance, rule.CubicA);
            if (weight == 0)
                continue;
            all.Add((Math.Clamp(place, 0, From - 1), weight));
            sum += weight;
        }

        // Weights of one place alone add up to 1 by themselves.
        return rule.LeavesOutside || rule.IsAntialiased ? [.. all.Select(t => (t.Item1, sum == 0 ? 0 : t.Item2 / sum))] : [.. all];
    }

    private static double Cubic(double x, double a) => x switch
    {
        <= 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
        < 2 => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a,
        _ => 0,
    };
}
