namespace Mekiki.Cli.Tests.Terminal;

public class StyleTests
{
    [Theory]
    [InlineData("auto", true, "", "xterm", true)]
    [InlineData("auto", false, "", "xterm", false)]
    [InlineData("auto", true, "1", "xterm", false)]
    [InlineData("auto", true, "", "dumb", false)]
    [InlineData("always", false, "1", "dumb", true)]
    [InlineData("never", true, "", "xterm", false)]
    public void Colors_AreAsAskedFor_OrOnATerminal(string mode, bool isTerminal, string noColor, string term, bool expected) =>
        Assert.Equal(expected, Style.HasColors(Enum.Parse<ColorMode>(mode, ignoreCase: true), isTerminal, name => name switch { "NO_COLOR" => noColor, "TERM" => term, _ => null }));

    [Theory]
    [InlineData("", "", "", false)]
    [InlineData("", "", "C", false)]
    [InlineData("", "", "de_DE.ISO-8859-1", false)]
    [InlineData("", "", "ja_JP.UTF-8", true)]
    [InlineData("", "C.utf8", "C", true)]
    [InlineData("C", "C.utf8", "ja_JP.UTF-8", false)]
    public void Blocks_AreDrawnWhereTheLocaleIsUtf8(string all, string type, string lang, bool expected) =>
        Assert.Equal(expected, Style.HasBlocks(isWindows: false, 0, name => name switch { "LC_ALL" => all, "LC_CTYPE" => type, "LANG" => lang, _ => null }));

    [Theory]
    [InlineData(65001, null, true)]
    [InlineData(932, null, false)]
    [InlineData(850, null, false)]
    [InlineData(932, "2d9f", true)]
    public void Blocks_AreDrawnWhereWindowsHasThem(int codePage, string? session, bool expected) =>
        Assert.Equal(expected, Style.HasBlocks(isWindows: true, codePage, name => name == "WT_SESSION" ? session : "ja_JP.UTF-8"));

    [Fact]
    public void Color_IsAnOptionOfEveryCommand_AndFilesHaveNone()
    {
        Assert.DoesNotContain('\e', TestHost.Run("models").Out);
        Assert.StartsWith("\e[1mname", TestHost.Run("models --color always").Out);
        // NO_COLOR is set for the tests.
        Assert.DoesNotContain('\e', TestHost.Run("models", terminal: true).Out);
        Assert.StartsWith("\e[31m--batch: expected 1 or more, got 0.\e[0m\n", TestHost.Run("train --batch 0 --color always").Error);
        Assert.StartsWith("--color: expected one of auto, always, never, got 'alwys'. Did you mean 'always'?\n", TestHost.Run("models --color alwys").Mistake());
    }
}
