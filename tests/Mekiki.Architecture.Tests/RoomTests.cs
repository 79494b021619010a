using System.Text.RegularExpressions;

namespace Mekiki.Architecture.Tests;

/// <summary>Rooms, which are namespaces and folders, depend one way within their assembly.</summary>
public partial class RoomTests
{
    private static readonly CodeMap map = CodeMap.OfSources;

    // Without a namespace: the program's first lines, and what is said of an assembly as a whole.
    private static readonly string[] withoutNamespace = ["Mekiki.Cli/Program.cs", "Mekiki/Properties.cs"];

    [Fact]
    public void Rooms_HaveASentenceEach()
    {
        Rule.Holds("Each room has a sentence in House.Rooms.", map.Rooms.Names.Except(House.Rooms.Keys));
        Rule.Holds("Each sentence in House.Rooms has a room.", House.Rooms.Keys.Except(map.Rooms.Names));
    }

    [Fact]
    public void Namespaces_AreFolders()
    {
        var files = Sources.Files().ToArray();
        Assert.NotEmpty(files);
        var wrong = from file in files
                    let space = file.Lines.Select(l => Namespace().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value
                    where space != Sources.NamespaceOf(file.Path) && !(space is null && withoutNamespace.Contains(file.Path))
                    select $"{file.Path}: {space ?? "no namespace"}";
        Rule.Holds("A file's namespace is its folder.", wrong);
    }

    [Fact]
    public void Rooms_HaveNoCirclesButTheKnown()
    {
        var circles = map.Rooms.Circles();
        Rule.Holds("Rooms do not use each other in a circle.", circles.Where(c => !House.KnownCircles.Any(k => k.Rooms.SequenceEqual(c))).Select(Described));
        Rule.Holds("Known circles are circles; one that is open leaves House.KnownCircles.", House.KnownCircles.Where(k => !circles.Any(c => c.SequenceEqual(k.Rooms))).Select(k => string.Join(", ", k.Rooms)));
    }

    // With the ways of the fewest uses, which are the likeliest to be wrong.
    private static string Described(string[] circle)
    {
        var ways = from way in map.Rooms.Ways
                   where circle.Contains(way.From) && circle.Contains(way.To)
                   let uses = map.UsesBetween(r => r == way.From, r => r == way.To).ToArray()
                   orderby uses.Length
                   select string.Concat(uses.Take(5).Select(u => $"\n    {u}"));
        return string.Join(", ", circle) + string.Concat(ways.Take(4));
    }

    // The known circle goes through few types. None may join; one that no longer does leaves the list.
    [Fact]
    public void TheEnginesCircle_GoesThroughFewTypes()
    {
        Assert.Equal(["Mekiki.Operand", "Mekiki.Tensor"], UsedBy("Mekiki.Operations"));
        Assert.Equal(["Mekiki.Module", "Mekiki.Operand", "Mekiki.Tensor"], UsedBy("Mekiki.Autograd"));

        static IEnumerable<string> UsedBy(string room) =>
            map.Uses.Where(u => map.RoomOf(u.User) == room && map.RoomOf(u.Used) == "Mekiki").Select(u => u.Used.ToString()).Distinct().Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("Mekiki.Cli")]
    [InlineData("Mekiki.Vision", "Mekiki.Vision.Explanations", "Mekiki.Vision.Training")]    // it trains and saves recognizers
    public void Roofs_AreUsedByNoneBelow(string roof, params string[] but) =>
        Assert.Equal(but, map.Rooms.Names.Where(r => r != roof && House.AssemblyOf(r).Name == roof && map.Rooms.Next(r).Contains(roof)));

    // Not even over other rooms.
    [Theory]
    [InlineData("Mekiki.Vision.Images", "Mekiki.Vision.Transforms")]
    [InlineData("Mekiki.Vision.Images", "Mekiki.Vision.Data")]
    [InlineData("Mekiki.Vision.Transforms", "Mekiki.Vision.Data")]
    [InlineData("Mekiki.Vision.Transforms", "Mekiki.Vision.Models")]
    [InlineData("Mekiki.Vision.Data", "Mekiki.Vision.Models")]
    [InlineData("Mekiki.Vision.Models", "Mekiki.Vision.Training")]
    public void Rooms_KnowNothingOf(string room, string other)
    {
        Assert.Contains(room, map.Rooms.Names);
        Assert.Contains(other, map.Rooms.Names);
        Assert.False(map.Rooms.Reaches(room, other), $"{room} comes to {other}.");
    }

    [Fact]
    public void BasicTypes_AreThoseOfTheirSentence()
    {
        foreach (string name in new[] { "Shape", "DType", "Device", "Generator", "MekikiException" })
            Assert.Contains(map.Types, t => t.ToString() == "Mekiki." + name && map.RoomOf(t) == House.BasicTypes);
    }

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex Namespace();
}
