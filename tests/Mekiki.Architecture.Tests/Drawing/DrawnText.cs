namespace Mekiki.Architecture.Tests.Drawing;

/// <summary>How wide texts are, about: whoever looks at the drawing has a font of their own.</summary>
internal static class DrawnText
{
    /// <summary>The width of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The font's size, in the drawing's units.</param>
    public static double Width(string text, double size) => text.Sum(WidthOf) * size;

    /// <summary>Breaks a text into lines.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The font's size.</param>
    /// <param name="width">The greatest width of a line.</param>
    /// <param name="joint">What stands between its words.</param>
    public static IReadOnlyList<string> Wrapped(string text, double size, double width, string joint = " ")
    {
        var lines = new List<string>();
        foreach (string word in text.Split(joint))
        {
            if (lines.Count > 0 && Width(lines[^1] + joint + word, size) <= width)
                lines[^1] += joint + word;
            else
                lines.Add(word);
        }

        return lines;
    }

    // In units of the font's size; rather too wide than too narrow.
    private static double WidthOf(char letter) => letter switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' => 0.31,
        'f' or 'r' or 't' or ' ' or '(' or ')' or '-' => 0.39,
        'm' or 'w' or 'M' or 'W' => 0.9,
        >= 'A' and <= 'Z' => 0.7,
        _ => 0.61,
    };
}
