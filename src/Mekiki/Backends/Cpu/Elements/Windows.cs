namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Finds small square windows of images, (N, H, W, C), pixel by pixel; what lies outside its image is one and the same place.</summary>
/// <param name="images">The images.</param>
/// <param name="height">Rows of an image.</param>
/// <param name="width">Columns of an image.</param>
/// <param name="channels">Floats of a pixel.</param>
/// <param name="size">Rows and columns of a window.</param>
/// <param name="outside">A pixel's room: zeros where windows are read, anything where they are written.</param>
internal readonly unsafe struct Windows(float* images, int height, int width, int channels, int size, float* outside)
{
    /// <summary>Writes where each pixel of a window lies, row by row.</summary>
    /// <param name="image">Which image.</param>
    /// <param name="y">Row of the window's corner; may be outside.</param>
    /// <param name="x">Column of the window's corner; may be outside.</param>
    /// <param name="first">The first channel wanted.</param>
    /// <param name="places">Receives size · size places.</param>
    public void Find(int image, int y, int x, int first, float** places)
    {
        float* corner = images + (((nint)image * height + y) * width + x) * channels + first;
        bool isInside = y >= 0 && x >= 0 && y + size <= height && x + size <= width;
        for (int i = 0; i < size; i++, corner += (nint)width * channels)
        {
            bool isRow = isInside || (uint)(y + i) < (uint)height;
            float* at = corner;
            for (int j = 0; j < size; j++, at += channels)
                *places++ = isInside || (isRow && (uint)(x + j) < (uint)width) ? at : outside;
        }
    }
}
