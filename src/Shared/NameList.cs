using System.Globalization;

namespace Mekiki;

/// <summary>Names in a line of text: the first ten, and how many more there are.</summary>
internal static class NameList
{
    private const int Most = 10;

    /// <summary><c>a, b, c</c>, or <c>a, b, …, j, … and 4,990 more</c>.</summary>
    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Most)) + (names.Count > Most ? string.Create(CultureInfo.InvariantCulture, $", … and {names.Count - Most:N0} more") : "");
}
