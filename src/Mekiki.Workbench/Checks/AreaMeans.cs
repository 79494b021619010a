using Mekiki.Vision.Images;

namespace Mekiki.Workbench.Checks;

/// <summary>Shrinks an image to a few places.</summary>
internal static class AreaMeans
{
    /// <summary>Writes the mean of each place, all channels together, 0 to 255.</summary>
    /// <param name="image">Pixels, (H, W, C).</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="means">Receives (height, width).</param>
    /// <param name="height">How many rows of places.</param>
    /// <param name="width">How many places a row.</param>
    public static void Write(ReadOnlySpan<byte> image, ImageShape shape, Span<float> means, int height, int width)
    {
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                int top = y * shape.Height / height, bottom = Math.Max(top + 1, (y + 1) * shape.Height / height);
                int left = x * shape.Width / width, right = Math.Max(left + 1, (x + 1) * shape.Width / width);
                long sum = 0;
                for (int row = top; row < bottom; row++)
                    foreach (byte value in image.Slice((row * shape.Width + left) * shape.Channels, (right - left) * shape.Channels))
                        sum += value;
                means[y * width + x] = (float)sum / ((bottom - top) * (right - left) * shape.Channels);
            }
    }
}
