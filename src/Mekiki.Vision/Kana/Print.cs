namespace Mekiki.Vision.Kana;

/// <summary>Turns ink on paper into a scanned picture: rough edges, blur, tones, noise, specks.</summary>
internal sealed class Print
{
    private const int Side = Desk.Side, Pixels = Side * Side;

    private const float BlurShare = 0.2f;

    // Makes noise that was blurred 0 to 3 times as strong as it was: one over the root of the sum of the squared weights.
    private static readonly float[] noiseGain = [1, 2.27f, 3.2f, 3.92f];

    private readonly float[] ink = new float[Pixels];
    private readonly float[] cloud = new float[Pixels];
    private readonly float[] scratch = new float[Pixels];

    /// <summary>Prints and scans.</summary>
    /// <param name="field">Where the ink is.</param>
    /// <param name="width">Width of the pen's line in pixels: broad lines are printed darker.</param>
    /// <param name="g">Draws paper, ink, blur and noise.</param>
    /// <param name="image">Receives the picture, (48, 48), uint8.</param>
    public void Scan(InkField field, float width, ref Generator g, Span<byte> image)
    {
        bool twoTone = g.Chance(0.24f);
        Edge(field, ref g, twoTone);
        if (!twoTone)
            Specks(ref g, 0.12f);
        int passes = twoTone ? g.NextInt32(4) : 1 + g.NextInt32(2) + g.NextInt32(1 + g.NextInt32(5));
        for (int i = 0; i < passes; i++)
            Blur(ink, BlurShare);
        Wear(ref g, twoTone ? 0.3f : 0.45f);
        Level();
        if (twoTone)
        {
            Specks(ref g, 0.35f);
            Threshold(0.3f, 0.58f, ref g, image);
        }
        else
        {
            Tone(width, ref g, image);
        }
    }

    /// <summary>Makes a picture of what was drawn on a screen or written on clean paper.</summary>
    /// <param name="field">Where the ink is.</param>
    /// <param name="g">Draws ground, ink, blur and noise.</param>
    /// <param name="image">Receives the picture, (48, 48), uint8.</param>
    public void Photograph(InkField field, ref Generator g, Span<byte> image)
    {
        bool twoTone = g.Chance(0.4f), isScreen = !twoTone && g.Chance(0.4f);
        Cloud(ref g, 6 + g.NextInt32(16));
        float roughness = isScreen ? 0 : 0.4f * g.NextSingle();
        for (int i = 0; i < Pixels; i++)
            ink[i] = Math.Clamp(0.5f - field.Values[i] + roughness * cloud[i], 0, 1);
        int passes = isScreen ? g.NextInt32(2) : g.NextInt32(4);
        for (int i = 0; i < passes; i++)
            Blur(ink, BlurShare);
        Level();
        if (twoTone)
        {
            Threshold(0.3f, 0.58f, ref g, image);
            return;
        }

        float ground = isScreen ? 255 : 255 - 70 * g.NextSingle() * g.NextSingle(), dark = Math.Min(ground - 70, 150 * g.NextSingle() * g.NextSingle());
        float grain = isScreen ? 0 : 6 * g.NextSingle() * g.NextSingle(), tiltX = isScreen ? 0 : 12 * g.Bell(), tiltY = isScreen ? 0 : 12 * g.Bell();
        Noise(ref g, scratch);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                int i = y * Side + x;
                float paper = ground + tiltX * (x / (float)Side - 0.5f) + tiltY * (y / (float)Side - 0.5f);
                image[i] = (byte)Math.Clamp(paper + (dark - paper) * Math.Min(1, ink[i]) + grain * scratch[i] + 0.5f, 0, 255);
            }
    }

    /// <summary>Ink in [0, 1] with edges one pixel soft, moved in and out by a rough noise.</summary>
    private void Edge(InkField field, ref Generator g, bool twoTone)
    {
        Cloud(ref g, 6 + g.NextInt32(16));
        float roughness = g.Between(0.1f, twoTone ? 1 : 0.8f), spread = 0.5f + (twoTone ? g.Between(0, 0.6f) : 0.12f * g.Bell());
        for (int i = 0; i < Pixels; i++)
            ink[i] = Math.Clamp(spread - field.Values[i] + roughness * cloud[i], 0, 1);
    }

    /// <summary>Uneven ink: places with less of it.</summary>
    private void Wear(ref Generator g, float most)
    {
        float wear = g.NextSingle();
        wear *= wear * most;
        Cloud(ref g, 4 + g.NextInt32(14));
        for (int i = 0; i < Pixels; i++)
            ink[i] *= 1 - wear * Math.Max(0, cloud[i]);
    }

    /// <summary>Lifts the darkest ink half way to full: a scan is exposed so that thin, blurred lines can still be read.</summary>
    private void Level()
    {
        float most = 0.05f;
        foreach (float value in ink)
            most = Math.Max(most, value);
        float gain = 0.5f + 0.5f / most;
        for (int i = 0; i < Pixels; i++)
            ink[i] *= gain;
    }

    /// <summary>Black and white only, as a scanner's line mode gives it; sometimes coarser than the frame's pixels.</summary>
    private void Threshold(float least, float most, ref Generator g, Span<byte> image)
    {
        float level = g.Between(least, most), noise = 0.09f * g.NextSingle();
        Noise(ref g, cloud);
        int cells = g.Chance(0.15f) ? 28 + g.NextInt32(20) : Side;
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                int from = (y * cells / Side * Side + Side / 2) / cells * Side + (x * cells / Side * Side + Side / 2) / cells;
                image[y * Side + x] = ink[from] + noise * cloud[from] > level ? (byte)0 : (byte)255;
            }
    }

    /// <summary>Grey paper and dark ink, both uneven, with a scanner's noise.</summary>
    private void Tone(float width, ref Generator g, Span<byte> image)
    {
        float light = g.NextSingle(), paper = 252 - 92 * light * (0.35f + 0.65f * g.NextSingle());
        float dark = Math.Min(paper - 55, 5 + (125 - 13 * width) * g.NextSingle());
        float gain = 0.85f + 0.55f * g.NextSingle(), stain = 10 * g.NextSingle(), tiltX = 7 * g.Bell(), tiltY = 7 * g.Bell();
        int passes = 1 + g.NextInt32(3);
        float grain = noiseGain[passes] * (1 + 6 * g.NextSingle() * g.NextSingle()), mottle = noiseGain[passes] * 12 * g.NextSingle();
        Noise(ref g, scratch);
        for (int i = 0; i < passes; i++)
            Blur(scratch, BlurShare);
        Cloud(ref g, 2 + g.NextInt32(9));
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                int i = y * Side + x;
                float v = Math.Min(1, ink[i] * gain);
                float ground = paper + stain * cloud[i] + tiltX * (x / (float)Side - 0.5f) + tiltY * (y / (float)Side - 0.5f);
                image[i] = (byte)Math.Clamp(ground + (dark - ground) * v + (grain + mottle * v) * scratch[i] + 0.5f, 0, 255);
            }
    }

    /// <summary>Bits of ink where none should be, and dust where ink should be.</summary>
    private void Specks(ref Generator g, float probability)
    {
        if (!g.Chance(probability))
            return;
        int count = 1 + g.NextInt32(1 + g.NextInt32(12));
        for (int i = 0; i < count; i++)
        {
            int size = 1 + g.NextInt32(3), x = g.NextInt32(Side - size), y = g.NextInt32(Side - size);
            float value = g.Chance(0.75f) ? 1 : 0;
            for (int k = 0; k < size * size; k++)
                if (!g.Chance(0.25f))
                    ink[(y + k / size) * Side + x + k % size] = value;
        }
    }

    /// <summary>Smooth noise in [-1, 1]: random values on a grid of cells, blended between them.</summary>
    private void Cloud(ref Generator g, int cells)
    {
        Span<float> grid = stackalloc float[26 * 26];
        int across = cells + 1;
        for (int i = 0; i < across * across; i++)
            grid[i] = 2 * g.NextSingle() - 1;
        float step = cells / (float)Side;
        for (int y = 0; y < Side; y++)
        {
            float v = y * step;
            int row = (int)v;
            v -= row;
            for (int x = 0; x < Side; x++)
            {
                float u = x * step;
                int at = (int)u + row * across;
                u -= (int)u;
                float upper = grid[at] + u * (grid[at + 1] - grid[at]), lower = grid[at + across] + u * (grid[at + across + 1] - grid[at + across]);
                cloud[y * Side + x] = upper + v * (lower - upper);
            }
        }
    }

    /// <summary>Fills with independent values of mean 0 and standard deviation 1: sums of four bytes.</summary>
    private static void Noise(ref Generator g, float[] values)
    {
        for (int i = 0; i < Pixels; i += 2)
        {
            ulong bits = g.NextUInt64();
            values[i] = Sum((uint)bits);
            values[i + 1] = Sum((uint)(bits >> 32));
        }

        static float Sum(uint bits) => ((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24) - 510f) * (1 / 147.8f);
    }

    /// <summary>Gives each pixel the share <paramref name="side"/> of each neighbour, in x and in y.</summary>
    private void Blur(float[] values, float side)
    {
        float centre = 1 - 2 * side;
        var line = values == scratch ? cloud : scratch;
        for (int y = 0; y < Side; y++)
        {
            var row = values.AsSpan(y * Side, Side);
            var to = line.AsSpan(y * Side, Side);
            to[0] = (1 - side) * row[0] + side * row[1];
            to[Side - 1] = (1 - side) * row[Side - 1] + side * row[Side - 2];
            for (int x = 1; x < row.Length - 1; x++)
                to[x] = centre * row[x] + side * (row[x - 1] + row[x + 1]);
        }

        for (int y = 0; y < Side; y++)
        {
            var above = line.AsSpan(Math.Max(0, y - 1) * Side, Side);
            var row = line.AsSpan(y * Side, Side);
            var below = line.AsSpan(Math.Min(Side - 1, y + 1) * Side, Side);
            var to = values.AsSpan(y * Side, Side);
            for (int x = 0; x < to.Length; x++)
                to[x] = centre * row[x] + side * (above[x] + below[x]);
        }
    }
}
