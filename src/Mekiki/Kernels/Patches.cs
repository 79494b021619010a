namespace Mekiki.Kernels;

/// <summary>Finds small windows of images, (N, H, W, C); a window that leaves its image is copied out with zeros around it.</summary>
/// <param name="height">Rows of an image.</param>
/// <param name="width">Columns of an image.</param>
/// <param name="channels">Floats of a pixel.</param>
/// <param name="size">Rows and columns of a window.</param>
/// <param name="copy">Room for size · size · count floats.</param>
internal readonly unsafe struct Patches(int height, int width, int channels, int size, float* copy)
{
    /// <summary>The window whose corner is (<paramref name="y"/>, <paramref name="x"/>), of <paramref name="count"/> channels from <paramref name="first"/> on.</summary>
    /// <param name="images">The images.</param>
    /// <param name="image">Which of them.</param>
    /// <param name="y">Row of the corner; may be outside.</param>
    /// <param name="x">Column of the corner; may be outside.</param>
    /// <param name="first">The first channel wanted.</param>
    /// <param name="count">How many channels are wanted.</param>
    /// <param name="line">Receives the floats from row to row.</param>
    /// <param name="pixel">Receives the floats from pixel to pixel.</param>
    public float* At(float* images, int image, int y, int x, int first, int count, out nint line, out nint pixel)
    {
        float* corner = images + (((nint)image * height + y) * width + x) * channels + first;
        (line, pixel) = ((nint)width * channels, channels);
        if (y >= 0 && x >= 0 && y + size <= height && x + size <= width)
            return corner;
        float* to = copy;
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++, to += count)
                if ((uint)(y + i) < (uint)height && (uint)(x + j) < (uint)width)
                    new Span<float>(corner + i * line + j * pixel, count).CopyTo(new Span<float>(to, count));
                else
                    new Span<float>(to, count).Clear();
        (line, pixel) = (size * count, count);
        return copy;
    }
}
