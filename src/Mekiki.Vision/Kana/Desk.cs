namespace Mekiki.Vision.Kana;

/// <summary>What one thread draws with: characters, written by a hand of their own, on paper, printed and scanned.</summary>
internal sealed class Desk
{
    /// <summary>Width and height of every image in pixels.</summary>
    public const int Side = 48;

    private readonly Pen pen = new();
    private readonly InkField field = new();
    private readonly Print print = new();

    /// <summary>Draws one image.</summary>
    /// <param name="label">The character's index.</param>
    /// <param name="kind">What it is written with.</param>
    /// <param name="g">Draws everything about it.</param>
    /// <param name="image">Receives it, (48, 48), uint8.</param>
    public void Draw(int label, KanaHand kind, ref Generator g, Span<byte> image)
    {
        if (kind == KanaHand.Pen || (kind == KanaHand.Both && g.Chance(0.5f)))
        {
            var pupil = Hand.DrawPen(ref g);
            field.Clear();
            pen.Write(StrokeFile.Kana[label].Choose(ref g, withPen: true), pupil, 0, 0, ref g, field);
            print.Photograph(field, ref g, image);
            return;
        }

        var hand = Hand.Draw(ref g);
        field.Clear();
        pen.Write(StrokeFile.Kana[label].Choose(ref g), hand, 0, 0, ref g, field);
        Neighbours(hand, ref g);
        print.Scan(field, hand.Width, ref g, image);
    }

    // What a frame that was cut too wide shows: parts of the next characters, and now and then a ruled line.
    private void Neighbours(in Hand hand, ref Generator g)
    {
        if (g.Chance(0.09f))
            Next(hand, 0, g.Chance(0.5f) ? 1 : -1, ref g);
        if (g.Chance(0.03f))
            Next(hand, g.Chance(0.5f) ? 1 : -1, 0, ref g);
        if (g.Chance(0.015f))
        {
            float at = g.Chance(0.5f) ? g.Between(-1, 2.5f) : Side - g.Between(-1, 2.5f), radius = g.Between(0.4f, 1.2f);
            field.AddLine(at, -2, radius, at + g.Bell(), Side + 2, radius);
        }
    }

    private void Next(in Hand hand, int right, int below, ref Generator g)
    {
        var other = StrokeFile.Kana[g.NextInt32(StrokeFile.Kana.Count)].Choose(ref g);
        float distance = Side * g.Between(0.9f, 1.04f);
        pen.Write(other, hand, right * distance, below * distance, ref g, field);
    }
}
