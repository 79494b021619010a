namespace Mekiki.Workbench.Checks;

/// <summary>How many images there are of something, such as a class or a size.</summary>
public readonly record struct CountOf(string Name, int Count);
