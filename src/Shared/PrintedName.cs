using System.Text;

namespace Mekiki;

/// <summary>A name in a line of text: line breaks and other control characters, also those that turn the direction of writing, as <c>\n</c>, <c>\x1B</c> and <c>\u202E</c>.</summary>
internal static class PrintedName
{
    public static string Of(string name)
    {
        if (!name.Any(Steers))
            return name;
        var text = new StringBuilder();
        foreach (char c in name)
            _ = c switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ when char.IsControl(c) => text.Append("\\x").Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture)),
                _ when Steers(c) => text.Append("\\u").Append(((int)c).ToString("X4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        return text.ToString();
    }

    private static bool Steers(char c) => char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029';
}
