namespace Mekiki.Vision.Kana;

/// <summary>Random draws made of plain arithmetic alone, so that every machine draws the same image.</summary>
internal static class Draws
{
    /// <summary>A number with mean 0 and standard deviation 1, within [-3, 3]: nearly normal, the sum of three uniform ones.</summary>
    public static float Bell(this ref Generator g) => 2 * (g.NextSingle() + g.NextSingle() + g.NextSingle() - 1.5f);

    /// <summary>True with the given probability.</summary>
    public static bool Chance(this ref Generator g, float probability) => g.NextSingle() < probability;

    /// <summary>A number, uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static float Between(this ref Generator g, float low, float high) => low + (high - low) * g.NextSingle();

    /// <summary>A direction, uniform: a vector of length 1.</summary>
    public static (float X, float Y) Direction(this ref Generator g)
    {
        while (true)
        {
            float x = 2 * g.NextSingle() - 1, y = 2 * g.NextSingle() - 1, square = x * x + y * y;
            if (square is > 0.01f and <= 1)
                return (x / MathF.Sqrt(square), y / MathF.Sqrt(square));
        }
    }
}
