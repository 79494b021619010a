using System.Globalization;

namespace Mekiki.Cli.Languages;

/// <summary>Texts and their translations.</summary>
/// <remarks>
/// The libraries speak English, and what they say reaches the program as finished texts. A text is looked for as a whole; then
/// among the phrases with holes, those first that name most of it; then in its parts: what follows a subject and a colon, and the items of
/// a list. Each step makes what is left to look for shorter, so a text from elsewhere costs no more than a pass for each phrase.
/// </remarks>
internal sealed class PhraseBook
{
    private const int MostSubjects = 8, Deepest = 6, LongestText = 1 << 14, LongestPart = 256, MostJoined = 3;

    private readonly Dictionary<string, Phrase> whole = new(StringComparer.Ordinal);
    private readonly Phrase[] withHoles;

    /// <exception cref="FormatException">A text is there twice, or two cannot be told apart.</exception>
    public PhraseBook(IReadOnlyList<Phrase> phrases)
    {
        All = phrases;
        foreach (var phrase in phrases)
            if (!whole.TryAdd(phrase.Text, phrase))
                throw new FormatException($"'{phrase.Text}' is there twice.");
        withHoles = [.. phrases.Where(p => p.HoleCount > 0 && !p.IsFormat).OrderByDescending(p => p.Weight).ThenBy(p => p.HoleCount)];
    }

    /// <summary>All of them, in the order of the file.</summary>
    public IReadOnlyList<Phrase> All { get; }

    /// <summary>The translation of a text; null: there is none.</summary>
    public string? Find(string text) => text.Length is 0 or > LongestText ? null : Find(text, 0);

    /// <summary>The translation of a text with values.</summary>
    public string Fill(FormattableString text)
    {
        var (literals, specifications) = Parts(text.Format);
        string key = string.Concat(literals.Select((literal, i) => i == 0 ? literal : FormattableString.Invariant($"{{{i - 1}}}{literal}")));
        string[] contents = [.. specifications.Select(s => string.Format(CultureInfo.InvariantCulture, s, text.GetArguments()))];
        if (whole.TryGetValue(key, out var phrase))
            return Fill(phrase, contents, 0);
        return Find(FormattableString.Invariant(text)) ?? string.Concat(literals.Select((literal, i) => (i == 0 ? "" : Figure(contents[i - 1])) + literal));
    }

    /// <summary>The phrase that a text is, and what is in its holes; null: none.</summary>
    internal (Phrase Phrase, string[] Contents)? PhraseOf(string text)
    {
        if (whole.TryGetValue(text, out var exact) && exact.HoleCount == 0)
            return (exact, []);
        foreach (var phrase in withHoles)
            if (phrase.Match(text) is { } contents)
                return (phrase, contents);
        return null;
    }

    private string? Find(string text, int depth) => depth > Deepest ? null : Precise(text, depth) ?? Whole(text, depth) ?? Lines(text, depth) ?? BehindSubject(text, depth) ?? Items(text, depth) ?? Sentences(text, depth);

    // A phrase that says little, such as {0}: expected {1}, got {2}, fits messages of which a part is a phrase that says more.
    private string? Precise(string text, int depth)
    {
        if (PhraseOf(text) is not var (phrase, _) || !phrase.Text.Contains(": expected {", StringComparison.Ordinal))
            return null;
        int end = text.IndexOf(". ", StringComparison.Ordinal);
        if (end < 0)
            return BehindSubject(text, depth, phrase.Weight);
        // What is to be done is said by itself then.
        return BehindSubject(text[..(end + 1)], depth, phrase.Weight) is { } said ? said + Inner(text[(end + 2)..], depth) : null;
    }

    private string? Whole(string text, int depth)
    {
        if (PhraseOf(text) is not var (phrase, contents))
            return null;
        for (int hole = 0; hole < contents.Length; hole++)
            if (phrase.IsOpen(hole, out string between))
                Part(contents, hole, between);
        return Fill(phrase, contents, depth);
    }

    private string Fill(Phrase phrase, string[] contents, int depth) => phrase.Fill([.. contents.Select(Tail)], content => Inner(content, depth));

    // What begins with a figure or a sign is no name: ", not calibrated".
    private string Figure(string content) => content.Length > 0 && !char.IsLetter(content[0]) && Whole(content, 1) is { } found ? found : content;

    // The end of a list of names that are too many: ", … and 4,990 more".
    private string Tail(string content)
    {
        const string More = ", … and ";
        int at = content.EndsWith(" more", StringComparison.Ordinal) ? content.LastIndexOf(More, StringComparison.Ordinal) : -1;
        return at > 0 && Whole(content[at..], Deepest) is { } found ? content[..at] + found : content;
    }

    // Of two holes side by side, one ends where phrases in them say most; not within a word.
    private void Part(string[] contents, int hole, string between)
    {
        string both = contents[hole] + between + contents[hole + 1];
        int best = 0;
        for (int at = 0; at <= Math.Min(both.Length, LongestPart) - between.Length; at++)
        {
            if (string.CompareOrdinal(both, at, between, 0, between.Length) != 0)
                continue;
            var (first, second) = (both[..at], both[(at + between.Length)..]);
            if (between.Length == 0 && first.Length > 0 && second.Length > 0 && char.IsLetterOrDigit(first[^1]) && char.IsLetterOrDigit(second[0]))
                continue;
            int said = (PhraseOf(first)?.Phrase.Weight ?? 0) + (PhraseOf(second)?.Phrase.Weight ?? 0);
            if (said > best)
                (best, contents[hole], contents[hole + 1]) = (said, first, second);
        }
    }

    private string Inner(string content, int depth) => content.Length == 0 ? "" : Sentence(content) ?? Find(content, depth + 1) ?? content;

    /// <summary>The translation of a text that is a phrase but for a space before it, its first letter's case and its full stop; null: it is none.</summary>
    public string? Sentence(string text)
    {
        if (text.StartsWith(' '))
            return Sentence(text[1..]);
        string capital = text.Length > 0 && char.IsAsciiLetterLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;
        foreach (string form in new[] { text, capital })
        {
            if (whole.TryGetValue(form, out var phrase) && phrase.HoleCount == 0)
                return phrase.Translation;
            if (whole.TryGetValue(form + '.', out phrase) && phrase.HoleCount == 0)
                return phrase.Translation.TrimEnd('。');
            if (form.EndsWith('.') && whole.TryGetValue(form[..^1], out phrase) && phrase.HoleCount == 0)
                return phrase.Translation + '。';
        }

        return null;
    }

    private string? Lines(string text, int depth) => Joined(text, "\n", part => Find(part, depth + 1));

    // '<path>: <message>', also without the point at the message's end; of a list, its items are looked for.
    private string? BehindSubject(string text, int depth, int least = 0)
    {
        int at = text.IndexOf(": ", StringComparison.Ordinal);
        int list = text.IndexOf("; ", StringComparison.Ordinal);
        for (int tries = 0; at >= 0 && (list < 0 || at < list) && tries < MostSubjects; tries++, at = text.IndexOf(": ", at + 2, StringComparison.Ordinal))
        {
            string message = text[(at + 2)..];
            // A full stop is the message's, not of what stands in its last hole.
            bool isOpen = message.EndsWith('.') && PhraseOf(message) is not ({ EndsWithStop: true }, _);
            string said = isOpen ? message[..^1] : message;
            if (((Says(said) ? Whole(said, depth + 1) : null) ?? (isOpen && least == 0 ? Items(said, depth + 1) : null)) is { } found)
                return $"{text[..(at + 2)]}{found}{(isOpen ? "。" : "")}";
        }

        return null;

        bool Says(string message) => least == 0 || PhraseOf(message)?.Phrase.Weight > least;
    }

    private string? Items(string text, int depth) => Joined(text, "; ", part => Whole(part, depth + 1) ?? BehindSubject(part, depth + 1));

    // Each sentence by itself, with its full stop.
    private string? Sentences(string text, int depth)
    {
        int at = text.IndexOf(". ", StringComparison.Ordinal);
        if (at < 0 || depth + 1 > Deepest)
            return null;
        string first = text[..(at + 1)], rest = text[(at + 2)..];
        string? one = Whole(first, depth + 1) ?? BehindSubject(first, depth + 1) ?? Items(first, depth + 1), others = Whole(rest, depth + 1) ?? Sentences(rest, depth + 1);
        return one is null && others is null ? null : $"{one ?? first}{(one?.EndsWith('。') == true ? "" : " ")}{others ?? rest}";
    }

    // A part may have what stands between parts itself, once or twice.
    private static string? Joined(string text, string between, Func<string, string?> find)
    {
        string[] parts = text.Split(between);
        if (parts.Length == 1)
            return null;
        var joined = new List<string>();
        bool isFound = false;
        for (int i = 0; i < parts.Length;)
        {
            string? found = null;
            int taken = Math.Min(MostJoined, parts.Length - i);
            for (; taken > 0 && found is null; taken--)
                found = find(string.Join(between, parts, i, taken));
            joined.Add(found ?? parts[i]);
            isFound |= found is not null;
            i += taken + 1;
        }

        return isFound ? string.Join(between, joined) : null;
    }

    // Of a format, its literals, and each of its holes as a format of its own: {2:0.0}.
    private static (List<string> Literals, List<string> Holes) Parts(string format)
    {
        List<string> literals = [""], holes = [];
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] is '{' or '}' && i + 1 < format.Length && format[i + 1] == format[i])
                literals[^1] += format[i++];
            else if (format[i] == '{')
            {
                int close = format.IndexOf('}', i);
                holes.Add(format[i..(close + 1)]);
                literals.Add("");
                i = close;
            }
            else
                literals[^1] += format[i];
        }

        return (literals, holes);
    }
}
