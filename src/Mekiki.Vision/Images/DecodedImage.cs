namespace Mekiki.Vision.Images;

/// <summary>What an image was before it was brought to a shape.</summary>
/// <param name="Height">Its height in pixels, as it stands upright.</param>
/// <param name="Width">Its width.</param>
/// <param name="LooksBlack">Whether it has 16 bits of which only the lowest twelve, or fewer, are used, so that it is black in 8.</param>
/// <param name="IgnoresProfile">Whether a colour profile in it could not be followed, so that colours are as they stand.</param>
internal readonly record struct DecodedImage(int Height, int Width, bool LooksBlack = false, bool IgnoresProfile = false);
