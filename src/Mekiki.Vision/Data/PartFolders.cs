namespace Mekiki.Vision.Data;

/// <summary>Sets without files that say themselves, by the names of their images, which of their images test: class folders inside <c>train</c>, <c>test</c> and, if they have it, <c>val</c>.</summary>
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
            if (PartNames.Whole(inside[..slash]) is not { } part)
                return null;
            parts[i] = part;
            trains |= part == SplitPart.Train;
            others |= part != SplitPart.Train;
            classes |= inside[(slash + 1)..].IndexOf('/') > 0;
        }

        return trains && others && classes ? parts : null;
    }

    /// <summary>How long the folders are that all names share: passes over "a/" as long as every one lies in a folder inside it.</summary>
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
