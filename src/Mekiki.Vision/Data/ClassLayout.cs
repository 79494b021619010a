using System.Globalization;

namespace Mekiki.Vision.Data;

/// <summary>Which class, and which part if any, each file belongs to.</summary>
/// <param name="Classes">Class names, in the order of their first files; of a set with parts around the classes, in their own.</param>
/// <param name="Labels">Of each file, its class, or why it has none: <see cref="NoClass"/> or <see cref="Outside"/>.</param>
/// <param name="Parts">Of each file with a class, its part; null: the set has none.</param>
/// <param name="Words">How classes and parts were recognized.</param>
internal sealed record ClassLayout(string[] Classes, int[] Labels, SplitPart?[]? Parts, string Words)
{
    /// <summary>It lies in no class folder.</summary>
    public const int NoClass = -1;

    /// <summary>It lies in a folder that is none of the parts.</summary>
    public const int Outside = -2;

    /// <summary>What the user should know of the names, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads the layout from paths in order, by <see cref="LayoutReading"/>. Files deeper inside a class folder belong to it.</summary>
    /// <exception cref="MekikiException">They can be read in two ways.</exception>
    public static ClassLayout Of(string source, string[] names, ImageSetOptions options)
    {
        var folders = new FolderTree[names.Length];
        var tree = FolderTree.Of(names, folders);
        var (words, hasOuterParts) = LayoutReading.Of(source, tree, options.Layout, options.Parts);
        var classes = new List<string>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var labels = new int[names.Length];
        var parts = new SplitPart?[names.Length];
        FolderTree? last = null;
        int lastLabel = NoClass;
        for (int i = 0; i < names.Length; i++)
        {
            if (folders[i] != last)
            {
                last = folders[i];
                if (last.Meaning.Class is not { } name)
                    lastLabel = last.Meaning.IsOutside ? Outside : NoClass;
                else if (!index.TryGetValue(name, out lastLabel))
                {
                    lastLabel = index[name] = classes.Count;
                    classes.Add(name);
                }
            }

            (labels[i], parts[i]) = (lastLabel, last.Meaning.Part);
        }

        bool isSplit = parts.Contains(SplitPart.Train) && parts.Any(p => p is not (null or SplitPart.Train));
        return new ClassLayout([.. classes], labels, isSplit ? parts : null, words) { Notes = NotesOn(classes) } is var layout && hasOuterParts ? layout.InOrder() : layout;
    }

    /// <summary>Classes whose names are almost the same.</summary>
    public static IReadOnlyList<string> NotesOn(IEnumerable<string> classes) =>
        [.. classes.GroupBy(name => string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant(), StringComparer.Ordinal).Where(g => g.Count() > 1)
            .Select(g => $"The classes {string.Join(", ", g.Select(n => $"'{PrintedName.Of(n)}'"))} differ in letter case or spaces alone; if they are one, give their folders one name.")];

    /// <summary><c>U3042</c> or <c>U+3042</c> as the character it names; any other name as it is, composed.</summary>
    public static string ClassName(string folder)
    {
        folder = ComposedName.Of(folder);
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

    // Classes that one part lacks would stand behind the others.
    private ClassLayout InOrder()
    {
        int[] order = [.. Enumerable.Range(0, Classes.Length).OrderBy(c => Classes[c], StringComparer.Ordinal)];
        int[] places = new int[order.Length];
        for (int place = 0; place < order.Length; place++)
            places[order[place]] = place;
        return this with { Classes = [.. order.Select(c => Classes[c])], Labels = Array.ConvertAll(Labels, l => l < 0 ? l : places[l]) };
    }
}
