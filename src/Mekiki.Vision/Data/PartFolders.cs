namespace Mekiki.Vision.Data;

/// <summary>Sets that say themselves which of their images test: class folders inside <c>train</c>, <c>test</c> and, if they have it, <c>val</c>.</summary>
internal static class PartFolders
{
    /// <summary>Of each file, the part in whose folder it lies, or null outside of them.</summary>
    /// <param name="names">Paths with <c>/</c>.</param>
    /// <param name="skip">The length of the folders that all of them share.</param>
    /// <returns>Null unless every folder is a part's, some images train and others do not, and class folders lie inside.</returns>
    public static SplitPart?[]? Of(IReadOnlyList<string> names, int skip)
    {
        var parts = new SplitPart?[names.Count];
        bool trains = false, others = false, classes = false;
        for (int i = 0; i < parts.Length; i++)
        {
            var inside = names[i].AsSpan(Math.Min(skip, names[i].Length));
            int slash = inside.IndexOf('/');
            if (slash <= 0)
                continue;
            if (Named(inside[..slash]) is not { } part)
                return null;
            parts[i] = part;
            trains |= part == SplitPart.Train;
            others |= part != SplitPart.Train;
            classes |= inside[(slash + 1)..].IndexOf('/') > 0;
        }

        return trains && others && classes ? parts : null;
    }

    private static SplitPart? Named(ReadOnlySpan<char> folder) =>
        Is(folder, "train") || Is(folder, "training") ? SplitPart.Train
        : Is(folder, "test") || Is(folder, "testing") || Is(folder, "t10k") ? SplitPart.Test
        : Is(folder, "val") || Is(folder, "valid") || Is(folder, "validation") ? SplitPart.Validation
        : null;

    private static bool Is(ReadOnlySpan<char> folder, string name) => folder.Equals(name, StringComparison.OrdinalIgnoreCase);
}
