using System.Globalization;

namespace Mekiki.Vision.Data;

/// <summary>Which class each file belongs to: the folder it lies in, below what all files share.</summary>
/// <param name="Classes">Class names, in ordinal order of their folders.</param>
/// <param name="Labels">Of each file, its class, or -1 when it lies in no class folder.</param>
internal sealed record ClassLayout(string[] Classes, int[] Labels)
{
    /// <summary>Reads the layout from paths in ordinal order.</summary>
    /// <remarks>
    /// Folders around all the class folders (<c>hiragana73/U3042/1.png</c>) are passed over. Files deeper inside a class
    /// folder belong to it. A folder called <c>U3042</c> is the class あ.
    /// </remarks>
    public static ClassLayout Of(string[] names)
    {
        int skip = WrapperLength(names);
        var classes = new List<string>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var labels = new int[names.Length];
        string lastFolder = "";
        int lastLabel = -1;
        for (int i = 0; i < names.Length; i++)
        {
            var inside = names[i].AsSpan(Math.Min(skip, names[i].Length));
            int slash = inside.IndexOf('/');
            if (slash <= 0)
            {
                labels[i] = -1;
                continue;
            }

            if (!inside[..slash].SequenceEqual(lastFolder))
            {
                lastFolder = inside[..slash].ToString();
                string name = ClassName(lastFolder);
                if (!index.TryGetValue(name, out lastLabel))
                {
                    lastLabel = index[name] = classes.Count;
                    classes.Add(name);
                }
            }

            labels[i] = lastLabel;
        }

        return new ClassLayout([.. classes], labels);
    }

    /// <summary><c>U3042</c> or <c>U+3042</c> as the character it names; any other name as it is.</summary>
    public static string ClassName(string folder)
    {
        var digits = folder.AsSpan();
        if (!digits.StartsWith("U"))
            return folder;
        digits = digits[1..].TrimStart('+');
        return digits.Length is >= 4 and <= 6
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            && code is > 0x20 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF)
            ? char.ConvertFromUtf32(code)
            : folder;
    }

    // Passes over "a/" as long as every file lies in a folder inside it.
    private static int WrapperLength(string[] names)
    {
        int skip = 0;
        while (names.Length > 0)
        {
            int slash = names[0].IndexOf('/', skip);
            if (slash < 0)
                return skip;
            var prefix = names[0].AsSpan(0, slash + 1);
            foreach (string name in names)
                if (!name.AsSpan().StartsWith(prefix) || name.AsSpan(prefix.Length).IndexOf('/') <= 0)
                    return skip;
            skip = slash + 1;
        }

        return skip;
    }
}
