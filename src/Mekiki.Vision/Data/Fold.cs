using System.Globalization;
using Mekiki.Vision.Options;

namespace Mekiki.Vision.Data;

/// <summary>One of several parts of a set of which each tests once: <c>1/5</c> to <c>5/5</c>.</summary>
/// <example>
/// <code>
/// var split = Split.OfFold(set, seed: 0, new Fold(Number: 1, Of: 5));
/// </code>
/// </example>
/// <param name="Number">1 to <paramref name="Of"/>.</param>
/// <param name="Of">How many there are, 2 or more.</param>
public readonly record struct Fold(int Number, int Of)
{
    /// <summary>Reads <c>1/5</c>.</summary>
    /// <exception cref="MekikiException">It is no fold.</exception>
    public static Fold Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        return parts.Length == 2 && Read(parts[0], out int number) && Read(parts[1], out int of) && of >= 2 && number >= 1 && number <= of
            ? new(number, of)
            : throw Wording.Exception($"{DataOptions.TermOf(nameof(Fold))}: expected a number and how many there are, such as 1/5, got '{text}'.");
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Of}");

    private static bool Read(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
