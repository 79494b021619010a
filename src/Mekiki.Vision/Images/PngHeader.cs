namespace Mekiki.Vision.Images;

/// <summary>Size and colour type (0 grey, 2 RGB, 3 palette) of a PNG with 8 bits.</summary>
internal readonly record struct PngHeader(int Height, int Width, int ColourType)
{
    public int BytesPerPixel => ColourType == 2 ? 3 : 1;

    public int RowLength => Width * BytesPerPixel;
}
