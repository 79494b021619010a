using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>What lies around an image, guessed from its outermost pixels: paper, or the dark of a screen.</summary>
internal static class Border
{
    /// <summary>The lower median of the outermost pixels, over all channels.</summary>
    public static byte Median(ReadOnlySpan<byte> image, ImageShape shape)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        int rowLength = shape.Width * shape.Channels, all = 0;
        for (int y = 0; y < shape.Height; y++)
        {
            var row = image.Slice(y * rowLength, rowLength);
            bool isEdge = y == 0 || y == shape.Height - 1;
            foreach (byte v in isEdge ? row : row[..shape.Channels])
                counts[v]++;
            all += isEdge ? rowLength : shape.Channels;
            if (isEdge || shape.Width == 1)
                continue;
            foreach (byte v in row[^shape.Channels..])
                counts[v]++;
            all += shape.Channels;
        }

        int value = 0;
        for (int below = counts[0]; 2 * below < all; below += counts[value])
            value++;
        return (byte)value;
    }
}
