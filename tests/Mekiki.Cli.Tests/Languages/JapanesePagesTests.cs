using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mekiki.Vision.Data;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Cli.Tests.Languages;

/// <summary>README.ja.md says what README.md says, and each page of docs/ja what its page in docs says.</summary>
public partial class JapanesePagesTests
{
    private const string Folder = "docs/ja";

    // Words that are figures in Japanese.
    private static readonly (string Text, string Figure)[] words =
    [
        ("half a minute", "30"), ("quarter of an hour", "15"), ("half a second", "0.5"), ("ourteen", "14"), ("fifteen", "15"), ("twentieth", "20"), ("twenty", "20"),
    ];

    public static TheoryData<string, string> Pairs => new(
        (Shared.Repository is { } repository ? Directory.GetFiles(Path.Combine(repository, Folder), "*.md").Order(StringComparer.Ordinal).Select(Path.GetFileName) : [])
            .Select(name => ($"docs/{name}", $"{Folder}/{name}")).Prepend(("README.md", "README.ja.md")));

    [Fact]
    public void Pages_ForUsers_AreAllThere()
    {
        var sections = Section().Matches(Page("docs/index.md")).Where(m => m.Groups[1].Value is "Use it" or "Learn with it");
        string[] pages = [.. sections.SelectMany(s => Found(s.Groups[2].Value, Link())).Append("kana.md").Append("index.md").Order(StringComparer.Ordinal)];
        Assert.True(pages.Length > 20);
        Assert.Equal(pages, Directory.GetFiles(Path.Combine(Shared.Repository!, Folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Headings_AreAsMany_OfTheSameLevels(string english, string japanese) => Assert.Equal(Found(Page(english), Heading()), Found(Page(japanese), Heading()));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Programs_AreTheSame_InTheSameOrder(string english, string japanese) => Assert.Equal(Found(Page(english), Block()), Found(Page(japanese), Block()));

    // The order of words differs.
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Code_IsTheSame(string english, string japanese) => Same(Found(Text(english), Code()), Found(Text(japanese), Code()), japanese);

    // Small numbers are often words: two cores.
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Figures_AreTheSame(string english, string japanese)
    {
        string prose = words.Aggregate(Prose(english), (text, word) => text.Replace(word.Text, word.Figure, StringComparison.Ordinal));
        decimal[] first = Figures(Millions().Replace(prose, m => Written(Number(m, 1) * 1_000_000)));
        decimal[] second = Figures(Myriads().Replace(Prose(japanese), m => Written((Number(m, 1) + Number(m, 3)) * 100_000_000 + Number(m, 2) * 10_000)));
        Same(first.Where(IsTold), second.Where(IsTold), japanese);
        Assert.Empty(first.Distinct().Except(second));

        static bool IsTold(decimal value) => value > 12 || value != decimal.Truncate(value);
        static decimal Number(Match match, int group) => match.Groups[group].Success ? decimal.Parse(match.Groups[group].Value, NumberStyles.Number, CultureInfo.InvariantCulture) : 0;
        static string Written(decimal value) => value.ToString(CultureInfo.InvariantCulture);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Links_LeadToTheSamePages_InTheirLanguage(string english, string japanese) => Same(
        Targets(english).Where(t => t != english).Select(JapaneseOf).Where(t => t != japanese),
        Targets(japanese).Where(t => t != english && t != japanese),
        japanese);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Links_LeadToFilesAndHeadings(string english, string japanese)
    {
        foreach (string page in (string[])[english, japanese])
            foreach (string target in Targets(page, withPlace: true))
            {
                string[] parts = target.Split('#');
                string path = Path.Combine(Shared.Repository!, parts[0]);
                Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: {target} is not there.");
                if (parts.Length > 1 && path.EndsWith(".md", StringComparison.Ordinal))
                    Assert.True(Title().Matches(Page(parts[0])).Any(m => Place(m.Groups[1].Value) == parts[1]), $"{page}: {parts[0]} has no heading #{parts[1]}.");
            }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Rows_AndItems_AreAsMany(string english, string japanese)
    {
        Assert.Equal(Found(Text(english), Row()).Length, Found(Text(japanese), Row()).Length);
        Assert.Equal(Found(Text(english), Item()).Length, Found(Text(japanese), Item()).Length);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Japanese_IsPolite_InTheTermsOfTheGlossary(string english, string japanese)
    {
        Assert.NotEqual(english, japanese);
        string text = Options().Replace(Text(japanese), "");
        Assert.DoesNotMatch(@"(である|った|ない|する|いる|なる|れる|ある|だ)。", text);
        Assert.DoesNotMatch("ディープラーニング|コンボリューション|ラーニングレート|精度|誤差逆伝搬|バックプロパゲーション|訓練|ニューラルネット(?!ワーク)|最大プーリング|バッチノーマライゼーション|フィッシャーベクトル|オプティマイザ|画素|デコード", text);
        Assert.DoesNotMatch("[ぁ-ん一-龠] ?[,.] ?[ぁ-ん一-龠]|[（），．]", text);
        // A sentence that nobody translated.
        Assert.All(Told().Replace(Code().Replace(Link().Replace(text, "]"), ""), "").Split('\n'), line => Assert.DoesNotMatch(@"(?<![A-Za-z,""] )\b[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}\b", line));
    }

    // The table of docs/training.md, by the translations of the help.
    [Fact]
    public void Options_AreThoseOfTheHelp()
    {
        var book = Language.Japanese;
        var text = new StringBuilder();
        Append("学習: `TrainOptions`", TrainOptions.Table);
        Append("画像: `DataOptions`", DataOptions.Table);
        Append("実行が残すもの: `RunOptions`", RunOptions.Table);
        Stored.SamePart($"{Folder}/training.md", "options", text.ToString());

        void Append<T>(string title, OptionTable<T> table) where T : class, new()
        {
            text.Append($"### {title}\n| オプション | プロパティ | 内容 | 値 | 既定値 |\n|---|---|---|---|---|\n");
            foreach (var row in table)
                text.Append($"| `--{row.Name}` | `{row.Property}` | {book.In(row.Help)} | {(row.Placeholder.Length == 0 ? "付けるかどうか" : book.In(row.Range ?? ""))} | {(row.Placeholder.Length == 0 && row.Default is null ? "付けない" : book.In(row.Default?.TrimStart(':', ' ') ?? ""))} |\n");
            text.Append('\n');
        }
    }

    private static void Same<T>(IEnumerable<T> english, IEnumerable<T> japanese, string page)
    {
        var (first, second) = (english.ToList(), japanese.ToList());
        foreach (var item in second.ToArray().Where(first.Remove))
            second.Remove(item);
        Assert.True(first.Count + second.Count == 0, $"{page} lacks: {string.Join(" | ", first)}\nand alone has: {string.Join(" | ", second)}");
    }

    private static decimal[] Figures(string text) => [.. Figure().Matches(text).Select(m => decimal.Parse(m.Value, NumberStyles.Number, CultureInfo.InvariantCulture))];

    // Without programs.
    private static string Text(string page) => Block().Replace(Page(page), "");

    // Without links' targets, code, and the names of files and models.
    private static string Prose(string page) => Link().Replace(Code().Replace(Text(page), ""), "]");

    // Of links to files of the repository, their paths in it.
    private static IEnumerable<string> Targets(string page, bool withPlace = false) => Found(Code().Replace(Text(page), ""), Link()).Where(l => !l.Contains("://", StringComparison.Ordinal)).Select(link =>
    {
        string[] parts = link.Split('#');
        string path = parts[0].Length == 0 ? page : Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(page)!, parts[0])));
        return withPlace && parts.Length > 1 ? $"{path}#{parts[1]}" : path;
    });

    private static string JapaneseOf(string page) => page == "README.md" ? "README.ja.md"
        : page.StartsWith("docs/", StringComparison.Ordinal) && File.Exists(Path.Combine(Shared.Repository!, Folder, page[5..])) ? $"{Folder}/{page[5..]}" : page;

    // As GitHub makes it of a heading.
    private static string Place(string heading) => string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private static string[] Found(string text, Regex pattern) => [.. pattern.Matches(text).Select(m => m.Groups[1].Value)];

    private static string Page(string name)
    {
        Assert.SkipWhen(Shared.Repository is null, "The pages are not around the tests.");
        return File.ReadAllText(Path.Combine(Shared.Repository!, name));
    }

    [GeneratedRegex("^## (.*?)\n(.*?)(?=^## |\\z)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex("^(#+) ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex("(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex("^```[a-z]*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("<!-- options -->.*?<!-- /options -->", RegexOptions.Singleline)]
    private static partial Regex Options();

    [GeneratedRegex(@"(?:\d[\d,]*\d|\d)(?:\.\d+)?")]
    private static partial Regex Figure();

    [GeneratedRegex(@"(\d[\d,.]*) million")]
    private static partial Regex Millions();

    [GeneratedRegex(@"(?:(\d[\d,.]*)億)?(\d[\d,.]*)万|(\d[\d,.]*)億")]
    private static partial Regex Myriads();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(\|)", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^(- |\d+\. )", RegexOptions.Multiline)]
    private static partial Regex Item();

    // Titles of papers.
    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Told();
}
