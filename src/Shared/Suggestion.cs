namespace Mekiki;

/// <summary>"Did you mean": finds the known name nearest to a mistyped one.</summary>
internal static class Suggestion
{
    private const int Longest = 200;

    /// <summary>The candidate nearest to <paramref name="name"/>, or null when none is near.</summary>
    /// <remarks>
    /// Near is an edit distance (Damerau and Levenshtein, optimal string alignment, without regard to case or to
    /// <c>-_. </c>) of at most a third of the name's length, and at least one. Equal distances: the first candidate wins.
    /// </remarks>
    public static string? For(string name, IEnumerable<string> candidates)
    {
        // A file may give a name of any length, and the distance takes time in proportion to it.
        if (name.Length > Longest)
            return null;
        string wanted = Plain(name);
        string? nearest = null;
        int least = Math.Max(1, wanted.Length / 3) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(wanted, Plain(candidate));
            if (distance < least)
                (nearest, least) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary>The sentence <c> Did you mean 'x'?</c> with a leading space, or an empty string when nothing is near.</summary>
    public static string Sentence(string name, IEnumerable<string> candidates) =>
        For(name, candidates) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    private static string Plain(string name)
    {
        var kept = new char[name.Length];
        int count = 0;
        foreach (char c in name)
            if (c is not ('-' or '_' or '.' or ' '))
                kept[count++] = char.ToLowerInvariant(c);
        return new string(kept, 0, count);
    }

    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
