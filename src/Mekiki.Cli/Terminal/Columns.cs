namespace Mekiki.Cli.Terminal;

/// <summary>How many columns of a terminal a text takes.</summary>
internal static class Columns
{
    /// <remarks>Two for kana, ideographs and other wide characters (Unicode Standard Annex 11, the blocks that are wide throughout), else one.</remarks>
    public static int Of(string text)
    {
        int columns = 0;
        foreach (var rune in text.EnumerateRunes())
            columns += IsWide(rune.Value) ? 2 : 1;
        return columns;
    }

    /// <summary>A text, filled up with spaces to a width.</summary>
    public static string Padded(string text, int width) => text + new string(' ', Math.Max(0, width - Of(text)));

    /// <summary>Whether a character takes two columns.</summary>
    public static bool IsWide(int rune) =>
        rune is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0x303E or >= 0x3041 and <= 0x33FF or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF
            or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFF01 and <= 0xFF60 or >= 0x1B000 and <= 0x1B16F or >= 0x20000 and <= 0x3FFFD;
}
