namespace Mekiki.Cli.Tests.Terminal;

public class TextWrapTests
{
    [Theory]
    [InlineData("one two three four", 9, 0, "one two\nthree\nfour")]
    [InlineData("one two three four", 9, 2, "one two\n  three\n  four")]
    [InlineData("a 0 ≤ X < 1 b", 10, 0, "a\n0 ≤ X < 1\nb")]
    [InlineData("use `mekiki train --resume a` now", 12, 0, "use\n`mekiki train --resume a`\nnow")]
    [InlineData("sha256 0123456789abcdef0123456789abcdef of it", 16, 0, "sha256\n0123456789abcdef0123456789abcdef\nof it")]
    [InlineData("あいう えお", 8, 0, "あいう\nえお")]
    [InlineData("a b\nc d", 4, 1, "a b\n c d")]
    [InlineData("", 10, 0, "")]
    public void Lines_AreBrokenBetweenWordsAlone(string text, int width, int indent, string expected) => Assert.Equal(expected, TextWrap.Of(text, width, indent));

    [Theory]
    [InlineData("学習率を下げる。", 8, 0, "学習率を\n下げる。")]
    [InlineData("学習率、重み。", 6, 0, "学習\n率、重\nみ。")]
    [InlineData("値は「大きい」。", 8, 0, "値は「大\nきい」。")]
    [InlineData("73文字を学ぶ", 6, 0, "73文字\nを学ぶ")]
    [InlineData("abc を使う", 6, 2, "abc\n  を使\n  う")]
    [InlineData("`mekiki 学習` を", 8, 0, "`mekiki 学習`\nを")]
    [InlineData("写真/あいう.png、次", 8, 0, "写真/あいう.png、\n次")]
    [InlineData("正解率 99.5 %である", 10, 0, "正解率\n99.5 %であ\nる")]
    public void Japanese_IsBrokenBetweenCharacters(string text, int width, int indent, string expected) => Assert.Equal(expected, TextWrap.Of(text, width, indent, isJapanese: true));

    [Fact]
    public void Message_GoesOnUnderItsFirstWord() =>
        Assert.Equal("a b c\nd\n  e f\n  g", TextWrap.Message("a b c d\n  e f g", 5));

    [Fact]
    public void Messages_AreWrappedOnATerminal_AndWholeInAFile()
    {
        const string Message = "--batch: expected 1 or more, got 0.";
        Assert.StartsWith(Message + "\n", TestHost.New(terminal: false, width: 20).Then("train --batch 0").Error);
        var narrow = TestHost.New(terminal: true, width: 20).Then("train --batch 0 --color never");
        Assert.StartsWith("--batch: expected 1\nor more, got 0.\n", narrow.Error);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("data check")]
    [InlineData("")]
    public void Help_FitsIntoANarrowTerminal(string command)
    {
        var run = TestHost.New(terminal: true, width: 40).Then($"{command} --help --color never");
        // Examples are lines to copy, and a list of names may be one word.
        string[] wide = [.. run.Out.Split('\n').Where(line => line.Length > 40 && !line.StartsWith("  mekiki ", StringComparison.Ordinal) && line.Trim().Contains(' '))];
        Assert.DoesNotContain(wide, line => !line.Contains('`') && !line.Contains('|'));
    }
}
