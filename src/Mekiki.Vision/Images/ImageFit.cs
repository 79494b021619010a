namespace Mekiki.Vision.Images;

/// <summary>How an image of other proportions becomes one of the wanted size.</summary>
public enum ImageFit
{
    /// <summary>All of it is seen, and its proportions are kept: it is scaled into the middle, and the rest has the colour of its border.</summary>
    Pad,

    /// <summary>Its proportions are kept: it is scaled until it fills the size, and what stands over at two sides is cut off.</summary>
    Crop,

    /// <summary>All of it is seen: height and width are scaled each by its own factor.</summary>
    Stretch,

    /// <summary>What is drawn is seen, dark on light and with its proportions: where it fills less than most of the image, its surroundings are left out; the rest has the colour of the border.</summary>
    Ink,
}
