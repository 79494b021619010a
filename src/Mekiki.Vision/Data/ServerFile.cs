namespace Mekiki.Vision.Data;

/// <summary>What a server says of a file.</summary>
/// <param name="Condition">What identifies its bytes: a strong ETag, or the date of the last change; null: nothing does.</param>
/// <param name="Length">Bytes of the whole file; null: it does not say.</param>
/// <param name="Refusal">The status with which it refuses the file, such as <c>404 Not Found</c>; null: it does not.</param>
internal readonly record struct ServerFile(string? Condition, long? Length, string? Refusal);
