using System.Globalization;

namespace Mekiki.Vision.Data;

/// <summary>Which class each file belongs to: the folder it lies in, below what all files share and the folders of parts.</summary>
/// <param name="Classes">Class names, in ordinal order of their folders; of a set with parts, in their own.</param>
/// <param name="Labels">Of each file, its class, or -1 when it lies in no class folder.</param>
internal sealed record ClassLayout(string[] Classes, int[] Labels)
{
    /// <summary>Reads the layout from paths in ordinal order.</summary>
    /// <remarks>
    /// Folders around all the class folders (<c>hiragana73/U3042/1.png</c>) are passed over, and so are <c>train</c> and
    /// <c>test</c> (<see cref="PartFolders"/>). Files deeper inside a class folder belong to it. A folder called <c>U3042</c> is
    /// the class あ.
    /// </remarks>
    public static ClassLayout Of(string[] names)
    {
        int skip = WrapperLength(names);
        var parts = PartFolders.Of(names, skip);
        var classes = new List<string>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var labels = new int[names.Length];
        string lastFolder = "";
        int lastLabel = -1;
        for (int i = 0; i < names.Length; i++)
        {
            var inside = names[i].AsSpan(Math.Min(skip, names[i].Length));
            int slash = inside.IndexOf('/');
            if (parts?[i] is not null)
            {
                inside = inside[(slash + 1)..];
                slash = inside.IndexOf('/');
            }

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

        return parts is null ? new ClassLayout([.. classes], labels) : InOrder([.. classes], labels);
    }

    // Classes that one part lacks would stand behind the others.
    private static ClassLayout InOrder(string[] classes, int[] labels)
    {
        int[] order = [.. Enumerable.Range(0, classes.Length).OrderBy(c => classes[c], StringComparer.Ordinal)];
        int[] places = new int[order.Length];
        for (int place = 0; place < order.Length; place++)
            places[order[place]] = place;
        return new ClassLayout([.. order.Select(c => classes[c])], Array.ConvertAll(labels, l => l < 0 ? l : places[l]));
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

    /// <summary>How long the folders are that all files share: passes over "a/" as long as every file lies in a folder inside it.</summary>
    public static int WrapperLength(IReadOnlyList<string> names)
    {
        int skip = 0;
        while (names.Count > 0)
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
