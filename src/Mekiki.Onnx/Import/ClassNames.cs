using System.Globalization;
using System.Text;

namespace Mekiki.Onnx.Import;

/// <summary>Class names in the metadata of ONNX files.</summary>
internal static class ClassNames
{
    /// <summary>The names, or null: there are none, or they cannot be read. One that comes again has its number behind it: ImageNet has two classes "crane".</summary>
    public static List<string>? Of(IReadOnlyDictionary<string, string> metadata)
    {
        var names = metadata.TryGetValue("names", out string? dictionary) ? OfDictionary(dictionary)
            : metadata.TryGetValue("classes", out string? lines) ? [.. lines.TrimEnd('\n').Split('\n')]
            : null;
        if (names is null)
            return null;
        var known = new HashSet<string>();
        for (int c = 0; c < names.Count; c++)
            if (!known.Add(names[c]))
                known.Add(names[c] = string.Create(CultureInfo.InvariantCulture, $"{names[c]} ({c})"));
        return names;
    }

    // As Python writes a dictionary: {0: 'cat', 1: "it's"}.
    private static List<string>? OfDictionary(string text)
    {
        var names = new List<string>();
        int at = 0;
        while (true)
        {
            int quote = text.AsSpan(at).IndexOfAny('\'', '"');
            if (quote < 0)
                return names.Count > 0 ? names : null;
            at += quote;
            char mark = text[at++];
            var name = new StringBuilder();
            for (; at < text.Length && text[at] != mark; at++)
            {
                if (text[at] == '\\' && at + 1 < text.Length)
                    name.Append(text[++at] switch { 'n' => '\n', 'r' => '\r', var other => other });
                else
                    name.Append(text[at]);
            }

            if (at++ >= text.Length)
                return null;
            names.Add(name.ToString());
        }
    }
}
