using System.Globalization;

namespace Mekiki.Files;

/// <summary>What is wrong with the lines of a file: how many are, and the first ten.</summary>
internal sealed class WrongLines
{
    private const int MostNamed = 10;
    private readonly List<string> named = [];

    /// <summary>How many lines are wrong.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="problem">What is wrong with it.</param>
    public void Add(int line, string problem)
    {
        if (Count++ < MostNamed)
            named.Add($"line {line}: {problem}");
    }

    /// <summary>For instance <c>2 wrong lines: line 3: …; line 7: …</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count:N0} wrong lines: {string.Join("; ", named)}{(Count > MostNamed ? "; …" : "")}");
}
