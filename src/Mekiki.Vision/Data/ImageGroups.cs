using System.Text.RegularExpressions;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>Images of a set that belong together, such as characters of one book or photographs of one plant: a part of their names says to which group they belong.</summary>
/// <remarks>
/// Images of one group are more alike than others. If some of them train and others test, the figures are better than they will be on
/// images of new groups; and intervals that take all images for independent are too narrow.
/// </remarks>
/// <example>
/// <code>
/// var groups = ImageGroups.Of(set, @"([^/]+)_\d+\.png$");     // book_page.png: the book
/// var split = Split.Grouped(set, groups, seed: 0);
/// Console.WriteLine($"{groups.Count} groups, none of them in two parts");
/// </code>
/// </example>
public sealed class ImageGroups
{
    private static readonly TimeSpan longestMatch = TimeSpan.FromSeconds(5);       // by the clock: other programs may hold the processor meanwhile

    private readonly int[] groupOf;

    private ImageGroups(string pattern, int[] groupOf, string[] names, int unmatched) =>
        (Pattern, this.groupOf, Names, Unmatched) = (pattern, groupOf, names, unmatched);

    /// <summary>What found the groups: a regular expression, or a name in <see cref="GroupPattern.All"/>.</summary>
    public string Pattern { get; }

    /// <summary>The groups' names, in the order in which they first occur.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many groups there are.</summary>
    public int Count => Names.Count;

    /// <summary>How many images the pattern does not match; each of them is a group of its own.</summary>
    public int Unmatched { get; }

    /// <summary>The group of an image of the set, in [0, <see cref="Count"/>).</summary>
    /// <param name="image">The image's index in the set.</param>
    public int this[int image] => groupOf[image];

    /// <summary>Finds the groups of a set's images.</summary>
    /// <param name="set">The images.</param>
    /// <param name="pattern">A name in <see cref="GroupPattern.All"/>, or a regular expression that is sought in each image's name; the group is what its first pair of parentheses matches, or without one the whole match.</param>
    /// <exception cref="MekikiException">It is no regular expression, takes too long, matches no image, or puts all images into one group.</exception>
    public static ImageGroups Of(ImageSet set, string pattern)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(pattern);
        var regex = GroupPattern.Read(pattern, longestMatch);
        var groupOf = new int[set.Count];
        var names = new List<string>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        int unmatched = 0;
        try
        {
            for (int i = 0; i < groupOf.Length; i++)
                if (regex.Match(set.Names[i]) is { Success: true } match)
                {
                    string name = (match.Groups.Count > 1 ? match.Groups[1] : match).Value;
                    if (!index.TryGetValue(name, out groupOf[i]))
                    {
                        index[name] = groupOf[i] = names.Count;
                        names.Add(name);
                    }
                }
                else
                {
                    groupOf[i] = names.Count;
                    names.Add(set.Names[i]);
                    unmatched++;
                }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Group))}: expected a regular expression that is matched within {longestMatch.TotalSeconds:0} s, got '{pattern}', which takes longer on {FileText(e.Input)}. Give a simpler one.", e);
        }

        if (unmatched == set.Count)
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Group))}: expected a pattern that matches names of images, got '{pattern}', which matches none of {set.Count:N0}, such as {FileText(set.Names[0])}. Give a regular expression for a part of these names.");
        return names.Count > 1
            ? new(pattern, groupOf, [.. names], unmatched)
            : throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Group))}: expected two groups or more, got one, {FileText(names[0])}, for all {set.Count:N0} images. Give a pattern for a part of the names that differs between groups.");
    }

    /// <summary>The same groups, and images behind the set's own of which each is a group of its own.</summary>
    internal ImageGroups With(IEnumerable<string> added)
    {
        string[] more = [.. added];
        return more.Length == 0 ? this : new(Pattern, [.. groupOf, .. Enumerable.Range(Count, more.Length)], [.. Names, .. more], Unmatched + more.Length);
    }

    /// <summary>A sentence about the groups: how many there are, and how large.</summary>
    public string Describe()
    {
        var sizes = new int[Count];
        foreach (int group in groupOf)
            sizes[group]++;
        string alone = Unmatched > 0 ? $" {Unmatched:N0} images do not match; each is a group of its own." : "";
        return $"{groupOf.Length:N0} images are in {Count:N0} groups ({Pattern}), at most {sizes.Max():N0} images in one.{alone}";
    }

    private static string FileText(string name) => $"'{Mekiki.Files.FileText.Short(name)}'";
}
