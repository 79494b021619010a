using System.Text.RegularExpressions;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>A pattern of names that says which images belong together, see <see cref="ImageGroups"/>.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Description">Which names it fits.</param>
/// <param name="Expression">The regular expression; its first pair of parentheses is the group.</param>
public sealed record GroupPattern(string Name, string Description, string Expression)
{
    /// <summary>The patterns that have a name.</summary>
    public static IReadOnlyList<GroupPattern> All { get; } =
    [
        new("book", "year_book_page, as in hiragana73", @"(?:^|/)(\d{4}_[^_/]+)_[^/]*$"),
        new("folder", "the folder of the file", @"^(.*)/[^/]*$"),
    ];

    /// <summary>The regular expression of a name in <see cref="All"/>, or the text as a regular expression.</summary>
    /// <exception cref="MekikiException">It is none.</exception>
    internal static Regex Read(string text, TimeSpan timeout)
    {
        string expression = All.FirstOrDefault(p => string.Equals(p.Name, text, StringComparison.OrdinalIgnoreCase))?.Expression ?? text;
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant, timeout);
        }
        catch (ArgumentException e)
        {
            throw Wording.Exception($"{DataOptions.TermOf(nameof(DataOptions.Group))}: expected {string.Join(", ", All.Select(p => p.Name))} or a regular expression, got '{text}' ({e.Message.TrimEnd('.')}). Correct it.", e);
        }
    }
}
