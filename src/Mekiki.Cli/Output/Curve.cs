namespace Mekiki.Cli.Output;

/// <summary>A curve of a number that is measured again and again, as one line of characters: ▁▂▃▄▅▆▇█ from its least to its greatest.</summary>
/// <remarks>It keeps a fixed number of means; when they are full, each two neighbours become one, so that a long curve costs no more than a short one.</remarks>
internal sealed class Curve
{
    private const int Most = 256;
    private readonly double[] means = new double[Most];
    private int count, inLast, each = 1;

    /// <summary>The mean of the latest values.</summary>
    public double Last => count == 0 ? double.NaN : means[count - 1];

    /// <summary>Adds a value.</summary>
    public void Add(double value)
    {
        if (count == 0 || inLast == each)
        {
            if (count == Most)
                Halve();
            means[count++] = value;
            inLast = 1;
            return;
        }

        inLast++;
        means[count - 1] += (value - means[count - 1]) / inLast;
    }

    /// <summary>The curve, at most as many columns wide.</summary>
    /// <param name="columns">The most columns.</param>
    /// <param name="heights">Characters for heights, the lowest first.</param>
    public string Draw(int columns, string heights)
    {
        int shown = Math.Min(columns, count);
        var line = new char[shown];
        var values = new double[shown];
        for (int i = 0; i < shown; i++)
        {
            int from = (int)((long)count * i / shown), to = (int)((long)count * (i + 1) / shown);
            for (int k = from; k < to; k++)
                values[i] += means[k] / (to - from);
        }

        double least = shown == 0 ? 0 : values.Min(), range = shown == 0 ? 0 : values.Max() - least;
        for (int i = 0; i < shown; i++)
            line[i] = heights[range > 0 ? (int)Math.Min(heights.Length - 1, (values[i] - least) / range * heights.Length) : 0];
        return new string(line);
    }

    private void Halve()
    {
        for (int i = 0; i < Most / 2; i++)
            means[i] = (means[2 * i] + means[2 * i + 1]) / 2;
        count = Most / 2;
        each *= 2;
        inLast = each;
    }
}
