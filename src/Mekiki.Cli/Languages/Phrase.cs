using System.Globalization;
using System.Text;

namespace Mekiki.Cli.Languages;

/// <summary>A text with holes, such as <c>{0}: expected {1}, got {2}.</c>, and its translation, which may have the holes in another order.</summary>
/// <remarks>
/// What a hole holds stays as it is; where the translation has <c>{1~}</c>, it is translated by itself. <c>{0#}</c> in the text holds
/// nothing but a number, <c>{0_}</c> nothing but a word. Other braces mean themselves.
/// </remarks>
internal sealed class Phrase
{
    private const string InNumbers = "0123456789.,:+-−∞NaEe ";

    // Of the text, what stands before, between and behind its holes.
    private readonly string[] literals;
    private readonly char[] marks;
    private readonly string[] pieces;
    private readonly (int Hole, char Mark)[] holes;

    /// <exception cref="FormatException">The holes of the text are not 0, 1, 2, … in this order, or the translation has others.</exception>
    public Phrase(string text, string translation, bool isFormat = false)
    {
        (literals, var own) = Parts(text);
        (pieces, holes) = Parts(translation);
        marks = [.. own.Select(h => h.Mark)];
        Text = string.Concat(literals.Select((literal, i) => i == 0 ? literal : string.Create(CultureInfo.InvariantCulture, $"{{{i - 1}}}{literal}")));
        (Translation, IsFormat) = (translation, isFormat);
        if (!own.Select(h => h.Hole).SequenceEqual(Enumerable.Range(0, own.Length)))
            throw new FormatException($"'{text}': its holes are not 0, 1, 2, … in this order.");
        if (!holes.Select(h => h.Hole).Order().SequenceEqual(own.Select(h => h.Hole)))
            throw new FormatException($"'{text}': its translation '{translation}' has other holes.");
        Weight = literals.Sum(l => l.Length);
    }

    /// <summary>The text, its holes without marks.</summary>
    public string Text { get; }

    public string Translation { get; }

    /// <summary>Whether it translates formats alone, since it names so little of a text that another may look like it.</summary>
    public bool IsFormat { get; }

    public int HoleCount => literals.Length - 1;

    /// <summary>How many characters of a text it names; of two phrases that fit, the one that names more is meant.</summary>
    public int Weight { get; }

    /// <summary>Whether it is a sentence with its full stop.</summary>
    public bool EndsWithStop => Text.EndsWith('.');

    /// <summary>What a text has in the holes; null: it is another text.</summary>
    /// <remarks>Each hole but the last ends where what follows it first stands: a text is passed through once, whatever is in it.</remarks>
    public string[]? Match(string text)
    {
        string first = literals[0], last = literals[^1];
        if (text.Length < Weight || !text.StartsWith(first, StringComparison.Ordinal) || !text.EndsWith(last, StringComparison.Ordinal))
            return null;
        string[] contents = new string[HoleCount];
        int at = first.Length, end = text.Length - last.Length;
        for (int hole = 0; hole < HoleCount; hole++)
        {
            string next = literals[hole + 1];
            int stop = hole == HoleCount - 1 ? end : at > end ? -1 : text.IndexOf(next, at, end - at, StringComparison.Ordinal);
            if (stop < at || !Fits(text.AsSpan(at, stop - at), marks[hole]))
                return null;
            contents[hole] = text[at..stop];
            at = stop + next.Length;
        }

        return contents;
    }

    /// <summary>Whether nothing, or a space alone, stands between a hole and the next one, so that the text alone does not tell where one ends.</summary>
    public bool IsOpen(int hole, out string between)
    {
        between = hole + 1 < HoleCount ? literals[hole + 1] : "-";
        return between is "" or " ";
    }

    /// <summary>The translation.</summary>
    /// <param name="contents">What is in the holes.</param>
    /// <param name="translate">Translates what is a phrase itself.</param>
    public string Fill(IReadOnlyList<string> contents, Func<string, string> translate)
    {
        var filled = new StringBuilder(pieces[0]);
        for (int i = 0; i < holes.Length; i++)
        {
            string content = contents[holes[i].Hole];
            filled.Append(holes[i].Mark == '~' ? translate(content) : content);
            // No space stands behind a Japanese full stop.
            bool isEnded = filled.Length > 0 && filled[^1] == '。';
            filled.Append(isEnded ? pieces[i + 1].TrimStart(' ') : pieces[i + 1]);
        }

        return filled.ToString();
    }

    private static bool Fits(ReadOnlySpan<char> content, char mark) => mark switch
    {
        '#' => content.Length > 0 && !content.ContainsAnyExcept(InNumbers),
        '_' => content.Length > 0 && !content.Contains(' '),
        _ => true,
    };

    private static (string[] Literals, (int Hole, char Mark)[] Holes) Parts(string text)
    {
        var literals = new List<string>();
        var holes = new List<(int, char)>();
        int from = 0;
        for (int at = text.IndexOf('{'); at >= 0; at = text.IndexOf('{', at + 1))
        {
            int close = text.IndexOf('}', at);
            if (close < 0)
                break;
            var inside = text.AsSpan(at + 1, close - at - 1);
            char mark = inside.Length > 0 && inside[^1] is '~' or '#' or '_' ? inside[^1] : ' ';
            if (!int.TryParse(mark == ' ' ? inside : inside[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int hole))
                continue;
            literals.Add(text[from..at]);
            holes.Add((hole, mark));
            from = close + 1;
        }

        literals.Add(text[from..]);
        return ([.. literals], [.. holes]);
    }
}
