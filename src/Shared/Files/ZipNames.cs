using System.Text;
using System.Text.Unicode;

namespace Mekiki.Files;

/// <summary>The names in an archive that does not say in which encoding they are.</summary>
/// <remarks>
/// Most write UTF-8, with its flag or without. Of the others, Japanese Windows writes Shift JIS, western archivers code page 437 (PKWARE's
/// APPNOTE, appendix D), and some Windows-1252. Bytes of one are often valid in another, so that all names of an archive are judged
/// together: words of letters that the west uses, beside plain ones as in Größe, tell a western page; kana tell Shift JIS.
/// </remarks>
internal static class ZipNames
{
    private static Encoding ShiftJis => field ??= CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private static Encoding Dos => field ??= CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    private static Encoding Windows => field ??= CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

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
        var encoding = EncodingOf([.. others.Select(i => names[i])]);
        foreach (int i in others)
            texts[i] = encoding.GetString(names[i].Span);
        return texts;
    }

    private static Encoding EncodingOf(ReadOnlyMemory<byte>[] names)
    {
        bool isDos = IsPlausible(Dos), isWindows = !isDos && IsPlausible(Windows);
        var western = isWindows ? Windows : Dos;
        try
        {
            string[] japanese = Array.ConvertAll(names, n => ShiftJis.GetString(n.Span));
            bool hasKana = japanese.Any(n => n.AsSpan().ContainsAnyInRange('\u3040', '\u30FF'));
            // User-defined characters: bytes that Shift JIS leaves to each company.
            bool isOdd = japanese.Any(n => n.AsSpan().ContainsAnyInRange('\uE000', '\uF8FF'));
            return !isOdd && (hasKana || !(isDos || isWindows) || !names.Any(n => HasMixedWord(western.GetString(n.Span)))) ? ShiftJis : western;
        }
        catch (DecoderFallbackException)
        {
            return western;
        }

        bool IsPlausible(Encoding encoding) => names.All(n => encoding.GetString(n.Span).All(c => c < 128 || c is >= 'À' and <= 'ÿ' and not ('×' or '÷') || c == 'ƒ' && encoding == Dos));
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
