using System.Text;

namespace Mekiki;

/// <summary>A name in a line of text: line breaks and other control characters as <c>\n</c> and <c>\x1B</c>.</summary>
internal static class PrintedName
{
    public static string Of(string name)
    {
        if (!name.Any(char.IsControl))
            return name;
        var text = new StringBuilder();
        foreach (char c in name)
            _ = c switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ when char.IsControl(c) => text.Append("\\x").Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        return text.ToString();
    }
}
