using System.Text;

namespace Mekiki.Cli.Languages;

/// <summary>A file of phrases: lines of two, the English text and below it the translation; empty lines between, comments behind #.</summary>
/// <remarks>A space at the end or beginning of a text is written <c>␠</c>, a line break <c>\n</c>. <c>∅</c> is an empty translation; <c>=</c> before a text says <see cref="Phrase.IsFormat"/>.</remarks>
internal static class PhraseFile
{
    private const string Format = "= ";

    /// <summary>Reads a file that is part of the program.</summary>
    public static PhraseBook Read(string name)
    {
        using var stream = typeof(PhraseFile).Assembly.GetManifestResourceStream($"Mekiki.Cli.Languages.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Read(reader);
    }

    /// <exception cref="FormatException">A text has no translation, or the phrases contradict each other.</exception>
    public static PhraseBook Read(TextReader reader)
    {
        var phrases = new List<Phrase>();
        while (reader.ReadLine() is { } text)
        {
            if (text.Length == 0 || text[0] == '#')
                continue;
            string translation = reader.ReadLine() is { Length: > 0 } next ? next : throw new FormatException($"'{text}' has no translation.");
            bool isFormat = text.StartsWith(Format, StringComparison.Ordinal);
            phrases.Add(new(Plain(isFormat ? text[Format.Length..] : text), Plain(translation), isFormat));
        }

        return new(phrases);
    }

    private static string Plain(string line) => line == "∅" ? "" : line.Replace('␠', ' ').Replace("\\n", "\n", StringComparison.Ordinal);
}
