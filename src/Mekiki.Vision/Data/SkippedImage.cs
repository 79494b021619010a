namespace Mekiki.Vision.Data;

/// <summary>An image that could not be used, and why.</summary>
/// <param name="Name">Its path inside the set.</param>
/// <param name="Reason">What was expected and what was found, as a half sentence.</param>
public sealed record SkippedImage(string Name, string Reason)
{
    /// <summary>The line <c>NAME: REASON</c>.</summary>
    public override string ToString() => $"{Name}: {Reason}";
}
