using System.Globalization;

namespace Mekiki.Cli.Output;

/// <summary>Names for the files of one command: images of one name in several folders get numbers.</summary>
internal sealed class FreeNames
{
    private readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The stem, or the stem with a number that no one has.</summary>
    public string Of(string stem)
    {
        string name = stem;
        for (int i = 2; !taken.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}");
        return name;
    }
}
