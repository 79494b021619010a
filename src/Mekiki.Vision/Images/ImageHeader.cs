namespace Mekiki.Vision.Images;

/// <summary>What an image file's first bytes tell of it.</summary>
/// <param name="Name">The file's path inside its set.</param>
/// <param name="Height">Height in pixels, as the picture stands upright.</param>
/// <param name="Width">Width in pixels, as the picture stands upright.</param>
/// <param name="Mode">Its colours.</param>
public readonly record struct ImageHeader(string Name, int Height, int Width, ImageMode Mode);
