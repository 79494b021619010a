namespace Mekiki.Cli.Languages;

/// <summary>The language in which the program speaks: English, which the code is written in, or one that its texts are translated into as they are printed.</summary>
internal sealed class Language
{
    /// <summary>The variable of the environment that holds the language of all commands.</summary>
    public const string Name = "MEKIKI_LANG";

    private readonly Lazy<PhraseBook>? book;

    private Language(string code, string? resource)
    {
        Code = code;
        if (resource is not null)
            book = new(() => PhraseFile.Read(resource));
    }

    public static Language English { get; } = new("en", null);

    public static Language Japanese { get; } = new("ja", "ja.txt");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Language> All { get; } = [English, Japanese];

    /// <summary>Two letters (ISO 639-1).</summary>
    public string Code { get; }

    /// <summary>Whether texts are translated.</summary>
    public bool IsTranslated => book is not null;

    /// <summary>The phrases; null: texts stay as they are.</summary>
    public PhraseBook? Book => book?.Value;

    /// <summary>The language that a variable's value names, such as <c>ja</c> or <c>ja_JP.UTF-8</c>; null: none that is known.</summary>
    public static Language? Of(string? value)
    {
        string code = (value ?? "").Split('_', '-', '.')[0];
        return All.FirstOrDefault(l => l.Code.Equals(code, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A text in this language; as it is where there is no translation.</summary>
    public string In(string text) => Book?.Find(text) ?? text;

    /// <summary>What an option does, with its range and default in brackets at the end, in this language.</summary>
    public string InHelp(string text) => Book is { } phrases ? HelpText.Of(text, phrases) : text;

    /// <summary>A text with values, written the same in every country, in this language; found by its format, whatever the values are.</summary>
    public string Fill(FormattableString text) => Book is { } phrases ? phrases.Fill(text) : FormattableString.Invariant(text);
}
