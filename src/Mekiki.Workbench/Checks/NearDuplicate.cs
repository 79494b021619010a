namespace Mekiki.Workbench.Checks;

/// <summary>Two images that are almost the same.</summary>
/// <param name="First">The first one's name.</param>
/// <param name="Second">The other's.</param>
/// <param name="Similarity">Their correlation at 16x16 pixels, up to 1.</param>
/// <param name="IsAcrossClasses">Whether they have different labels.</param>
public readonly record struct NearDuplicate(string First, string Second, double Similarity, bool IsAcrossClasses);
