namespace Mekiki.Vision.Images;

/// <summary>The shape of one image: channels (1 grey, 3 RGB), height and width in pixels.</summary>
/// <example>
/// <code>
/// var shape = new ImageShape(Channels: 3, Height: 224, Width: 224);
/// var network = Catalogue.Find("resnet18").Create(shape, classes: 10);
/// </code>
/// </example>
/// <param name="Channels">C: 1 for grey, 3 for RGB.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>The longest side of an image that is trained on or recognized, in pixels.</summary>
    public const int MostSide = 6144;

    /// <summary>How many values the image holds: C · H · W.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>The shape as <c>1x48x48</c>, in the order (C, H, W).</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
