namespace Mekiki.Architecture.Tests;

/// <summary>An assembly of the sources.</summary>
/// <param name="Name">The assembly's and its project's name.</param>
/// <param name="About">What it is for, in a few words.</param>
/// <param name="Columns">How many rooms the drawing puts beside each other.</param>
/// <param name="May">The assemblies that it may use; all stand below it.</param>
internal sealed record SourceAssembly(string Name, string About, int Columns, params string[] May);
