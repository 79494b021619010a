namespace Mekiki.Serving.Http;

/// <summary>What a client sent, as far as messages and logs repeat it.</summary>
internal static class Printed
{
    private const int Longest = 80;

    /// <summary>At most 80 characters, without those that steer a terminal.</summary>
    public static string Short(string text)
    {
        string kept = text.Length > Longest ? text[..Longest] + "…" : text;
        return kept.Any(char.IsControl) ? string.Concat(kept.Select(c => char.IsControl(c) ? '?' : c)) : kept;
    }
}
