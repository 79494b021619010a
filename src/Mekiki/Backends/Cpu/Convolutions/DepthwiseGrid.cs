using System.Runtime.CompilerServices;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>Finds the source pixels under a depthwise kernel; those outside the image are one and the same pixel of zeros, so that nothing is padded.</summary>
internal readonly unsafe struct DepthwiseGrid
{
    /// <summary>Rows and columns of an image.</summary>
    public required int Height { get; init; }

    /// <inheritdoc cref="Height"/>
    public required int Width { get; init; }

    public required int Channels { get; init; }

    /// <summary>How many rows there is room for, where a row takes the place of one this far above it; 0: for all.</summary>
    public int Ring { get; init; }

    /// <summary>Writes where the pixels of some rows lie.</summary>
    /// <param name="image">(H, W, C).</param>
    /// <param name="firstRow">The first row wanted; it may lie outside.</param>
    /// <param name="rows">Rows wanted.</param>
    /// <param name="firstColumn">The first column wanted; it may lie outside.</param>
    /// <param name="columns">Columns wanted.</param>
    /// <param name="zeros">What stands for pixels outside.</param>
    /// <param name="places">Receives (row, column).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(float* image, int firstRow, int rows, int firstColumn, int columns, float* zeros, float** places)
    {
        int left = Math.Clamp(-firstColumn, 0, columns), right = Math.Clamp(Width - firstColumn, left, columns);
        for (int row = firstRow; row < firstRow + rows; row++, places += columns)
        {
            bool isInside = (uint)row < (uint)Height;
            int from = isInside ? left : columns, to = isInside ? right : columns;
            int line = Ring == 0 ? row : row % Ring;
            float* at = image + ((nint)line * Width + firstColumn + from) * Channels;
            for (int j = 0; j < from; j++)
                places[j] = zeros;
            for (int j = from; j < to; j++, at += Channels)
                places[j] = at;
            for (int j = to; j < columns; j++)
                places[j] = zeros;
        }
    }
}
