namespace Mekiki.Backends;

/// <summary>Stretches of work whose results nobody reads before the end: a backend may put work off there and join it with what follows.</summary>
/// <remarks>A module's forward pass and a backward pass are such stretches: no parameter changes within.</remarks>
internal static class Deferral
{
    [ThreadStatic] private static int depth;

    /// <summary>Whether work is put off at all; tests switch it off and compare.</summary>
    internal static bool IsEnabled { get; set; } = true;

    /// <summary>Whether work may be put off here and now, on this thread.</summary>
    public static bool IsAllowed => depth > 0 && IsEnabled;

    /// <summary>Begins a stretch.</summary>
    public static void Enter() => depth++;

    /// <summary>Ends it.</summary>
    public static void Leave() => depth--;
}
