namespace Mekiki.Vision.Images;

/// <summary>Brings pixels of any size to a wanted one, as an <see cref="ImageFit"/> says.</summary>
internal static class FitKernel
{
    /// <summary>Whether an image is taken as it is: it has the wanted size, and nothing is sought in it.</summary>
    public static bool Keeps((int Height, int Width) own, (int Height, int Width) wanted, ImageFit? fit) => own == wanted && fit != ImageFit.Ink;

    /// <summary>Writes (H, W, C) pixels as (<paramref name="height"/>, <paramref name="width"/>, C).</summary>
    /// <param name="image">(H, W, C).</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="fit">What becomes of other proportions.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <param name="height">Wanted height.</param>
    /// <param name="width">Wanted width.</param>
    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, ImageFit fit, Span<byte> destination, int height, int width)
    {
        if (fit == ImageFit.Pad)
            Pad(image, shape, destination, height, width);
        else if (fit == ImageFit.Crop)
            Crop(image, shape, destination, height, width);
        else if (fit == ImageFit.Ink)
            InkFrame.Run(image, shape, destination, height, width);
        else
            ResizeKernel.Run(image, shape, destination, height, width);
    }

    // The size that fits inside, at least 1x1.
    private static (int Height, int Width) Inside(ImageShape shape, int height, int width)
    {
        double scale = Math.Min((double)height / shape.Height, (double)width / shape.Width);
        return (Rounded(shape.Height * scale, height), Rounded(shape.Width * scale, width));
    }

    private static int Rounded(double side, int most) => Math.Clamp((int)(side + 0.5), 1, most);

    private static void Pad(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width)
    {
        var (innerHeight, innerWidth) = Inside(shape, height, width);
        if ((innerHeight, innerWidth) == (height, width))
        {
            ResizeKernel.Run(image, shape, destination, height, width);
            return;
        }

        int channels = shape.Channels, row = innerWidth * channels;
        var inner = new byte[innerHeight * row];
        ResizeKernel.Run(image, shape, inner, innerHeight, innerWidth);
        Span<byte> border = stackalloc byte[channels];
        BorderColour(inner, innerHeight, innerWidth, border);
        for (int at = 0; at < destination.Length; at += channels)
            border.CopyTo(destination[at..]);
        int top = (height - innerHeight) / 2, left = (width - innerWidth) / 2;
        for (int y = 0; y < innerHeight; y++)
            inner.AsSpan(y * row, row).CopyTo(destination[(((top + y) * width + left) * channels)..]);
    }

    /// <summary>The middle of the outermost pixels' values, channel by channel: one line of ink that touches the border does not change it.</summary>
    internal static void BorderColour(ReadOnlySpan<byte> pixels, int height, int width, Span<byte> colour)
    {
        int channels = colour.Length;
        Span<int> counts = stackalloc int[256];
        for (int c = 0; c < channels; c++)
        {
            counts.Clear();
            int all = 0;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x += y == 0 || y == height - 1 || x == width - 1 ? 1 : Math.Max(1, width - 1), all++)
                    counts[pixels[(y * width + x) * channels + c]]++;
            int value = 0;
            for (int below = counts[0]; 2 * below < all; below += counts[value])
                value++;
            colour[c] = (byte)value;
        }
    }

    private static void Crop(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width)
    {
        double scale = Math.Max((double)height / shape.Height, (double)width / shape.Width);
        int rows = Rounded(height / scale, shape.Height), columns = Rounded(width / scale, shape.Width), channels = shape.Channels;
        if ((rows, columns) == (shape.Height, shape.Width))
        {
            ResizeKernel.Run(image, shape, destination, height, width);
            return;
        }

        int top = (shape.Height - rows) / 2, left = (shape.Width - columns) / 2;
        var middle = new byte[rows * columns * channels];
        for (int y = 0; y < rows; y++)
            image.Slice(((top + y) * shape.Width + left) * channels, columns * channels).CopyTo(middle.AsSpan(y * columns * channels));
        ResizeKernel.Run(middle, new ImageShape(channels, rows, columns), destination, height, width);
    }
}
