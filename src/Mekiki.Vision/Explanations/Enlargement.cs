namespace Mekiki.Vision.Explanations;

/// <summary>Brings a small map to an image's size.</summary>
internal static class Enlargement
{
    /// <summary>Bilinear, between the middles of the pixels; divided by the pixels for each value, so that the sum stays about as it is.</summary>
    /// <param name="map">(h, w).</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>(H, W).</returns>
    public static Tensor Of(Tensor map, int height, int width)
    {
        int h = map.Shape[0], w = map.Shape[1];
        if ((h, w) == (height, width))
            return map;
        var from = map.Values;
        float share = (float)h * w / ((float)height * width);
        float[] to = new float[height * width];
        for (int y = 0; y < height; y++)
        {
            var (top, bottom, down) = Between(y, height, h);
            for (int x = 0; x < width; x++)
            {
                var (left, right, along) = Between(x, width, w);
                float above = from[top * w + left] * (1 - along) + from[top * w + right] * along;
                float below = from[bottom * w + left] * (1 - along) + from[bottom * w + right] * along;
                to[y * width + x] = (above * (1 - down) + below * down) * share;
            }
        }

        return Tensor.From(to, [height, width]);
    }

    private static (int Low, int High, float Share) Between(int at, int length, int count)
    {
        float place = Math.Clamp((at + 0.5f) * count / length - 0.5f, 0, count - 1);
        int low = (int)place;
        return (low, Math.Min(low + 1, count - 1), place - low);
    }
}
