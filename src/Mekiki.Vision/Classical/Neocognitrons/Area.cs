namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The area from which a cell receives connections: a square of positions ν, and how strong the connection from each is.</summary>
internal sealed class Area
{
    private readonly float[] strengths;

    private Area(int side, float[] strengths) => (Side, this.strengths) = (side, strengths);

    /// <summary>Positions in a row, and rows.</summary>
    public int Side { get; }

    /// <summary>Of each position, row by row.</summary>
    public ReadOnlySpan<float> Strengths => strengths;

    /// <summary>Strengths that fall with the distance |ν| from the middle, exp(-|ν|² / 2σ²); their sum is 1.</summary>
    /// <param name="side">Positions in a row.</param>
    /// <param name="deviation">σ, in positions.</param>
    public static Area Decreasing(int side, double deviation)
    {
        double[] values = Bell(side, deviation);
        return new(side, Array.ConvertAll(values, v => (float)v));
    }

    /// <summary>An excitatory middle and an inhibitory surround: one bell with the sum 1 minus a wider one with the sum <paramref name="inhibition"/>.</summary>
    /// <param name="side">Positions in a row.</param>
    /// <param name="middle">σ of the excitation, in positions.</param>
    /// <param name="surround">σ of the inhibition, in positions.</param>
    /// <param name="inhibition">How strong it is as a whole; with 1, all strengths sum up to 0.</param>
    public static Area WithSurround(int side, double middle, double surround, double inhibition)
    {
        double[] plus = Bell(side, middle), minus = Bell(side, surround);
        var strengths = new float[plus.Length];
        for (int i = 0; i < strengths.Length; i++)
            strengths[i] = (float)(plus[i] - inhibition * minus[i]);
        return new(side, strengths);
    }

    /// <summary>Every strength times <paramref name="factor"/>.</summary>
    public Area Times(float factor) => new(Side, Array.ConvertAll(strengths, s => s * factor));

    private static double[] Bell(int side, double deviation)
    {
        var values = new double[side * side];
        double middle = (side - 1) / 2.0, sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double y = i / side - middle, x = i % side - middle;
            sum += values[i] = Math.Exp(-(y * y + x * x) / (2 * deviation * deviation));
        }

        return Array.ConvertAll(values, v => v / sum);
    }
}
