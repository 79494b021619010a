using Mekiki.Cli.Output;

namespace Mekiki.Cli.Tests.Output;

public class JsonLineTests
{
    [Fact]
    public void Line_HoldsEveryKindOfValue()
    {
        var writer = new StringWriter();
        new JsonLine()
            .Add("command", "train").Add("class", "あ\"\n").Add("none", (string?)null).Add("count", 3).Add("seed", ulong.MaxValue).Add("here", true)
            .Add("loss", 0.1234567).Add("rounded", 0.98765, 3).Add("nan", double.NaN).Add("large", 1.5e12).Add("small", 1e-12)
            .Add("names", ["a", "b"]).Add("top", [1, 2], (line, i) => line.Add("label", i.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .WriteTo(writer);
        Assert.Equal(
            """
            {"command":"train","class":"あ\"\n","none":null,"count":3,"seed":18446744073709551615,"here":true,"loss":0.123457,"rounded":0.988,"nan":null,"large":1500000000000,"small":0,"names":["a","b"],"top":[{"label":"1"},{"label":"2"}]}

            """.ReplaceLineEndings("\n"), writer.ToString());
    }
}
