namespace Mekiki.Vision.Kana;

/// <summary>Moves along strokes as a hand does, and leaves ink in a field.</summary>
internal sealed class Pen
{
    private const int MostPoints = 64, MostSamples = 2048;
    private const float Step = 1.6f; // pixels between samples of a curve

    private readonly Point[] points = new Point[MostPoints];
    private readonly Point[] samples = new Point[MostSamples];
    private readonly bool[] corners = new bool[MostPoints];

    /// <summary>Writes a character.</summary>
    /// <param name="form">The strokes.</param>
    /// <param name="hand">Who writes.</param>
    /// <param name="shiftX">How far right of its place, in pixels.</param>
    /// <param name="shiftY">How far below its place, in pixels.</param>
    /// <param name="g">Draws what differs from stroke to stroke.</param>
    /// <param name="field">Receives the ink.</param>
    public void Write(StrokeForm form, in Hand hand, float shiftX, float shiftY, ref Generator g, InkField field)
    {
        float width = hand.Width * Density(form);
        var lift = default(Point);
        bool onPaper = false;
        for (int s = 0; s < form.Strokes.Length; s++)
        {
            var stroke = form.Strokes[s];
            bool isMark = s >= form.Mark.Start;
            int count = Sketch(stroke, hand, isMark ? form.Mark : null, shiftX, shiftY, ref g);
            int length = Sample(count, isMark && form.Mark.IsRing ? hand.RingWidth : width, hand);
            if (onPaper)
                field.AddLine(lift.X, lift.Y, lift.Radius * 0.45f, samples[0].X, samples[0].Y, samples[0].Radius * 0.45f);
            for (int i = 1; i < length; i++)
                field.AddLine(samples[i - 1].X, samples[i - 1].Y, samples[i - 1].Radius, samples[i].X, samples[i].Y, samples[i].Radius);
            lift = samples[length - 1];
            onPaper = stroke.LeadsOn && g.Chance(hand.LeadOn);
        }
    }

    // A character with much ink is written with a thinner pen, as in type.
    private static float Density(StrokeForm form)
    {
        float length = 0;
        foreach (var stroke in form.Strokes)
            for (int i = 1; i < stroke.Points.Length; i++)
            {
                float dx = stroke.Points[i].X - stroke.Points[i - 1].X, dy = stroke.Points[i].Y - stroke.Points[i - 1].Y;
                length += MathF.Sqrt(dx * dx + dy * dy);
            }

        return Math.Clamp(MathF.Sqrt(MathF.Sqrt(2.4f / length)), 0.8f, 1.15f);
    }

    /// <summary>Places a stroke's points in the frame, each a little off.</summary>
    private int Sketch(Stroke stroke, in Hand hand, Mark? mark, float shiftX, float shiftY, ref Generator g)
    {
        float middleX = 0, middleY = 0;
        foreach (var p in stroke.Points)
        {
            middleX += p.X / stroke.Points.Length;
            middleY += p.Y / stroke.Points.Length;
        }

        float half = 0.5f * hand.StrokeTurn * g.Bell(), scale = 1 + hand.StrokeScale * g.Bell();
        float cos = scale * (1 - half * half) / (1 + half * half), sin = scale * 2 * half / (1 + half * half);
        float atX = middleX + hand.StrokeShift * g.Bell(), atY = middleY + hand.StrokeShift * g.Bell();
        float size = 1, jitter = hand.PointJitter;
        if (mark is { } m)
        {
            float spread = m.IsRing ? 1 : hand.DotSpread;
            (size, jitter) = (m.IsRing ? hand.RingScale : hand.DotScale, 0.6f * jitter);
            atX = m.X + hand.MarkX + spread * (middleX - m.X) + 0.5f * (atX - middleX);
            atY = m.Y + hand.MarkY + spread * (middleY - m.Y) + 0.5f * (atY - middleY);
        }

        for (int i = 0; i < stroke.Points.Length; i++)
        {
            var p = stroke.Points[i];
            float x = (p.X - middleX) * size + jitter * g.Bell(), y = (p.Y - middleY) * size + jitter * g.Bell();
            var (frameX, frameY) = hand.ToFrame(atX + cos * x - sin * y, atY + sin * x + cos * y);
            float pressure = 1 + hand.Contrast * (p.Pressure - 1);
            points[i] = new Point(frameX + shiftX, frameY + shiftY, pressure * (1 + hand.PressureJitter * g.Bell()));
            corners[i] = p.IsCorner;
        }

        return stroke.Points.Length;
    }

    /// <summary>The line that a stroke is meant to follow, as points that lie close to each other, in its square from (0, 0) to (1, 1).</summary>
    public static (float X, float Y)[] Line(Stroke stroke)
    {
        const int Steps = 8;
        var points = Array.ConvertAll(stroke.Points, p => new Point(p.X, p.Y, 0));
        var line = new List<(float X, float Y)> { (points[0].X, points[0].Y) };
        for (int i = 0; i + 1 < points.Length; i++)
        {
            var (from, to) = (points[i], points[i + 1]);
            var before = i > 0 && !stroke.Points[i].IsCorner ? points[i - 1] : from;
            var after = i + 2 < points.Length && !stroke.Points[i + 1].IsCorner ? points[i + 2] : to;
            for (int k = 1; k <= Steps; k++)
            {
                var point = Curve(before, from, to, after, Distance(from, to), k / (float)Steps);
                line.Add((point.X, point.Y));
            }
        }

        return [.. line];
    }

    /// <summary>Follows a smooth curve through the points, and gives each of its samples a radius.</summary>
    private int Sample(int count, float width, in Hand hand)
    {
        int length = 0;
        float total = 0;
        for (int i = 0; i + 1 < count; i++)
        {
            var (from, to) = (points[i], points[i + 1]);
            var before = i > 0 && !corners[i] ? points[i - 1] : from;
            var after = i + 2 < count && !corners[i + 1] ? points[i + 2] : to;
            float span = Distance(from, to);
            int steps = Math.Clamp((int)(span / Step) + 1, 2, 16);
            for (int k = i == 0 ? 0 : 1; k <= steps; k++)
                samples[length++] = Curve(before, from, to, after, span, k / (float)steps);
        }

        for (int i = 1; i < length; i++)
            total += Distance(samples[i - 1], samples[i]);
        float reach = 1.2f * width + 1.5f, gone = 0, endPressure = Math.Min(1, points[count - 1].Radius);
        for (int i = 0; i < length; i++)
        {
            var (a, b) = (samples[Math.Max(0, i - 1)], samples[Math.Min(length - 1, i + 1)]);
            float step = Distance(a, b), along = (b.X - a.X) * hand.NibX + (b.Y - a.Y) * hand.NibY;
            float factor = 1 + hand.NibContrast * (2 * along * along / (step * step + 1e-6f) - 1);
            gone += i > 0 ? Distance(a, samples[i]) : 0;
            float start = Math.Max(0, 1 - gone / reach), end = Math.Max(0, 1 - (total - gone) / reach);
            factor *= (1 + hand.StartAccent * start * start) * (1 + hand.EndAccent * endPressure * end * end);
            samples[i] = samples[i] with { Radius = 0.5f * width * factor * Math.Max(0.12f, samples[i].Radius) };
        }

        return length;
    }

    /// <summary>A centripetal Catmull-Rom curve from <paramref name="from"/> to <paramref name="to"/>, at t in [0, 1].</summary>
    /// <remarks>Catmull, Rom, "A class of local interpolating splines", 1974; the knots as in Lee, "Choosing nodes in parametric curve interpolation", 1989.</remarks>
    private static Point Curve(Point before, Point from, Point to, Point after, float span, float t)
    {
        float d0 = MathF.Sqrt(Distance(before, from)), d1 = MathF.Sqrt(span), d2 = MathF.Sqrt(Distance(to, after));
        var (startX, startY) = Tangent(before, from, to, d0, d1);
        var (endX, endY) = Tangent(after, to, from, d2, d1);
        float t2 = t * t, t3 = t2 * t, h01 = 3 * t2 - 2 * t3, h10 = t3 - 2 * t2 + t, h11 = t2 - t3;
        return new Point(
            from.X + h01 * (to.X - from.X) + h10 * startX + h11 * endX,
            from.Y + h01 * (to.Y - from.Y) + h10 * startY + h11 * endY,
            from.Radius + t * (to.Radius - from.Radius));
    }

    // The curve's direction at `at`, towards `next`, for a span of length 1 in t; straight on where there is no neighbour.
    private static (float X, float Y) Tangent(Point back, Point at, Point next, float backKnot, float knot)
    {
        if (backKnot < 1e-3f || knot < 1e-3f)
            return (next.X - at.X, next.Y - at.Y);
        float both = backKnot + knot;
        return (
            knot * ((at.X - back.X) / backKnot - (next.X - back.X) / both + (next.X - at.X) / knot),
            knot * ((at.Y - back.Y) / backKnot - (next.Y - back.Y) / both + (next.Y - at.Y) / knot));
    }

    private static float Distance(Point a, Point b)
    {
        float dx = a.X - b.X, dy = a.Y - b.Y;
        return MathF.Sqrt(dx * dx + dy * dy);
    }

    // Radius holds the pressure until the curve is sampled.
    private readonly record struct Point(float X, float Y, float Radius);
}
