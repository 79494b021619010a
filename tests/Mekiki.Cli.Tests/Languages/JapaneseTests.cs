using System.Text.RegularExpressions;

namespace Mekiki.Cli.Tests.Languages;

/// <summary>No text lacks its Japanese, and the Japanese is whole.</summary>
public partial class JapaneseTests
{
    private static PhraseBook Book => Language.Japanese.Book!;

    [Fact]
    public void Texts_HaveATranslation()
    {
        Assert.SkipWhen(Shared.Repository is null, "The sources are not around the tests.");
        var exempt = Exempt();
        var known = Book.All.Select(p => p.Text.Replace("\n", "\\n", StringComparison.Ordinal)).ToHashSet();
        string[] missing = [.. SourceTexts.All.Where(t => !known.Contains(t.Key) && !exempt.Contains(t.Key)).Select(t => $"{t.Value}: {t.Key}")];
        Assert.True(missing.Length == 0, "These texts have no Japanese. Write it into src/Mekiki.Cli/Languages/ja.txt, or the text into Languages/untranslated.txt here if nobody reads it:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Translations_AreOfTextsThatTheSourcesHave()
    {
        Assert.SkipWhen(Shared.Repository is null, "The sources are not around the tests.");
        string[] left = [.. OfSources().Where(text => !SourceTexts.All.ContainsKey(text))];
        Assert.True(left.Length == 0, "No source has these texts; take them out of ja.txt, or follow the change:\n" + string.Join('\n', left));
        string[] spared = [.. Exempt().Where(text => !SourceTexts.All.ContainsKey(text))];
        Assert.True(spared.Length == 0, "No source has these texts; take them out of untranslated.txt:\n" + string.Join('\n', spared));
    }

    [Fact]
    public void Texts_AreFoundByTheirOwnPhrase() => Assert.All(Book.All.Where(p => p.HoleCount > 0 && !p.IsFormat), phrase =>
    {
        string text = phrase.Fill([.. Enumerable.Range(0, phrase.HoleCount).Select(i => $"{i + 1}7")], t => t);
        string english = Hole().Replace(phrase.Text, m => $"{int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + 1}7");
        var found = Book.PhraseOf(english);
        Assert.NotNull(found);
        // Another may name as much of it, and say the same.
        Assert.True(found.Value.Phrase == phrase || found.Value.Phrase.Weight >= phrase.Weight, $"{phrase.Text} is taken for {found.Value.Phrase.Text}");
        Assert.NotEqual("", text);
    });

    [Fact]
    public void Translations_AreTerse() => Assert.All(Book.All, p => Assert.DoesNotMatch("です|ます(?![か-ん])|ください|でしょう", p.Translation));

    [Fact]
    public void Translations_UseTheTermsOfTheGlossary() => Assert.All(Book.All, p =>
        Assert.DoesNotMatch("ディープラーニング|コンボリューション|ラーニングレート|精度|誤差逆伝搬|バックプロパゲーション|テスト用画像用|エポック数数|訓練|ニューラルネット(?!ワーク)|最大プーリング|バッチノーマライゼーション|データ・|フィッシャーベクトル|オプティマイザ", p.Translation));

    [Fact]
    public void Translations_HaveJapanesePunctuation() => Assert.All(Book.All, p =>
    {
        // A sentence ends as the English one does, but where the English has none.
        if (p.Text.EndsWith('.') && !p.Text.EndsWith("etc.", StringComparison.Ordinal))
            Assert.Matches("[。…:]$", p.Translation);
        Assert.DoesNotMatch("[ぁ-ん一-龠] ?[,.] ?[ぁ-ん一-龠]|[（），．]", p.Translation);
    });

    private static HashSet<string> Exempt() =>
        [.. File.ReadLines(Path.Combine(Shared.Repository!, "tests/Mekiki.Cli.Tests/Languages/untranslated.txt")).Where(l => l.Length > 0 && l[0] != '#')];

    // Those outside the sections for what is composed.
    private static IEnumerable<string> OfSources()
    {
        bool isComposed = false;
        var lines = File.ReadLines(Path.Combine(Shared.Repository!, "src/Mekiki.Cli/Languages/ja.txt")).GetEnumerator();
        while (lines.MoveNext())
        {
            string line = lines.Current;
            if (line.StartsWith('#'))
                isComposed = line.StartsWith("#+", StringComparison.Ordinal);
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (!isComposed)
                yield return Marks().Replace(line.StartsWith("= ", StringComparison.Ordinal) ? line[2..] : line, "{$1}").Replace('␠', ' ');
            lines.MoveNext();
        }
    }

    [GeneratedRegex(@"\{(\d+)[#_]\}")]
    private static partial Regex Marks();

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Hole();
}
