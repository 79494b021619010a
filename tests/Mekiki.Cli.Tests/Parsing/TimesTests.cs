using Mekiki.Cli.Parsing;

namespace Mekiki.Cli.Tests.Parsing;

public class TimesTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("5m", 300)]
    [InlineData("1.5H", 5400)]
    [InlineData("45", 45)]
    [InlineData("", null)]
    [InlineData("m", null)]
    [InlineData("0s", null)]
    [InlineData("-3m", null)]
    [InlineData("1e9h", null)]
    [InlineData("5 m", null)]
    public void Read_TakesUnits_AndNothingElse(string text, int? seconds) => Assert.Equal(seconds, Times.Read(text)?.TotalSeconds);
}
