namespace Mekiki.Vision.Options;

/// <summary>A name that an option may have as its value.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">What it means, in one line, or an empty text.</param>
public readonly record struct OptionName(string Name, string Description = "");
