namespace Mekiki.Architecture.Tests.Reading;

/// <summary>A type that stands in a namespace; types inside it, also those that the compiler makes, count as it.</summary>
/// <param name="Assembly">The assembly's name.</param>
/// <param name="Namespace">The namespace; empty for what the compiler adds to every assembly.</param>
/// <param name="Name">The type's name without its type parameters.</param>
internal readonly record struct CodeType(string Assembly, string Namespace, string Name)
{
    /// <summary>The full name.</summary>
    public override string ToString() => $"{Namespace}.{Name}";
}
