using System.Text.RegularExpressions;

namespace Mekiki.Cli.Tests;

/// <summary>README.ja.md says what README.md says.</summary>
public partial class JapaneseReadmeTests
{
    private static readonly string english = Page("README.md"), japanese = Page("README.ja.md");

    [Fact]
    public void Headings_AreAsMany_OfTheSameLevels() => Assert.Equal(Found(english, Heading()), Found(japanese, Heading()));

    [Fact]
    public void Commands_AreTheSame() => Assert.Equal(Found(english, Code()), Found(japanese, Code()));

    [Fact]
    public void Programs_AreTheSame() => Assert.Equal(Found(english, Block()), Found(japanese, Block()));

    [Fact]
    public void Figures_AreTheSame() => Assert.Equal(Found(Prose(english), Figure()).Order(StringComparer.Ordinal), Found(Prose(japanese), Figure()).Order(StringComparer.Ordinal));

    [Fact]
    public void Links_LeadToTheSamePages() =>
        Assert.Equal(Found(english, Link()).Where(l => l != "README.ja.md").Order(StringComparer.Ordinal), Found(japanese, Link()).Where(l => l != "README.md").Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_AreAsMany() => Assert.Equal(Found(english, Row()).Length, Found(japanese, Row()).Length);

    // Without programs, links and code, and with words as figures.
    private static string Prose(string text) => Link().Replace(Code().Replace(Block().Replace(text, ""), ""), "]").Replace("half a minute", "30").Replace("three minutes", "3").Replace("Twelve", "12").Replace("Two commands", "2").Replace("Ten lines", "10").Replace("Three figures", "3").Replace("two cores", "2").Replace("one by one", "1").Replace("one file", "1").Replace("one page", "1").Replace("one image", "1").Replace("bit for bit", "1");

    private static string[] Found(string text, Regex pattern) => [.. pattern.Matches(text).Select(m => m.Groups[1].Value)];

    private static string Page(string name) => Shared.Repository is { } repository ? File.ReadAllText(Path.Combine(repository, name)) : "";

    [GeneratedRegex("^(#+) ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex("^```[a-z]*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"(\d[\d,.]*\d|\d)")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(\|)", RegexOptions.Multiline)]
    private static partial Regex Row();
}
