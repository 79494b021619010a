namespace Mekiki.Vision.Images;

/// <summary>How an image file stores its colours.</summary>
internal enum ImageMode : byte
{
    Grey,
    Rgb,
    Palette,
    Alpha,
}
