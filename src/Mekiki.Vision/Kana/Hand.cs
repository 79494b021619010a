namespace Mekiki.Vision.Kana;

/// <summary>How one image is written: a pen, habits, proportions; drawn anew for each image.</summary>
/// <remarks>Lengths are in pixels of the 48 x 48 frame, unless they are called shares.</remarks>
internal struct Hand
{
    /// <summary>Width of the pen's line at usual pressure.</summary>
    public float Width;

    /// <summary>How much pressure matters: 0 a ball pen, 1 a brush.</summary>
    public float Contrast;

    /// <summary>Share by which a stroke's beginning is thicker (or thinner, below 0).</summary>
    public float StartAccent;

    /// <summary>Share by which a stroke's end is thicker (or thinner, below 0).</summary>
    public float EndAccent;

    /// <summary>Share by which a line along <see cref="NibX"/>, <see cref="NibY"/> is thicker than usual.</summary>
    public float NibContrast;

    /// <summary>A direction, of length 1.</summary>
    public float NibX, NibY;

    /// <summary>Probability that the pen stays on the paper where a stroke may lead on.</summary>
    public float LeadOn;

    /// <summary>Standard deviations of what is drawn for each point and each stroke: shares of the square, and radians.</summary>
    public float PointJitter, StrokeShift, StrokeTurn, StrokeScale, PressureJitter;

    /// <summary>Where the dakuten or handakuten stands, beside what the stroke file says.</summary>
    public float MarkX, MarkY;

    /// <summary>How large the dots of a dakuten are, and how far apart; 1 is usual.</summary>
    public float DotScale, DotSpread;

    /// <summary>How large a handakuten is, 1 is usual; and the width of its line.</summary>
    public float RingScale, RingWidth;

    // The square in the frame: a linear map about the centre, a shift, and a smooth warp of second and third order.
    private float xx, xy, yx, yy, shiftX, shiftY;
    private Warp warpX, warpY;

    /// <summary>Draws a hand.</summary>
    public static Hand Draw(ref Generator g)
    {
        var hand = new Hand();
        float weight = g.NextSingle();
        hand.Width = 2.1f + 3.5f * weight * (0.45f + 0.55f * weight);
        hand.Contrast = 0.25f + 0.95f * g.NextSingle();
        hand.StartAccent = -0.15f + 0.75f * g.NextSingle();
        hand.EndAccent = -0.2f + 0.6f * g.NextSingle();
        hand.NibContrast = 0.28f * g.NextSingle();
        (hand.NibX, hand.NibY) = g.Direction();
        hand.LeadOn = 1.1f * g.NextSingle();
        float care = 0.6f + 0.8f * g.NextSingle();
        hand.PointJitter = 0.012f * care;
        hand.StrokeShift = 0.016f * care;
        hand.StrokeTurn = 0.055f * care;
        hand.StrokeScale = 0.05f * care;
        hand.PressureJitter = 0.13f;
        hand.MarkX = 0.03f * g.Bell();
        hand.MarkY = 0.035f * g.Bell();
        hand.DotScale = 0.75f + 0.5f * g.NextSingle();
        hand.DotSpread = 0.6f + 0.7f * g.NextSingle();
        hand.RingScale = 0.9f + 0.35f * g.NextSingle();
        hand.RingWidth = Math.Min(hand.Width * g.Between(0.5f, 0.8f), 2.3f);
        hand.Place(ref g);
        return hand;
    }

    /// <summary>Draws the hand of somebody who writes with a pen, a pencil or a finger: even lines, and shapes less careful than in print.</summary>
    public static Hand DrawPen(ref Generator g)
    {
        var hand = new Hand();
        float weight = g.NextSingle();
        hand.Width = 1 + 3.6f * weight * (0.3f + 0.7f * weight);
        hand.Contrast = 0.5f * g.NextSingle() * g.NextSingle();
        hand.StartAccent = 0.15f * g.Bell();
        hand.EndAccent = 0.15f * g.Bell();
        hand.NibContrast = 0.15f * g.NextSingle();
        (hand.NibX, hand.NibY) = g.Direction();
        hand.LeadOn = 0.5f * g.NextSingle() * g.NextSingle();
        float care = 0.5f + 1.1f * g.NextSingle();
        hand.PointJitter = 0.018f * care;
        hand.StrokeShift = 0.026f * care;
        hand.StrokeTurn = 0.08f * care;
        hand.StrokeScale = 0.09f * care;
        hand.PressureJitter = 0.08f;
        hand.MarkX = 0.04f * g.Bell();
        hand.MarkY = 0.05f * g.Bell();
        hand.DotScale = g.Between(0.8f, 1.7f);
        hand.DotSpread = g.Between(0.7f, 1.5f);
        hand.RingScale = g.Between(0.8f, 1.5f);
        hand.RingWidth = hand.Width * g.Between(0.8f, 1);
        hand.Place(ref g, size: 0.84f, sizeDeviation: 0.08f, aspectDeviation: 0.12f, turn: 0.035f, slantDeviation: 0.14f, shift: 1.8f, bend: 1.6f);
        return hand;
    }

    private void Place(ref Generator g, float size = 0.94f, float sizeDeviation = 0.09f, float aspectDeviation = 0.065f, float turn = 0.024f, float slantDeviation = 0.075f, float shift = 1.1f, float bend = 0.9f)
    {
        size = Desk.Side * (size + sizeDeviation * g.Bell());
        float aspect = 1 + aspectDeviation * g.Bell();
        float half = turn * g.Bell(), slant = slantDeviation * g.Bell(); // tangent of half the angle; shear along x
        float cos = (1 - half * half) / (1 + half * half), sin = 2 * half / (1 + half * half);
        float width = size * aspect, height = size / aspect;
        xx = cos * width;
        xy = (slant * cos - sin) * height;
        yx = sin * width;
        yy = (slant * sin + cos) * height;
        shiftX = Desk.Side * 0.5f + shift * g.Bell();
        shiftY = Desk.Side * 0.5f + shift * g.Bell();
        bend = 0.4f + bend * g.NextSingle();
        warpX = Warp.Draw(ref g, bend);
        warpY = Warp.Draw(ref g, bend);
    }

    /// <summary>Where a point of the unit square lies in the frame.</summary>
    public readonly (float X, float Y) ToFrame(float x, float y)
    {
        float u = 2 * x - 1, v = 2 * y - 1;
        return (xx * u * 0.5f + xy * v * 0.5f + shiftX + warpX.At(u, v), yx * u * 0.5f + yy * v * 0.5f + shiftY + warpY.At(u, v));
    }

    /// <summary>A smooth displacement: a polynomial in u and v, both in [-1, 1].</summary>
    private readonly record struct Warp(float UU, float UV, float VV, float UUU, float UUV, float UVV, float VVV)
    {
        public static Warp Draw(ref Generator g, float pixels) => new(
            pixels * g.Bell(), pixels * g.Bell(), pixels * g.Bell(),
            pixels * 0.7f * g.Bell(), pixels * 0.7f * g.Bell(), pixels * 0.7f * g.Bell(), pixels * 0.7f * g.Bell());

        public float At(float u, float v) => u * u * (UU + UUU * u + UUV * v) + v * v * (VV + UVV * u + VVV * v) + UV * u * v;
    }
}
