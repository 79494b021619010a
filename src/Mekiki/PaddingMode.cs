namespace Mekiki;

/// <summary>What the margin around an image is filled with.</summary>
public enum PaddingMode
{
    /// <summary>One value, such as 0.</summary>
    Constant,

    /// <summary>The image, mirrored at its outermost pixels, which do not repeat: c b | a b c | b a.</summary>
    Reflect,

    /// <summary>The outermost pixels, repeated: a a | a b c | c c.</summary>
    Replicate,
}

/// <summary>How pixels between pixels are found.</summary>
public enum InterpolationMode
{
    /// <summary>As the nearest pixel before, PyTorch's <c>nearest</c>.</summary>
    Nearest,

    /// <summary>On straight lines between the four pixels around.</summary>
    Bilinear,
}
