namespace Mekiki.Vision.Images;

/// <summary>What the colour profile of an image file asks for.</summary>
internal enum ColourProfile
{
    /// <summary>Nothing: there is none, or it is sRGB.</summary>
    None,

    /// <summary>The colours are converted to sRGB by it.</summary>
    Followed,

    /// <summary>It is damaged, or of another kind of picture: colours are taken as they stand.</summary>
    Ignored,
}
