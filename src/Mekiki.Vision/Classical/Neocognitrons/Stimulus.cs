using System.Runtime.CompilerServices;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>What the photoreceptors see: 1 where there is ink, 0 where there is paper, whatever the light and the preprocessing were.</summary>
/// <remarks>
/// In each image by itself, the paper is the level that 85 % of the pixels do not exceed towards the light, the ink the one
/// that 3 % do not exceed towards the dark; between them a pixel counts t in [0, 1], and (t - 0.15)/0.7, cut to [0, 1], is the
/// stimulus, so that the paper's own texture vanishes. With light ink on dark paper all is turned round first. Which of
/// the two it is, is learnt for a whole set: the paper is what the borders show. The papers take stimuli as they are given.
/// </remarks>
internal static class Stimulus
{
    private const int Levels = 256;
    private const float PaperShare = 0.85f, InkShare = 0.03f, Least = 0.15f, Range = 0.7f, LeastContrast = 1e-3f;

    /// <summary>The stimuli of images.</summary>
    /// <param name="images">(N, C, H, W); colours are averaged.</param>
    /// <param name="isInkLight">Whether ink is lighter than paper.</param>
    /// <param name="side">Pixels in a row of the stimulus, and rows: averages over parts of the image.</param>
    /// <returns>(N, 1, side, side), in [0, 1].</returns>
    public static Tensor Of(Tensor images, bool isInkLight, int side)
    {
        int count = images.Shape[0], height = images.Shape[2], width = images.Shape[3];
        int pixels = height * width, size = images.Shape[1] * pixels;
        using var given = BufferPool.Rent(images.Count);
        var stimuli = new TensorBuffer((long)count * pixels);
        images.CopyTo(given.Span);
        Threads.For(count, n => Write(given.Span.Slice(n * size, size), isInkLight, stimuli.Span.Slice(n * pixels, pixels)));
        var ink = stimuli.ToTensor([count, 1, height, width]);
        return (height, width) == (side, side) ? ink : ink.AdaptiveAvgPool(side, side);
    }

    /// <summary>Whether a set's ink is lighter than its paper: whether images are, in the mean, lighter inside than along their borders.</summary>
    public static bool IsInkLight(PreparedImages images)
    {
        const int MostTried = 1000;
        var shape = images.Shape;
        var values = new float[shape.Length];
        double difference = 0;
        for (int n = 0; n < Math.Min(MostTried, images.Count); n++)
        {
            images.Read(n, values);
            double all = 0, border = 0;
            int onBorder = 0;
            for (int i = 0; i < values.Length; i++)
            {
                int y = i / shape.Width % shape.Height, x = i % shape.Width;
                all += values[i];
                if (y == 0 || x == 0 || y == shape.Height - 1 || x == shape.Width - 1)
                    (border, onBorder) = (border + values[i], onBorder + 1);
            }

            difference += all / values.Length - border / onBorder;
        }

        return difference > 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(ReadOnlySpan<float> image, bool isInkLight, Span<float> to)
    {
        int pixels = to.Length, channels = image.Length / pixels;
        float least = float.MaxValue, most = float.MinValue, scale = (isInkLight ? -1f : 1f) / channels;
        for (int p = 0; p < pixels; p++)
        {
            float sum = 0;
            for (int c = 0; c < channels; c++)
                sum += image[c * pixels + p];
            to[p] = sum * scale;
            (least, most) = (Math.Min(least, to[p]), Math.Max(most, to[p]));
        }

        float contrast = most - least;
        if (!(contrast > LeastContrast) || !float.IsFinite(contrast))
        {
            to.Clear();
            return;
        }

        float perLevel = contrast / (Levels - 1);
        Span<int> counts = stackalloc int[Levels];
        counts.Clear();
        for (int p = 0; p < pixels; p++)
            counts[(int)((to[p] - least) / perLevel)]++;
        int paper = LevelOf(counts, PaperShare * pixels), dark = LevelOf(counts, InkShare * pixels);
        float white = least + perLevel * paper, range = Math.Max(1, paper - dark) * perLevel * Range;
        float first = Math.Max(1, paper - dark) * perLevel * Least;
        for (int p = 0; p < pixels; p++)
            to[p] = Math.Clamp((white - to[p] - first) / range, 0f, 1f);
    }

    // The level that so many of the pixels do not exceed.
    private static int LevelOf(ReadOnlySpan<int> counts, float share)
    {
        int level = 0;
        for (float left = share; level < Levels - 1 && left > counts[level]; level++)
            left -= counts[level];
        return level;
    }
}
