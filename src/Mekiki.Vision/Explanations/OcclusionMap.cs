namespace Mekiki.Vision.Explanations;

/// <summary>Covers one square of the image after the other, and looks how far the score falls.</summary>
/// <remarks>
/// M(p) = mean over the squares S that hold p, and over both fillings, of f(x) − f(x with S covered). Zeiler, Fergus, "Visualizing and Understanding
/// Convolutional Networks", 2014, arXiv:1311.2901, section 4.2. Differs from the paper: f is the difference of two classes' scores; squares
/// are filled with the median of the border, of each channel, and once more with the blurred image, instead of grey.
/// </remarks>
internal static class OcclusionMap
{
    /// <summary>The part of the shorter side that a square covers.</summary>
    private const int Parts = 6;

    /// <returns>(H, W).</returns>
    public static Tensor Of(Recognizer recognizer, Tensor image, Question question, float score, ExplanationOptions options, CancellationToken cancellation)
    {
        int height = image.Shape[2], width = image.Shape[3];
        int side = Math.Min(options.PatchSize ?? Math.Max(1, (int)Math.Round(Math.Min(height, width) / (double)Parts)), Math.Min(height, width));
        int stride = Math.Min(options.Stride ?? Math.Max(1, side / 2), side);
        int[] rows = Places(height, side, stride), columns = Places(width, side, stride);
        float[][] fills = [EmptyImage.Border(image), EmptyImage.Blurred(image, side / 2f)];
        float visible = 0.5f / 255 / Enumerable.Range(0, image.Shape[1]).Max(c => recognizer.Preprocessing.Deviation[c]);
        var views = new OccludedViews(image, fills, rows, columns, side, visible);
        double[] falls = new double[rows.Length * columns.Length];
        foreach (var (batch, places) in views.Batches(options.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var scores = recognizer.Scores(batch).Values;
            int classes = scores.Length / places.Count;
            for (int n = 0; n < places.Count; n++)
                falls[places[n]] += ((double)score - question.Score(scores.Slice(n * classes, classes))) / fills.Length;
        }

        return Spread(falls, rows, columns, side, height, width);
    }

    /// <summary>Where squares begin, every <paramref name="stride"/> pixels: the first and the last reach beyond the image, so that its border is covered as often as its middle.</summary>
    internal static int[] Places(int length, int side, int stride)
    {
        var places = new List<int>();
        for (int at = stride - side; at < length; at += stride)
            places.Add(at);
        return [.. places];
    }

    // Of each pixel, the mean over the squares that hold it.
    private static Tensor Spread(double[] falls, int[] rows, int[] columns, int side, int height, int width)
    {
        double[] sums = new double[height * width];
        int[] counts = new int[height * width];
        for (int r = 0; r < rows.Length; r++)
            for (int c = 0; c < columns.Length; c++)
                for (int y = Math.Max(0, rows[r]); y < Math.Min(height, rows[r] + side); y++)
                    for (int x = Math.Max(0, columns[c]); x < Math.Min(width, columns[c] + side); x++)
                    {
                        sums[y * width + x] += falls[r * columns.Length + c];
                        counts[y * width + x]++;
                    }

        float[] map = new float[height * width];
        for (int i = 0; i < map.Length; i++)
            map[i] = (float)(sums[i] / counts[i]);
        return Tensor.From(map, [height, width]);
    }
}
