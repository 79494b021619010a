namespace Mekiki.Vision.Data;

/// <summary>Paints image number <paramref name="index"/>.</summary>
/// <param name="index">The image's number in its set.</param>
/// <param name="image">Receives (H, W, C), uint8.</param>
public delegate void DrawImage(int index, Span<byte> image);
