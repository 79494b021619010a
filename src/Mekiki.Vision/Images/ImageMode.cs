namespace Mekiki.Vision.Images;

/// <summary>How an image file stores its colours.</summary>
public enum ImageMode : byte
{
    /// <summary>Grey values.</summary>
    Grey,

    /// <summary>Red, green and blue.</summary>
    Rgb,

    /// <summary>Numbers of colours in a table.</summary>
    Palette,

    /// <summary>Grey values or colours, and how opaque each pixel is.</summary>
    Alpha,
}
