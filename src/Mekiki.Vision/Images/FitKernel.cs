using System.Buffers;

namespace Mekiki.Vision.Images;

/// <summary>Brings pixels of any size to a wanted one, as a <see cref="Framing"/> says.</summary>
internal static class FitKernel
{
    /// <summary>Writes (H, W, C) pixels as (<paramref name="height"/>, <paramref name="width"/>, C).</summary>
    /// <param name="image">(H, W, C).</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="framing">How it is brought to the size.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <param name="height">Wanted height.</param>
    /// <param name="width">Wanted width.</param>
    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, in Framing framing, Span<byte> destination, int height, int width)
    {
        int cut = framing.Cut;
        if (framing is { Fit: ImageFit.Crop, Margin: > 0 })
        {
            Middle(image, shape, framing, destination, height, width);
            return;
        }

        if (cut == 0)
        {
            RunWhole(image, shape, framing, destination, height, width);
            return;
        }

        var (outerHeight, outerWidth) = framing.Outer(height, width);
        var outer = new ImageShape(shape.Channels, outerHeight, outerWidth);
        byte[] whole = ArrayPool<byte>.Shared.Rent(outer.Length);
        RunWhole(image, shape, framing, whole.AsSpan(0, outer.Length), outerHeight, outerWidth);
        Part(whole, outer, cut, cut, destination, height, width);
        ArrayPool<byte>.Shared.Return(whole);
    }

    /// <summary>Copies a part of (H, W, C), from a place on.</summary>
    public static void Part(ReadOnlySpan<byte> image, ImageShape shape, int top, int left, Span<byte> destination, int height, int width)
    {
        int row = width * shape.Channels;
        for (int y = 0; y < height; y++)
            image.Slice(((top + y) * shape.Width + left) * shape.Channels, row).CopyTo(destination[(y * row)..]);
    }

    private static void RunWhole(ReadOnlySpan<byte> image, ImageShape shape, in Framing framing, Span<byte> destination, int height, int width)
    {
        if (framing.Fit == ImageFit.Pad)
            Pad(image, shape, destination, height, width, framing.Resampling);
        else if (framing.Fit == ImageFit.Crop)
            Crop(image, shape, destination, height, width, framing.Resampling);
        else if (framing.Fit == ImageFit.Ink)
            InkFrame.Run(image, shape, destination, height, width, framing.Resampling);
        else
            ResizeKernel.Run(image, shape, destination, height, width, framing.Resampling);
    }

    // As torchvision's Resize and CenterCrop: the whole image is scaled until it fills the outer size, and what is seen is the middle of that.
    private static void Middle(ReadOnlySpan<byte> image, ImageShape shape, in Framing framing, Span<byte> destination, int height, int width)
    {
        var outer = framing.Outer(height, width);
        bool isWide = (long)shape.Width * outer.Height >= (long)shape.Height * outer.Width;
        var scaled = isWide
            ? (outer.Height, Width: Long((long)outer.Height * shape.Width / shape.Height, outer.Width))
            : (Height: Long((long)outer.Width * shape.Height / shape.Width, outer.Height), outer.Width);
        int margin = framing.Margin, kept = framing.Kept;
        ResizeKernel.RunPart(image, shape, scaled, (MiddleOf(scaled.Height, outer.Height - 2 * margin) - kept, MiddleOf(scaled.Width, outer.Width - 2 * margin) - kept), destination, height, width, framing.Resampling);

        // A line of millions of pixels would be longer than numbers are.
        static int Long(long side, int least) => (int)Math.Clamp(side, least, 1 << 30);
    }

    /// <summary>Where the middle part of a line begins; of halves the even number, as Python rounds.</summary>
    public static int MiddleOf(int whole, int part) => (int)Math.Round((whole - part) / 2.0);

    // The size that fits inside, at least 1x1.
    private static (int Height, int Width) Inside(ImageShape shape, int height, int width)
    {
        double scale = Math.Min((double)height / shape.Height, (double)width / shape.Width);
        return (Rounded(shape.Height * scale, height), Rounded(shape.Width * scale, width));
    }

    private static int Rounded(double side, int most) => Math.Clamp((int)(side + 0.5), 1, most);

    private static void Pad(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width, Resampling resampling)
    {
        var (innerHeight, innerWidth) = Inside(shape, height, width);
        if ((innerHeight, innerWidth) == (height, width))
        {
            ResizeKernel.Run(image, shape, destination, height, width, resampling);
            return;
        }

        int channels = shape.Channels, row = innerWidth * channels;
        var inner = new byte[innerHeight * row];
        ResizeKernel.Run(image, shape, inner, innerHeight, innerWidth, resampling);
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

    private static void Crop(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width, Resampling resampling)
    {
        double scale = Math.Max((double)height / shape.Height, (double)width / shape.Width);
        int rows = Rounded(height / scale, shape.Height), columns = Rounded(width / scale, shape.Width), channels = shape.Channels;
        if ((rows, columns) == (shape.Height, shape.Width))
        {
            ResizeKernel.Run(image, shape, destination, height, width, resampling);
            return;
        }

        int top = (shape.Height - rows) / 2, left = (shape.Width - columns) / 2;
        var middle = new byte[rows * columns * channels];
        Part(image, shape, top, left, middle, rows, columns);
        ResizeKernel.Run(middle, new ImageShape(channels, rows, columns), destination, height, width, resampling);
    }
}
