namespace Mekiki.Vision.Data;

/// <summary>Files of a set that are not read, for one reason.</summary>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="Files">How many they are.</param>
/// <param name="Examples">The names of the first few.</param>
public sealed record LeftOutFiles(string Reason, int Files, IReadOnlyList<string> Examples)
{
    internal const int MostExamples = 3;

    /// <summary>It as a note of a set.</summary>
    public string ToNote() => $"Left out, {this}.";

    /// <summary>The line <c>NUMBER: REASON (EXAMPLES)</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Files:N0}: {Reason} ({string.Join(", ", Examples.Select(PrintedName.Of))}{(Files > Examples.Count ? ", …" : "")})");
}
