namespace Mekiki.Vision.Models;

/// <summary>What one layer of a network gives for images.</summary>
/// <param name="Layer">The layer's name, such as <c>layer3.0</c>; <c>conv1#2</c> where it is called a second time.</param>
/// <param name="Maps">(N, C, h, w), float32: C channels, each a map of the image.</param>
public sealed record LayerMaps(string Layer, Tensor Maps);
