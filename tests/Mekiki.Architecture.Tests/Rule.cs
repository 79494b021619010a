namespace Mekiki.Architecture.Tests;

/// <summary>A rule of the house, which names all that breaks it.</summary>
internal static class Rule
{
    /// <summary>Asserts that nothing breaks a rule.</summary>
    /// <param name="rule">The rule, in a sentence.</param>
    /// <param name="breaches">What breaks it.</param>
    public static void Holds(string rule, IEnumerable<string> breaches)
    {
        string[] found = [.. breaches];
        if (found.Length > 0)
            Assert.Fail($"{rule} Expected no exception, got {found.Length}:\n{string.Join('\n', found)}");
    }
}
