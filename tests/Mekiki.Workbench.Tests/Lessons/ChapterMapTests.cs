using System.Text.RegularExpressions;

namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>docs/chapter.md leads to the lines that it means.</summary>
public partial class ChapterMapTests
{
    [Fact]
    public void Links_LeadToTheirLines()
    {
        string page = Repository.At("docs/chapter.md"), text = File.ReadAllText(page);
        Assert.True(Link().Count(text) > 20);
        // MEKIKI_STORE=1 writes the numbers anew.
        string right = Link().Replace(text, m =>
        {
            string[] lines = File.ReadAllLines(Repository.At($"lessons/{m.Groups[2].Value}"));
            int line = Array.FindIndex(lines, l => l.Contains(m.Groups[1].Value, StringComparison.Ordinal)) + 1;
            Assert.True(line > 0, $"{m.Groups[2].Value}: expected a line with '{m.Groups[1].Value}', which docs/chapter.md names.");
            return $"[`{m.Groups[1].Value}`](../lessons/{m.Groups[2].Value}#L{line})";
        });
        Stored.SameFile("docs/chapter.md", right);
    }

    [Fact]
    public void Cells_OfTheNotebook_AreAllThere()
    {
        string text = File.ReadAllText(Repository.At("docs/chapter.md"));
        foreach (int cell in (int[])[11, 2, 3, 4, 5, 6, 18, 21, 23, 24, 25, 20, 27, 29, 31])
            Assert.Contains($"\n| {cell} |", text);
    }

    [GeneratedRegex(@"\[`([^`]+)`\]\(\.\./lessons/([^)#]+)#L\d+\)")]
    private static partial Regex Link();
}
