namespace Mekiki.Vision.Images;

/// <summary>How images are scaled: the filter, which is as wide as the scale asks, so that nothing flickers when pictures become small (antialiasing).</summary>
/// <remarks>As Pillow's <c>Image.Resampling</c>, which torchvision's transforms use, to one grey level.</remarks>
public enum Resampling
{
    /// <summary>A triangle over two pixels.</summary>
    Bilinear,

    /// <summary>A cubic over four pixels, sharper: Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2.</summary>
    Bicubic,
}
