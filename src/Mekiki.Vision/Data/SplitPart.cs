namespace Mekiki.Vision.Data;

/// <summary>What an image is for.</summary>
public enum SplitPart
{
    /// <summary>The network learns from it.</summary>
    Train,

    /// <summary>Choices are made by it.</summary>
    Validation,

    /// <summary>The result is measured by it.</summary>
    Test,
}
