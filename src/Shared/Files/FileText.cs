using System.Globalization;
using System.Text;

namespace Mekiki.Files;

/// <summary>Words for messages about files: what a file says is cut short, and cannot steer the reader's terminal.</summary>
internal static class FileText
{
    private const int Longest = 60;

    /// <summary>At most 60 characters of a text, control characters as question marks.</summary>
    public static string Short(string text)
    {
        var kept = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (kept.Length >= Longest)
                return kept.Append('…').ToString();
            kept.Append(Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? "?" : rune.ToString());
        }

        return kept.ToString();
    }

    /// <summary>For instance <c>(64, 1, 3, 3)</c>; at most eight dimensions are written out.</summary>
    public static string Shape(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("(");
        for (int i = 0; i < shape.Length && i < 8; i++)
            text.Append(i == 0 ? "" : ", ").Append(shape[i].ToString(CultureInfo.InvariantCulture));
        return text.Append(shape.Length > 8 ? ", …)" : ")").ToString();
    }

    /// <summary>For instance <c>12,345 bytes</c>.</summary>
    public static string Bytes(long count) => count == 1 ? "1 byte" : $"{Number(count)} bytes";

    /// <summary>For instance <c>12,345</c>.</summary>
    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
