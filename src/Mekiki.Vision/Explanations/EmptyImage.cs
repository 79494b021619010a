namespace Mekiki.Vision.Explanations;

/// <summary>What an image is compared with: its background alone, or itself without details.</summary>
internal static class EmptyImage
{
    /// <summary>Of each channel, the lower median of the outermost pixels, over the whole image.</summary>
    /// <param name="image">(1, C, H, W).</param>
    /// <returns>C · H · W values.</returns>
    public static float[] Border(Tensor image)
    {
        int channels = image.Shape[1], height = image.Shape[2], width = image.Shape[3], plane = height * width;
        var values = image.Values;
        float[] result = new float[channels * plane];
        var edge = new List<float>(2 * (height + width));
        for (int c = 0; c < channels; c++)
        {
            edge.Clear();
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x += y == 0 || y == height - 1 || x == width - 1 ? 1 : width - 1)
                    edge.Add(values[c * plane + y * width + x]);
            edge.Sort();
            result.AsSpan(c * plane, plane).Fill(edge[(edge.Count - 1) / 2]);
        }

        return result;
    }

    /// <summary>The image, blurred by a Gaussian; beyond the border its outermost pixels go on.</summary>
    /// <param name="image">(1, C, H, W).</param>
    /// <param name="deviation">Of the Gaussian, in pixels, above 0.</param>
    /// <returns>C · H · W values.</returns>
    public static float[] Blurred(Tensor image, float deviation)
    {
        int planes = image.Shape[1], height = image.Shape[2], width = image.Shape[3];
        int reach = (int)MathF.Ceiling(3 * deviation);
        float[] kernel = new float[2 * reach + 1];
        float sum = 0;
        for (int i = 0; i < kernel.Length; i++)
            sum += kernel[i] = MathF.Exp(-(i - reach) * (i - reach) / (2 * deviation * deviation));
        for (int i = 0; i < kernel.Length; i++)
            kernel[i] /= sum;
        float[] rows = new float[image.Count], result = new float[image.Count];
        Pass(image.Values, rows, planes * height, width, 1, kernel);
        for (int c = 0; c < planes; c++)
            Pass(rows.AsSpan(c * height * width, height * width), result.AsSpan(c * height * width, height * width), width, height, width, kernel);
        return result;
    }

    // Lines of length n; the elements of a line are step apart, and lines follow each other by what is left.
    private static void Pass(ReadOnlySpan<float> from, Span<float> to, int lines, int n, int step, float[] kernel)
    {
        int reach = kernel.Length / 2;
        for (int line = 0; line < lines; line++)
        {
            int first = step == 1 ? line * n : line;
            for (int i = 0; i < n; i++)
            {
                float sum = 0;
                for (int k = -reach; k <= reach; k++)
                    sum += kernel[k + reach] * from[first + Math.Clamp(i + k, 0, n - 1) * step];
                to[first + i * step] = sum;
            }
        }
    }
}
