namespace Mekiki.Cli.Commands;

/// <summary>A line that a user may copy.</summary>
/// <param name="Line">As typed, beginning with <c>mekiki</c>.</param>
/// <param name="Meaning">What it does, in a few words.</param>
internal sealed record Example(string Line, string Meaning);
