namespace Mekiki.Vision.Transforms;

/// <summary>How a value between pixels is found.</summary>
public enum Interpolation
{
    /// <summary>The nearest pixel's value.</summary>
    Nearest,

    /// <summary>A weighted mean of the four pixels around.</summary>
    Bilinear,
}
