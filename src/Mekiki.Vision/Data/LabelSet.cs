using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>Classes that stand for any number of labels, for images that show several things at once: <c>;cat;dog;</c>, and <c>;</c> for none.</summary>
/// <remarks>A set whose classes are all of this form is one of several labels: <see cref="ImageSet.IsMultiLabel"/>. A CSV file with a column <c>labels</c> makes such a set.</remarks>
/// <example>
/// <code>
/// string[] classes = [LabelSet.Of("cat"), LabelSet.Of("cat", "dog"), LabelSet.Of()];
/// var set = ImageSet.FromPixels("pets", new ImageShape(1, 2, 2), new byte[12], [0, 1, 2], classes);
/// Console.WriteLine(string.Join(", ", set.Targets));      // cat, dog
/// </code>
/// </example>
public static class LabelSet
{
    private const char Mark = ';';

    /// <summary>The class of a set of labels; their order does not matter.</summary>
    /// <param name="labels">Labels; none of them is empty or has a semicolon.</param>
    /// <exception cref="MekikiException">A label is empty, or has a semicolon.</exception>
    public static string Of(params IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        string[] all = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (Array.Find(all, l => string.IsNullOrWhiteSpace(l) || l.Contains(Mark, StringComparison.Ordinal)) is { } wrong)
            throw new MekikiException($"LabelSet: expected labels without semicolons, got '{FileText.Short(wrong)}'. Give it another name.");
        return Mark + string.Concat(all.Select(l => l + Mark));
    }

    /// <summary>Whether a class stands for a set of labels.</summary>
    /// <param name="name">The class's name.</param>
    public static bool IsOne(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name == ";" || (name.Length > 2 && name[0] == Mark && name[^1] == Mark && !name.Contains(";;", StringComparison.Ordinal));
    }

    /// <summary>The labels of such a class.</summary>
    /// <param name="name">The class's name.</param>
    public static IReadOnlyList<string> LabelsOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split(Mark, StringSplitOptions.RemoveEmptyEntries);
    }
}
