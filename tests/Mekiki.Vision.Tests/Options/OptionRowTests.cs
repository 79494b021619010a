using Mekiki.Vision.Options;
using Row = Mekiki.Vision.Options.OptionRow<Mekiki.Vision.Tests.Options.OptionRowTests.Soup>;

namespace Mekiki.Vision.Tests.Options;

public class OptionRowTests
{
    public enum Way
    {
        Hot,
        Cold,
    }

    public sealed record Soup
    {
        public int Bowls { get; init => field = Table.Check(value); } = 2;

        public double? Salt { get; init => field = Table.Check(value); }

        public string Name { get; init => field = Table.Check(value); } = "dashi";

        public string? From { get; init => field = Table.Check(value); }

        public Way Way { get; init => field = Table.Check(value); }

        public bool Stirred { get; init; }

        public static OptionTable<Soup> Table { get; } = new(
        [
            Row.Number("bowls", nameof(Bowls), "How many bowls", OptionRange.Between(1, 5000), o => o.Bowls, (o, v) => o with { Bowls = v }),
            Row.Number("salt", nameof(Salt), "Grams of salt", OptionRange.AtLeast(0.0), o => o.Salt, (o, v) => o with { Salt = v }, only: ("half grams", v => v * 2 == Math.Floor(v * 2))) with { Otherwise = "to taste" },
            Row.Text("name", nameof(Name), "NAME", "The soup", "a name", o => o.Name, (o, v) => o with { Name = v }, Find),
            Row.Text("from", nameof(From), "FILE", "A recipe", "a file", o => o.From, (o, v) => o with { From = v }),
            Row.Choice("way", nameof(Way), "WAY", "How it is served", [("hot", Way.Hot), ("cold", Way.Cold)], o => o.Way, (o, v) => o with { Way = v }),
            Row.Switch("stirred", nameof(Stirred), "Stir it", o => o.Stirred, (o, v) => o with { Stirred = v }),
        ]);

        private static string Find(string name) => name.ToUpperInvariant() == "DASHI" ? "dashi" : throw new MekikiException($"Unknown soup '{name}'.");
    }

    [Fact]
    public void Values_AreSet()
    {
        Assert.Equal(new Soup { Bowls = 3 }, With("bowls", "3"));
        Assert.Equal(new Soup { Salt = 1.5 }, With("salt", "1.5"));
        Assert.Equal(new Soup { Name = "dashi" }, With("name", "Dashi"));
        Assert.Equal(new Soup { From = "a b" }, With("from", "a b"));
        Assert.Equal(new Soup { Way = Way.Cold }, With("way", "COLD"));
        Assert.Equal(new Soup { Stirred = true }, With("stirred", ""));
    }

    [Theory]
    [InlineData("bowls", "0", "{0}: expected 1 to 5,000, got 0.")]
    [InlineData("bowls", "1.5", "{0}: expected a whole number, 1 to 5,000, got '1.5'.")]
    [InlineData("bowls", "99999999999", "{0}: expected a whole number, 1 to 5,000, got '99999999999'.")]
    [InlineData("salt", "-1", "{0}: expected half grams, got -1.")]
    [InlineData("salt", "0.3", "{0}: expected half grams, got 0.3.")]
    [InlineData("salt", "nan", "{0}: expected half grams, got 'nan'.")]
    [InlineData("name", "", "{0}: expected a name, got an empty text.")]
    [InlineData("name", "misso", "Unknown soup 'misso'.")]
    [InlineData("from", "", "{0}: expected a file, got an empty text.")]
    [InlineData("way", "cild", "{0}: expected one of hot, cold, got 'cild'. Did you mean 'cold'?")]
    public void WrongTexts_AreRefused(string name, string text, string message)
    {
        var row = Soup.Table.Single(r => r.Name == name);
        Refused.Says(string.Format(message, row.Property), string.Format(message, "--" + name), () => row.With(new(), text));
    }

    [Fact]
    public void WrongValues_AreRefused()
    {
        Refused.Says("Bowls: expected 1 to 5,000, got 0.", "--bowls: expected 1 to 5,000, got 0.", () => new Soup { Bowls = 0 });
        Refused.Says("Salt: expected half grams, got 0.3.", "--salt: expected half grams, got 0.3.", () => new Soup { Salt = 0.3 });
        Refused.Says("Way: expected one of hot, cold, got 7.", "--way: expected one of hot, cold, got 7.", () => new Soup { Way = (Way)7 });
        Assert.Equal("Name", Assert.Throws<ArgumentNullException>(() => new Soup { Name = null! }).ParamName);
        Assert.Null(new Soup { Salt = null, From = null }.Salt);
    }

    [Fact]
    public void Rows_SayRangeAndDefault()
    {
        Assert.Equal(
            ["bowls N|1 ≤ N ≤ 5,000| 2", "salt X|X ≥ 0|: to taste", "name NAME|| dashi", "from FILE||", "way WAY|hot, cold| hot", "stirred ||"],
            Soup.Table.Select(r => $"{r.Name} {r.Placeholder}|{r.Range}|{r.Default}"));
        Assert.Equal(["hot", "cold"], Soup.Table[nameof(Way)].Names().Select(n => n.Name));
        Assert.Equal(("Soup.Salt", "--salt"), (Soup.Table[nameof(Soup.Salt)].Mention.InLibrary, Soup.Table[nameof(Soup.Salt)].Mention.InCommandLine));
    }

    [Fact]
    public void Words_AreThoseThatAUserTypes()
    {
        var soup = new Soup { Bowls = 4000, Salt = 0.5, Way = Way.Cold, Stirred = true };
        Assert.Equal("--bowls 4000 --salt 0.5 --way cold --stirred", string.Join(' ', Soup.Table.Where(r => !r.IsUsual(soup)).Select(r => r.WordsOf(soup))));
    }

    private static Soup With(string name, string text) => Soup.Table.Single(r => r.Name == name).With(new(), text);
}
