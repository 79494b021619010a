namespace Mekiki.Architecture.Tests;

public class GraphTests
{
    [Theory]
    [InlineData("ab bc", "")]
    [InlineData("ab ba", "ab")]
    [InlineData("ab bc ca cd", "abc")]
    [InlineData("ab ba cd dc bc", "ab cd")]
    [InlineData("aa ab", "")]
    public void Circles_AreFound(string ways, string circles) => Assert.Equal(circles, string.Join(' ', Made(ways).Circles().Select(c => string.Concat(c))));

    [Theory]
    [InlineData("ab bc ac", "ab bc")]
    [InlineData("ab ac bd cd ad", "ab ac bd cd")]
    [InlineData("ab bc cd ad bd", "ab bc cd")]
    public void Reduced_LeavesOutWhatOtherWaysTell(string ways, string left) => Assert.Equal(left, string.Join(' ', Made(ways).Reduced().Select(w => w.From + w.To)));

    [Fact]
    public void Joined_HasNoCircles()
    {
        var joined = Made("ab ba bc").Joined(n => n == "b" ? "a" : n);
        Assert.Empty(joined.Circles());
        Assert.Equal([("a", "c")], joined.Ways);
    }

    private static Graph Made(string ways) => new(ways.Where(char.IsLetter).Select(c => c.ToString()), ways.Split(' ').Select(w => (w[..1], w[1..])));
}
