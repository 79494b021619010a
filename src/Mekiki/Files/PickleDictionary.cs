namespace Mekiki.Files;

/// <summary>A dictionary of a pickle, in its order. Only values under texts are kept; the others are counted.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<string, int> index = new(StringComparer.Ordinal);

    /// <summary>The values under texts, in the order in which their keys came first.</summary>
    public List<(string Key, object? Value)> Items { get; } = [];

    /// <summary>How many values stood under other keys.</summary>
    public int Others { get; private set; }

    /// <summary>Sets a value; the last one of a key counts, as in Python.</summary>
    public void Set(object? key, object? value)
    {
        if (key is not string text)
            Others++;
        else if (index.TryGetValue(text, out int at))
            Items[at] = (text, value);
        else
        {
            index.Add(text, Items.Count);
            Items.Add((text, value));
        }
    }

    /// <summary>The value under a text, or null.</summary>
    public object? Find(string key) => index.TryGetValue(key, out int at) ? Items[at].Value : null;
}
