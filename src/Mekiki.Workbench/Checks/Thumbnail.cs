using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Checks;

/// <summary>An image at 16x16 places: how far each is from the mean, so scaled that the squares add up to 1, in parts of 32,767.</summary>
internal static class Thumbnail
{
    private const int Side = 16;
    private const double One = short.MaxValue;

    /// <summary>The thumbnail of an image of 16x16 pixels or more; all 0 if it is even.</summary>
    public static short[] Of(ReadOnlySpan<byte> image, ImageShape shape)
    {
        Span<float> means = stackalloc float[Side * Side];
        AreaMeans.Write(image, shape, means, Side, Side);
        double mean = 0, squares = 0;
        foreach (float value in means)
            mean += value / means.Length;
        foreach (float value in means)
            squares += (value - mean) * (value - mean);
        var thumbnail = new short[means.Length];
        for (int i = 0; i < means.Length && squares > 0; i++)
            thumbnail[i] = (short)Math.Round((means[i] - mean) / Math.Sqrt(squares) * One);
        return thumbnail;
    }

    /// <summary>The correlation of two images, -1 to 1, to four digits.</summary>
    public static double Correlation(short[] first, short[] second)
    {
        long sum = 0;
        for (int i = 0; i < first.Length; i++)
            sum += first[i] * second[i];
        return Math.Clamp(sum / (One * One), -1, 1);
    }
}
