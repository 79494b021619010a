namespace Mekiki.Cli.Languages;

/// <summary>What an argument or option does, translated: the sentence, and the facts in brackets behind it, its range and its default.</summary>
internal static class HelpText
{
    private const string Default = "default";

    /// <summary>The translation, as far as there is one.</summary>
    /// <param name="text">As <see cref="Parsing.Options"/> writes it: <c>Images in a batch (1 ≤ N ≤ 65,536; default 32).</c></param>
    /// <param name="phrases">Texts and their translations.</param>
    public static string Of(string text, PhraseBook phrases)
    {
        if (phrases.Sentence(text) is { } whole)
            return whole;
        if (Parts(text) is not var (sentence, facts))
            return In(text, phrases);
        return $"{In(sentence, phrases).TrimEnd('。')}({string.Join("、", facts.Select(f => Fact(f, phrases)))})。";
    }

    /// <summary>The sentence and the facts; null: there are none.</summary>
    public static (string Sentence, string[] Facts)? Parts(string text)
    {
        if (!text.EndsWith(").", StringComparison.Ordinal))
            return null;
        int open = 0;
        for (int at = text.Length - 2; at > 0; at--)
        {
            open += text[at] == ')' ? 1 : text[at] == '(' ? -1 : 0;
            if (open == 0)
                return text[at - 1] == ' ' ? (text[..(at - 1)], Facts(text[(at + 1)..^2])) : null;
        }

        return null;
    }

    // The default is last, and may have semicolons of its own.
    private static string[] Facts(string facts)
    {
        int at = facts.IndexOf(Default, StringComparison.Ordinal);
        return [.. new[] { at < 0 ? facts : facts[..at].TrimEnd(' ', ';'), at < 0 ? "" : facts[at..] }.Where(f => f.Length > 0)];
    }

    private static string Fact(string fact, PhraseBook phrases)
    {
        if (!fact.StartsWith(Default, StringComparison.Ordinal))
            return In(fact, phrases);
        string what = fact[Default.Length..];
        // Without a colon it is a value, which is typed as it stands.
        return (phrases.Sentence(Default) ?? Default) + (what is [':', ' ', .. var words] ? phrases.Sentence(what) ?? ": " + In(words, phrases) : what);
    }

    // Options end with a full stop that their texts may lack.
    private static string In(string text, PhraseBook phrases) =>
        phrases.Sentence(text) ?? phrases.Find(text) ?? (text.EndsWith('.') && phrases.Find(text[..^1]) is { } open ? open + '。' : text);
}
