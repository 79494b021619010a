namespace Mekiki.Vision.Evaluation;

/// <summary>Recognizing an image by five views: as it is, and shifted left, right, up and down; their probabilities are averaged.</summary>
/// <remarks>
/// log (1/5 Σ softmax(scores of view)). Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural
/// Networks", 2012, section 4.1. Differs from the paper: shifts within the image instead of crops, without mirroring; what comes in
/// from outside is the nearest pixel.
/// </remarks>
internal static class ShiftedViews
{
    /// <summary>The largest shift.</summary>
    public const int MostPixels = 16;

    /// <summary>The scores of images, as (N, K) logarithms of probabilities.</summary>
    /// <param name="network">(N, C, H, W) -> (N, K) logits; in evaluation mode.</param>
    /// <param name="images">(N, C, H, W), float32.</param>
    /// <param name="pixels">How far views are shifted, 1 to <see cref="MostPixels"/>.</param>
    public static Tensor Scores(Module network, Tensor images, int pixels) => Scores(network, images, pixels, network[images]);

    /// <inheritdoc cref="Scores(Module, Tensor, int)"/>
    /// <param name="network">(N, C, H, W) -> (N, K) logits; in evaluation mode.</param>
    /// <param name="images">(N, C, H, W), float32.</param>
    /// <param name="pixels">How far views are shifted, 1 to <see cref="MostPixels"/>.</param>
    /// <param name="logits">What the network answers for the images as they are, (N, K).</param>
    public static Tensor Scores(Module network, Tensor images, int pixels, Tensor logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        var sum = logits.Softmax(1);                             // (N, K)
        var pixelsOf = images.Values;
        var view = new TensorBuffer(images.Count);
        foreach (var (dx, dy) in new[] { (pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels) })
        {
            Shift(pixelsOf, images.Shape, dx, dy, view.Span);
            sum += network[view.ToTensor(images.Shape)].Softmax(1);
        }

        float[] scores = sum.ToArray();
        foreach (ref float score in scores.AsSpan())
            score = MathF.Log(MathF.Max(score / 5, float.Epsilon));
        return Tensor.From(scores, sum.Shape);
    }

    /// <summary>Each pixel (x, y) of the result is (x - dx, y - dy) of the image, or what is nearest to that.</summary>
    internal static void Shift(ReadOnlySpan<float> images, Shape shape, int dx, int dy, Span<float> result)
    {
        int height = shape[2], width = shape[3], left = Math.Clamp(dx, 0, width), right = Math.Clamp(width + dx, 0, width);
        for (int plane = 0; plane < shape[0] * shape[1]; plane++)
            for (int y = 0; y < height; y++)
            {
                var from = images.Slice((plane * height + Math.Clamp(y - dy, 0, height - 1)) * width, width);
                var to = result.Slice((plane * height + y) * width, width);
                to[..left].Fill(from[0]);
                if (right > left)
                    from.Slice(left - dx, right - left).CopyTo(to[left..right]);
                to[Math.Max(left, right)..].Fill(from[^1]);
            }
    }
}
