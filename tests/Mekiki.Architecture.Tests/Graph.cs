namespace Mekiki.Architecture.Tests;

/// <summary>Names and the ways between them, in ordinal order.</summary>
internal sealed class Graph
{
    private readonly SortedDictionary<string, SortedSet<string>> next = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> reached = [];

    /// <summary>Makes a graph; a way from a name to itself does not count.</summary>
    public Graph(IEnumerable<string> names, IEnumerable<(string From, string To)> ways)
    {
        foreach (string name in names)
            next.TryAdd(name, new(StringComparer.Ordinal));
        foreach (var (from, to) in ways)
            if (from != to)
                next[from].Add(to);
        foreach (string name in next.Keys)
            reached[name] = Reached(name);
    }

    /// <summary>All names.</summary>
    public IEnumerable<string> Names => next.Keys;

    /// <summary>All ways.</summary>
    public IEnumerable<(string From, string To)> Ways => next.SelectMany(n => n.Value.Select(to => (n.Key, to)));

    /// <summary>Where one step leads.</summary>
    public IEnumerable<string> Next(string from) => next[from];

    /// <summary>Whether steps lead from one name to another.</summary>
    public bool Reaches(string from, string to) => reached[from].Contains(to);

    /// <summary>The names that lie on a circle, those together that lie on the same ones.</summary>
    public IReadOnlyList<string[]> Circles() =>
        [.. Names.Where(n => Reaches(n, n)).GroupBy(n => Names.First(m => m == n || Reaches(n, m) && Reaches(m, n))).Select(g => g.ToArray())];

    /// <summary>The same without circles: the names of each become one.</summary>
    /// <param name="joined">The new name of each name.</param>
    public Graph Joined(Func<string, string> joined) => new(Names.Select(joined), Ways.Select(w => (joined(w.From), joined(w.To))));

    /// <summary>The ways that no other steps replace, of a graph without circles.</summary>
    public IEnumerable<(string From, string To)> Reduced() => Ways.Where(w => !next[w.From].Any(over => over != w.To && Reaches(over, w.To)));

    private HashSet<string> Reached(string from)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? at))
            foreach (string to in next[at])
                if (found.Add(to))
                    open.Push(to);
        return found;
    }
}
