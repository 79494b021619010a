namespace Mekiki.Vision.Images;

/// <summary>How the bytes of a pixel follow each other in memory; one byte a channel.</summary>
public enum PixelFormat
{
    /// <summary>One grey value.</summary>
    Gray8,

    /// <summary>Red, green, blue.</summary>
    Rgb24,

    /// <summary>Blue, green, red, as Windows bitmaps and OpenCV have them.</summary>
    Bgr24,

    /// <summary>Red, green, blue, and how opaque the pixel is; colours are not multiplied by it. It lies over white.</summary>
    Rgba32,

    /// <summary>Blue, green, red, and how opaque the pixel is; colours are not multiplied by it. It lies over white.</summary>
    Bgra32,
}
