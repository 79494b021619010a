namespace Mekiki.Files;

/// <summary>A dictionary of a pickle, in its order. Only values under texts are kept; the others are counted.</summary>
internal sealed class PickleDictionary
{
    private static readonly List<(string, object?)> none = [];

    // A pickle may hold a million empty ones: both come with the first item.
    private Dictionary<string, int>? index;
    private List<(string Key, object? Value)> items = none;

    /// <summary>The values under texts, in the order in which their keys came first.</summary>
    public IReadOnlyList<(string Key, object? Value)> Items => items;

    /// <summary>How many values stood under other keys.</summary>
    public int Others { get; private set; }

    /// <summary>Sets a value; the last one of a key counts, as in Python.</summary>
    public void Set(object? key, object? value)
    {
        if (key is not string text)
        {
            Others++;
            return;
        }

        if (index is null)
            (index, items) = (new(StringComparer.Ordinal), []);
        if (index.TryGetValue(text, out int at))
        {
            items[at] = (text, value);
            return;
        }

        index.Add(text, items.Count);
        items.Add((text, value));
    }

    /// <summary>The value under a text, or null.</summary>
    public object? Find(string key) => index is not null && index.TryGetValue(key, out int at) ? items[at].Value : null;
}
