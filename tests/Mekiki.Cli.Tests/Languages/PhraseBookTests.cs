namespace Mekiki.Cli.Tests.Languages;

public class PhraseBookTests
{
    private static readonly PhraseBook book = BookOf("""
        # A comment.
        {0}: expected {1}, got {2}.
        {0}: {1~}が必要だが、{2~}。

        {0}: expected an image, got {1}.
        {0}: 画像が必要だが、{1~}。

        {0#} or more
        {0}以上

        {0_} once
        {0} を1回

        Unknown option '{0}'.{1}
        未知のオプション '{0}'。{1~}

        Unknown model '{0}'.{1} {2} lists all.
        未知のモデル '{0}'。{1~}{2} に一覧。

        ␠Did you mean '{0}'?
        もしかして: '{0}'。

        none
        なし

        s
        ∅

        two{0} lines
        2{0~}行

        = {0} by {1}
        {1} で {0}

        A sentence.
        文。

        it ends too early
        早く終わる

        expected a picture that can be read, got {0}
        読める画像が必要だが、{0}

        {0}: {1} younger than {2}
        {0}: {2} より新しい {1}

        {0}: expected {1}, got {2}. {3}
        {0}: {1~}が必要だが、{2~}。 {3~}

        {0#} {1} left out
        {0}{1~}除外

        files are
        ファイルを

        {0#} file
        {0}枚

        , … and {0#} more
        、… ほか {0}

        , not known
        、未知

        preset {0}{1}: {2}
        プリセット {0}{1~}: {2}
        """);

    [Theory]
    [InlineData("a.png: expected an image, got none.", "a.png: 画像が必要だが、なし。")]
    [InlineData("--n: expected 1 or more, got 0.", "--n: 1以上が必要だが、0。")]
    [InlineData("--n: expected x or more, got 0.", "--n: x or moreが必要だが、0。")]
    [InlineData("a once", "a を1回")]
    [InlineData("not a word once", null)]
    [InlineData("Unknown option '--x'.", "未知のオプション '--x'。")]
    [InlineData("Unknown option '--x'. Did you mean '--y'?", "未知のオプション '--x'。もしかして: '--y'。")]
    [InlineData("Unknown model 'x'. `m` lists all.", "未知のモデル 'x'。`m` に一覧。")]
    [InlineData("Unknown model 'x'. Did you mean 'y'? `m` lists all.", "未知のモデル 'x'。もしかして: 'y'。`m` に一覧。")]
    [InlineData("twos lines", "2行")]
    [InlineData("a by b", null)]
    [InlineData("A sentence.\nmore", "文。\nmore")]
    [InlineData("a.zip: it ends too early", "a.zip: 早く終わる")]
    [InlineData("a: b: it ends too early.", "a: b: 早く終わる。")]
    [InlineData("x: A sentence.; y: none", "x: 文。; y: なし")]
    [InlineData("x.png: expected a picture that can be read, got a text", "x.png: 読める画像が必要だが、a text")]
    [InlineData("x.png: expected a picture that can be read, got a text.", "x.png: 読める画像が必要だが、a text。")]
    [InlineData("x.png: expected a picture that can be read, got a text. A sentence.", "x.png: 読める画像が必要だが、a text。文。")]
    [InlineData("a: b younger than c: none", "a: c: none より新しい b")]
    [InlineData("3 files are left out", "3ファイルを除外")]
    [InlineData("preset photos: --a", "プリセット photos: --a")]
    [InlineData("preset fast, not known: --a", "プリセット fast、未知: --a")]
    [InlineData("--n: expected one of these, got a, b, … and 63 more.", "--n: one of theseが必要だが、a, b、… ほか 63。")]
    [InlineData("", null)]
    [InlineData("something else", null)]
    public void Find_TranslatesWhatItKnows(string text, string? expected) => Assert.Equal(expected, book.Find(text));

    [Theory]
    [InlineData("a: expected an image, got b.: expected an image, got c.", "a", "b.: expected an image, got c")]
    [InlineData("none: expected an image, got {1}.", "none", "{1}")]
    [InlineData(": expected an image, got .", "", "")]
    public void Find_KeepsWhatHolesHold_WhateverItIs(string text, string first, string second)
    {
        string found = book.Find(text)!;
        Assert.StartsWith(first + ": ", found);
        Assert.Contains(second.Replace(": expected an image, got", "", StringComparison.Ordinal)[..Math.Min(1, second.Length)], found);
    }

    [Fact]
    public void Find_OfHostileTexts_TakesNoLongerThanTheyAreLong()
    {
        string colons = string.Concat(Enumerable.Repeat("a: expected ", 1300)), items = string.Concat(Enumerable.Repeat("x: y; ", 2500)), holes = string.Concat(Enumerable.Repeat("Unknown option ''.", 900));
        long started = TimeProvider.System.GetTimestamp();
        foreach (string text in new[] { colons, items, holes, new string('\n', 16_000), new string('{', 16_000), new string('x', 1 << 20) })
            book.Find(text);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Fill_FindsAFormat_AndWritesValuesAsItDoes()
    {
        Assert.Equal("1,234.50 で 7", book.Fill($"{7} by {1234.5:N2}"));
        Assert.Equal("none-x", book.Fill($"none-{"x"}"));
        // A name stays, whatever it is; what is added to it is translated.
        Assert.Equal("none、未知", book.Fill($"{"none"}{", not known"}"));
    }

    [Theory]
    [InlineData("A sentence.", "文。")]
    [InlineData("a sentence", "文")]
    [InlineData("none.", "なし。")]
    [InlineData("other", null)]
    public void Sentence_SeesPastCaseAndFullStop(string text, string? expected) => Assert.Equal(expected, book.Sentence(text));

    [Theory]
    [InlineData("{1} a\n{1} b", "its holes are not 0, 1, 2, … in this order")]
    [InlineData("{0} a\nb", "has other holes")]
    [InlineData("a {0}\n{0} {1}", "has other holes")]
    [InlineData("a\nb\na\nc", "is there twice")]
    [InlineData("a\n\nb", "has no translation")]
    public void WrongFiles_AreRefused(string file, string because) => Assert.Contains(because, Assert.Throws<FormatException>(() => BookOf(file)).Message);

    [Theory]
    [InlineData("ja", "ja")]
    [InlineData("JA", "ja")]
    [InlineData("ja_JP.UTF-8", "ja")]
    [InlineData("en-GB", "en")]
    [InlineData("fr", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Language_OfAVariable_IsTheOneItBeginsWith(string? value, string? code) => Assert.Equal(code, Language.Of(value)?.Code);

    private static PhraseBook BookOf(string text) => PhraseFile.Read(new StringReader(text));
}
