using System.Text;
using System.Text.Unicode;

namespace Mekiki.Files;

/// <summary>The names in an archive that does not say in which encoding they are.</summary>
/// <remarks>
/// Most write UTF-8, with its flag or without. Of the others, Japanese Windows writes Shift JIS, and western systems code page 437 (PKWARE's
/// APPNOTE, appendix D). Bytes of the one are often valid in the other, so that all names of an archive are judged together: kana, or
/// characters that no western word has, tell Shift JIS; a letter of 437 beside a plain one, as in Größe, tells 437.
/// </remarks>
internal static class ZipNames
{
    private static Encoding ShiftJis => field ??= CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private static Encoding Western => field ??= CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>Each name as text; different bytes stay different.</summary>
    public static string[] Decode(IReadOnlyList<ReadOnlyMemory<byte>> names)
    {
        var texts = new string[names.Count];
        List<int>? others = null;
        for (int i = 0; i < texts.Length; i++)
            if (Utf8.IsValid(names[i].Span))
                texts[i] = Encoding.UTF8.GetString(names[i].Span);
            else
                (others ??= []).Add(i);
        if (others is null)
            return texts;
        var encoding = AreJapanese([.. others.Select(i => names[i])]) ? ShiftJis : Western;
        foreach (int i in others)
            texts[i] = encoding.GetString(names[i].Span);
        return texts;
    }

    private static bool AreJapanese(ReadOnlyMemory<byte>[] names)
    {
        string[] japanese;
        try
        {
            japanese = Array.ConvertAll(names, n => ShiftJis.GetString(n.Span));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        // User-defined characters: bytes that Shift JIS leaves to each company.
        if (japanese.Any(n => n.AsSpan().ContainsAnyInRange('\uE000', '\uF8FF')))
            return false;
        if (japanese.Any(n => n.AsSpan().ContainsAnyInRange('\u3040', '\u30FF')))
            return true;
        string[] western = Array.ConvertAll(names, n => Western.GetString(n.Span));
        return western.Any(n => n.Any(c => c > 127 && !char.IsLetter(c) || c is >= 'α' and <= 'ω' or 'Γ' or 'Σ' or 'Φ' or 'Θ' or 'Ω')) || !western.Any(HasMixedWord);
    }

    // A plain letter beside one that is not.
    private static bool HasMixedWord(string name)
    {
        for (int i = 1; i < name.Length; i++)
            if ((char.IsAsciiLetter(name[i - 1]) && name[i] > 127) || (char.IsAsciiLetter(name[i]) && name[i - 1] > 127))
                return true;
        return false;
    }
}
