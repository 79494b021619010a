using System.Xml.Linq;

namespace Mekiki.Architecture.Tests;

/// <summary>Assemblies depend one way.</summary>
public class AssemblyTests
{
    [Fact]
    public void Projects_StandInTheTable()
    {
        string[] projects = [.. Sources.Projects().Select(p => p.Name)];
        Assert.True(projects.ToHashSet().SetEquals(House.Assemblies.Select(a => a.Name)),
            $"House.Assemblies: expected a row for each project of src, {string.Join(", ", projects)}, got {string.Join(", ", House.Assemblies.Select(a => a.Name))}. Add the row, and a reference in this project.");
    }

    [Fact]
    public void TheTable_HasNoWayBack()
    {
        var seen = new HashSet<string>();
        foreach (var assembly in House.Assemblies.Reverse())
        {
            Assert.All(assembly.May, below => Assert.True(seen.Contains(below), $"{assembly.Name} may use {below}, which does not stand below it."));
            // What it may use, it may use with all that this may use.
            Assert.All(assembly.May, below => Assert.Subset(assembly.May.ToHashSet(), House.Assemblies.Single(a => a.Name == below).May.ToHashSet()));
            Assert.True(seen.Add(assembly.Name), $"{assembly.Name} has two rows.");
        }
    }

    [Fact]
    public void Projects_ReferenceWhatTheyMay()
    {
        var references = from project in Sources.Projects()
                         from reference in XDocument.Load(project.File).Descendants("ProjectReference")
                         select (User: project.Name, Used: Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.NotEmpty(references);
        Rule.Holds("Projects reference those that House.Assemblies names.", references.Where(r => !House.May(r.User, r.Used)).Select(r => $"{r.User} → {r.Used}"));
    }

    [Fact]
    public void Internals_AreSeenByTestsBenchmarksAndFuzzingAlone()
    {
        var seen = from project in Sources.Projects()
                   from friend in XDocument.Load(project.File).Descendants("InternalsVisibleTo")
                   select (Project: project.Name, Friend: friend.Attribute("Include")!.Value);
        Assert.NotEmpty(seen);
        Rule.Holds("Tests, benchmarks and fuzzing alone see internals.", seen.Where(s => !s.Friend.EndsWith(".Tests", StringComparison.Ordinal) && s.Friend is not ("Mekiki.Benchmarks" or "Mekiki.Fuzz")).Select(s => $"{s.Project} shows {s.Friend} its internals"));
    }

    [Fact]
    public void Types_UseWhatTheirAssembliesMay() =>
        Rule.Holds("Assemblies use those that House.Assemblies names.", CodeMap.OfSources.Uses.Where(u => !House.May(u.User.Assembly, u.Used.Assembly)).Select(u => u.ToString()));

    [Theory]
    [InlineData("Mekiki.Cli", "Mekiki.Workbench", true)]
    [InlineData("Mekiki.Cli", "Mekiki", true)]
    [InlineData("Mekiki.Vision", "Mekiki.Vision", true)]
    [InlineData("Mekiki.Workbench", "Mekiki.Cli", false)]
    [InlineData("Mekiki", "Mekiki.Vision", false)]
    [InlineData("Mekiki.Vision", "Mekiki.Serving", false)]
    [InlineData("Mekiki.Serving", "Mekiki.Workbench", false)]
    [InlineData("Mekiki.Vision", "Mekiki.Distributed", false)]
    [InlineData("Mekiki.Distributed", "Mekiki.Vision", true)]
    [InlineData("Mekiki.Vision", "Mekiki.Gpu", false)]    // not in the table
    [InlineData("Mekiki.Gpu", "Mekiki.Vision", false)]
    public void May_FollowsTheTable(string user, string used, bool may) => Assert.Equal(may, House.May(user, used));
}
